// How much of a target's long limits was used, so that a restarted process does not use an hour's worth again.
import { sql } from 'kysely';
import type { Db } from './database.ts';
import type { TargetUsageTable } from './target-usage-table.ts';

/** Usage of a limit at about one time; several processes add to it. */
export type TargetUsage = Omit<TargetUsageTable, 'realm'>;

/** What was used in a realm and still counts at `now` (milliseconds). */
export function readTargetUsage(db: Db, realm: string, now: number): Promise<TargetUsageTable[]> {
  return db
    .selectFrom('target_usage')
    .selectAll()
    .where('realm', '=', realm)
    .where('expires', '>', now)
    .orderBy('at')
    .execute();
}

/** Adds to what is there, and forgets what no longer counts at `now` (milliseconds). */
export async function addTargetUsage(db: Db, realm: string, usage: readonly TargetUsage[], now: number): Promise<void> {
  await db.deleteFrom('target_usage').where('expires', '<=', now).execute();
  for (let from = 0; from < usage.length; from += 100)
    await db
      .insertInto('target_usage')
      .values(usage.slice(from, from + 100).map((each) => ({ realm, ...each })))
      .onConflict((conflict) =>
        conflict
          .columns(['realm', 'counted', 'at'])
          .doUpdateSet({ operations: sql<number>`target_usage.operations + excluded.operations` }),
      )
      .execute();
}
