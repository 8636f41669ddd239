// Moving and forgetting all that belongs to a job. Every table is filled through the columns it really has, so that a table
// that somebody adds and forgets here is left behind, and seen.
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../../src/store/database.ts';
import { forgetJob, JOB_COLUMNS, renameJob } from '../../../src/store/inventory.ts';
import { ensureJob, updateJob } from '../../../src/store/jobs.ts';

interface Column {
  readonly name: string;
  readonly type: string;
  readonly pk: number;
}

const VIEW = { now: 1000, isGone: (owner: string) => owner === 'gone' };
let store: Store;

beforeEach(async () => {
  store = await openStore('sqlite::memory:');
});
afterEach(() => store.close());

async function tables(): Promise<Map<string, readonly Column[]>> {
  const { rows } = await sql<{ name: string }>`
    select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like 'kysely_%'`.execute(
    store.db,
  );
  const found = new Map<string, readonly Column[]>();
  for (const { name } of rows) {
    const { rows: columns } = await sql<Column>`select name, type, pk from pragma_table_info(${name})`.execute(
      store.db,
    );
    found.set(name, columns);
  }
  return found;
}

/** One row of a job in every table that has rows of jobs. */
async function fill(jobId: string): Promise<void> {
  for (const [table, columns] of await tables()) {
    if (table !== 'job' && !columns.some(({ name }) => name === 'job_id')) continue;
    const given = columns.filter(({ type, pk }) => !(pk === 1 && type.toLowerCase() === 'integer'));
    const values = given.map(({ name, type }) => {
      if (name === 'job_id' || (table === 'job' && name === 'id')) return jobId;
      if (table === 'job' && name.startsWith('lease_')) return name === 'lease_owner' ? null : 0;
      return type.toLowerCase() === 'text' ? `${table}-${jobId}-${name}` : 1;
    });
    const names = sql.join(given.map(({ name }) => sql.ref(name)));
    await sql`insert into ${sql.table(table)} (${names}) values (${sql.join(values)})`.execute(store.db);
  }
}

/** Number of rows of a job, by table. */
async function rowsOf(jobId: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [table, columns] of await tables()) {
    const column = table === 'job' ? 'id' : 'job_id';
    if (!columns.some(({ name }) => name === column)) continue;
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from ${sql.table(table)} where ${sql.ref(column)} = ${jobId}`.execute(store.db);
    counts[table] = rows[0]?.count ?? 0;
  }
  return counts;
}

const all = (counts: Record<string, number>, count: number) =>
  Object.fromEntries(Object.keys(counts).map((table) => [table, count]));

describe('JOB_COLUMNS', () => {
  // spec: every-table
  it('names every table, and the column that it really has', async () => {
    const expected = [...(await tables())].map(([table, columns]) => {
      const has = columns.some(({ name }) => name === 'job_id');
      return [table, table === 'job' ? 'id' : has ? 'job_id' : null];
    });
    expect(JOB_COLUMNS).toEqual(Object.fromEntries(expected));
  });
});

describe('renameJob', () => {
  // spec: every-table
  it('moves every row of every table, and leaves other jobs alone', async () => {
    await fill('old');
    await fill('other');
    expect(await renameJob(store, 'old', 'new', VIEW)).toBeNull();
    const moved = await rowsOf('new');
    expect(Object.keys(moved).length).toBeGreaterThan(10);
    expect(moved).toEqual(all(moved, 1));
    expect(await rowsOf('old')).toEqual(all(moved, 0));
    expect(await rowsOf('other')).toEqual(all(moved, 1));
  });

  it('replaces a job that never worked for real', async () => {
    await fill('old');
    await ensureJob(store.db, 'new');
    expect(await renameJob(store, 'old', 'new', VIEW)).toBeNull();
    expect((await rowsOf('new'))['job']).toBe(1);
  });

  it('refuses when the new id has worked, changing nothing', async () => {
    await fill('old');
    await fill('new');
    expect(await renameJob(store, 'old', 'new', VIEW)).toEqual({ reason: 'exists', id: 'new' });
    expect((await rowsOf('old'))['link']).toBe(1);
  });

  it('refuses what the store does not know', async () => {
    expect(await renameJob(store, 'old', 'new', VIEW)).toEqual({ reason: 'unknown', id: 'old' });
  });

  it.each(['old', 'new'])('refuses while a process works on %s', async (id) => {
    await fill('old');
    await ensureJob(store.db, 'new');
    await updateJob(store.db, id, { lease_owner: 'somebody', lease_until: 1001 });
    expect(await renameJob(store, 'old', 'new', VIEW)).toEqual({ reason: 'busy', owner: 'somebody' });
    await updateJob(store.db, id, { lease_owner: 'gone' });
    expect(await renameJob(store, 'old', 'new', VIEW)).toBeNull();
  });
});

describe('forgetJob', () => {
  // spec: every-table
  it('removes every row of every table, and leaves other jobs alone', async () => {
    await fill('old');
    await fill('other');
    expect(await forgetJob(store, 'old', VIEW)).toBeNull();
    const kept = await rowsOf('other');
    expect(await rowsOf('old')).toEqual(all(kept, 0));
    expect(kept).toEqual(all(kept, 1));
  });

  it('refuses while a process works on it', async () => {
    await fill('old');
    await updateJob(store.db, 'old', { lease_owner: 'somebody', lease_until: 1001 });
    expect(await forgetJob(store, 'old', VIEW)).toEqual({ reason: 'busy', owner: 'somebody' });
    expect((await rowsOf('old'))['link']).toBe(1);
  });
});
