// Statements about many rows go out in a few fixed sizes. Whatever the number, each row is written and found once.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../../src/store/database.ts';
import { ListedQuery } from '../../../src/store/listed-query.ts';
import { RowWriter } from '../../../src/store/row-writer.ts';

let store: Store;

beforeAll(async () => {
  store = await openStore('sqlite::memory:');
});
afterAll(() => store.close());
beforeEach(async () => {
  await store.db.deleteFrom('member').execute();
});

const idOf = (index: number): string => `member-${String(index).padStart(4, '0')}`;
const rowsOf = (count: number, group = 'g') =>
  Array.from({ length: count }, (_, index) => ({
    job_id: 'hr',
    group_id: group,
    member_id: idOf(index),
    member_type: 'user',
    reading: index,
  }));
const members = () => store.db.selectFrom('member').selectAll().orderBy('group_id').orderBy('member_id').execute();

const WRITER = new RowWriter('member', (insertion) =>
  insertion.onConflict((conflict) =>
    conflict
      .columns(['job_id', 'group_id', 'member_id'])
      .doUpdateSet((eb) => ({ reading: eb.ref('excluded.reading') })),
  ),
);

describe('rows that are written', () => {
  it.each([0, 1, 7, 8, 9, 99, 100, 101, 263])('%i of them are there as they were given', async (count) => {
    await WRITER.write(store.db, rowsOf(count));
    expect(await members()).toEqual(rowsOf(count));
  });

  it('replace those that exist where the writer says so', async () => {
    await WRITER.write(store.db, rowsOf(20));
    await WRITER.write(
      store.db,
      rowsOf(30).map((row) => ({ ...row, reading: 7 })),
    );
    expect((await members()).map(({ reading }) => reading)).toEqual(Array.from({ length: 30 }, () => 7));
  });

  it('are a fault where they exist and nothing was said about it', async () => {
    const strict = new RowWriter('member');
    await strict.write(store.db, rowsOf(1));
    await expect(strict.write(store.db, rowsOf(1))).rejects.toThrow('UNIQUE');
  });

  it('may name their columns in another order', async () => {
    const [row] = rowsOf(1);
    if (row === undefined) throw new Error('there is no row');
    const { reading, ...rest } = row;
    await WRITER.write(store.db, [row, { reading, ...rest, member_id: 'other' }]);
    await WRITER.write(store.db, [{ reading, ...rest, member_id: 'third' }]);
    expect((await members()).map(({ member_id: id, job_id: job }) => [id, job])).toEqual([
      [idOf(0), 'hr'],
      ['other', 'hr'],
      ['third', 'hr'],
    ]);
  });
});

const FOUND = new ListedQuery((db, ids, groupId: string) =>
  db
    .selectFrom('member')
    .selectAll()
    .where('job_id', '=', 'hr')
    .where('member_id', 'in', ids)
    .where('group_id', '=', groupId),
);
const MOVED = new ListedQuery((db, ids, reading: number, groupId: string) =>
  db.updateTable('member').set({ reading }).where('group_id', '=', groupId).where('member_id', 'in', ids),
);

describe('rows of a list of ids', () => {
  it.each([0, 1, 2, 8, 9, 64, 65, 499, 500, 501, 700])('%i of them are found once each', async (count) => {
    await WRITER.write(store.db, rowsOf(710));
    await WRITER.write(store.db, rowsOf(3, 'other'));
    const ids = rowsOf(count).map((row) => row.member_id);
    const rows = await FOUND.run(store.db, ids, 'g');
    expect(rows.toSorted((a, b) => (a.member_id < b.member_id ? -1 : 1))).toEqual(rowsOf(count));
  });

  it('values go where the query has them, however often it runs', async () => {
    await WRITER.write(store.db, [...rowsOf(9), ...rowsOf(9, 'other')]);
    const ids = rowsOf(9).map((row) => row.member_id);
    await MOVED.run(store.db, ids.slice(0, 3), 100, 'g');
    await MOVED.run(store.db, ids.slice(3, 7), 200, 'other');
    const readings = (await members()).map(({ reading }) => reading);
    expect(readings).toEqual([100, 100, 100, 3, 4, 5, 6, 7, 8, 0, 1, 2, 200, 200, 200, 200, 7, 8]);
  });
});
