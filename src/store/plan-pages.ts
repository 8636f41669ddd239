// A plan in the order in which people read it: by phase, then by name.
import { sql } from 'kysely';
import { changesWithContent } from './change-content.ts';
import type { StoredChange } from './change-tables.ts';
import type { Db } from './database.ts';

/** Where a page ended. */
export interface PlanPosition {
  readonly phase: number;
  readonly name: string;
  readonly id: string;
}

/** Changes that were planned or let through, in keyset pages. */
export function pagePlan(db: Db, jobId: string, after: PlanPosition | null, limit: number): Promise<StoredChange[]> {
  const name = sql<string>`coalesce(display_name, '')`;
  let query = changesWithContent(db)
    .where('job_id', '=', jobId)
    .where('status', 'in', ['planned', 'pending'])
    .orderBy('phase')
    .orderBy(name)
    .orderBy('id')
    .limit(limit);
  if (after !== null)
    query = query.where(sql<boolean>`(phase, ${name}, id) > (${after.phase}, ${after.name}, ${after.id})`);
  return query.execute();
}
