// What changes carry, beside their rows.
import { type ExpressionBuilder, type ExpressionWrapper, type SqlBool, sql } from 'kysely';
import type { StoredChange } from './change-tables.ts';
import type { Db } from './database.ts';
import { ListedQuery } from './listed-query.ts';
import { RowWriter } from './row-writer.ts';
import type { Tables } from './schema.ts';

const CONTENTS = new RowWriter('change_content', (insertion) =>
  insertion.onConflict((conflict) =>
    conflict
      .column('change_id')
      .doUpdateSet({ payload: sql.ref('excluded.payload'), steps: sql.ref('excluded.steps') }),
  ),
);

/** Changes and what they carry, to choose columns from. */
export function changesAndContent(db: Db) {
  return db.selectFrom('change').leftJoin('change_content', 'change_content.change_id', 'change.id');
}

/** Changes with what they carry. */
export function changesWithContent(db: Db) {
  return changesAndContent(db).selectAll('change').select(['payload', 'steps']);
}

/** Writes what changes carry, in place of what they carried. */
export function writeContents(
  db: Db,
  changes: readonly Pick<StoredChange, 'id' | 'payload' | 'steps'>[],
): Promise<void> {
  return CONTENTS.write(
    db,
    changes
      .filter(({ payload, steps }) => payload !== null || steps !== null)
      .map(({ id, payload, steps }) => ({ change_id: id, payload, steps })),
  );
}

const REMOVED = new ListedQuery((db, ids) => db.deleteFrom('change_content').where('change_id', 'in', ids));

/** Removes what settled changes carried: it holds personal data. */
export async function removeContents(db: Db, ids: readonly string[]): Promise<void> {
  await REMOVED.run(db, ids);
}

/** Which changes are meant. */
export type ChosenChanges = (eb: ExpressionBuilder<Tables, 'change'>) => ExpressionWrapper<Tables, 'change', SqlBool>;

/** Gives changes up: nothing of what they carried is left. `now` is in milliseconds. */
export async function supersede(db: Db, chosen: ChosenChanges, now: number): Promise<void> {
  await db
    .deleteFrom('change_content')
    .where('change_id', 'in', (eb) => eb.selectFrom('change').select('id').where(chosen))
    .execute();
  await db
    .updateTable('change')
    .set({ status: 'superseded', display_name: null, settled_at: now })
    .where(chosen)
    .execute();
}
