// By what accounts of people are referred to.
import type { Db } from './database.ts';
import { ListedQuery } from './listed-query.ts';
import type { LinkTable } from './schema.ts';

const ACCOUNTS_OF = new ListedQuery((db, ids, jobId: string) =>
  db
    .selectFrom('link')
    .select(['source_id', 'target_id', 'email'])
    .where('job_id', '=', jobId)
    .where('kind', '=', 'user')
    .where('source_id', 'in', ids),
);

/** What an account is referred to by. */
export type ReferencedAccount = Pick<LinkTable, 'target_id' | 'email'>;

/** Ids and e-mails of the accounts of these people, by source id; people without an account are left out. */
export async function accountsOf(
  db: Db,
  jobId: string,
  sourceIds: readonly string[],
): Promise<Map<string, ReferencedAccount>> {
  const rows = await ACCOUNTS_OF.run(db, sourceIds, jobId);
  return new Map(rows.map((row) => [row.source_id, row]));
}
