// What `links rebuild` asks of the store: rows of the directory and listed accounts that are not linked with one another.
import type { ObjectKind } from '../model/directory.ts';
import type { Db } from './database.ts';
import { hasLink } from './object-conditions.ts';
import type { SourceObjectRow } from './source-objects.ts';

/** Objects without a link that the directory has shown, in keyset pages by row_id. */
export function pageUnlinkedObjects(
  db: Db,
  jobId: string,
  kind: ObjectKind,
  after: number,
  limit: number,
): Promise<SourceObjectRow[]> {
  return db
    .selectFrom('source_object')
    .selectAll()
    .where('job_id', '=', jobId)
    .where('kind', '=', kind)
    .where('state', '!=', 'unread')
    .where((eb) => eb.not(hasLink(eb)))
    .where('row_id', '>', after)
    .orderBy('row_id')
    .limit(limit)
    .execute();
}

/** A listed account that belongs to nobody, with its value of an attribute. */
export interface UnlinkedAccount {
  readonly target_id: string;
  readonly value: string;
  readonly resource: string;
}

/** Listed accounts without a link that have a value of an attribute, in keyset pages by target id. */
export function pageUnlinkedAccounts(
  db: Db,
  jobId: string,
  kind: ObjectKind,
  attribute: string,
  after: string,
  limit: number,
): Promise<UnlinkedAccount[]> {
  return db
    .selectFrom('target_key')
    .innerJoin('target_resource', (join) =>
      join
        .onRef('target_resource.job_id', '=', 'target_key.job_id')
        .onRef('target_resource.kind', '=', 'target_key.kind')
        .onRef('target_resource.target_id', '=', 'target_key.target_id'),
    )
    .select(['target_key.target_id', 'target_key.value', 'target_resource.resource'])
    .where('target_key.job_id', '=', jobId)
    .where('target_key.kind', '=', kind)
    .where('target_key.attribute', '=', attribute)
    .where('target_key.target_id', '>', after)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('link')
            .select('link.target_id')
            .whereRef('link.job_id', '=', 'target_key.job_id')
            .whereRef('link.kind', '=', 'target_key.kind')
            .whereRef('link.target_id', '=', 'target_key.target_id'),
        ),
      ),
    )
    .orderBy('target_key.target_id')
    .limit(limit)
    .execute();
}

/** Forgets objects that were only looked at. */
export async function forgetObjects(db: Db, jobId: string, kind: ObjectKind, ids: readonly string[]): Promise<void> {
  for (let from = 0; from < ids.length; from += 500)
    await db
      .deleteFrom('source_object')
      .where('job_id', '=', jobId)
      .where('kind', '=', kind)
      .where('id', 'in', ids.slice(from, from + 500))
      .execute();
}

/** Other jobs of the store whose accounts live in the same target. */
export async function jobsAtTarget(db: Db, jobId: string, targetRoot: string): Promise<string[]> {
  const rows = await db
    .selectFrom('job')
    .select('id')
    .where('target_root', '=', targetRoot)
    .where('id', '!=', jobId)
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}
