import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approveHeld, readHeldSets, setId } from '../../../src/cli/held-sets.ts';
import { insertChanges, pageChanges } from '../../../src/store/changes.ts';
import { openStore, type Store } from '../../../src/store/database.ts';
import type { ChangeTable } from '../../../src/store/schema.ts';

let store: Store;

beforeEach(async () => {
  store = await openStore('sqlite::memory:');
});

afterEach(() => store.close());

function aChange(id: string, changes: Partial<ChangeTable> = {}): ChangeTable {
  return {
    id,
    job_id: 'wiki',
    cycle_id: 'c1',
    kind: 'user',
    source_id: `u-${id}`,
    display_name: `Person ${id}`,
    phase: 0,
    action: 'disable',
    target_id: `t-${id}`,
    waits_for: null,
    guard_class: 'leavers',
    event: 'blocked',
    payload: null,
    steps: null,
    status: 'staged',
    created_at: 1_000,
    settled_at: null,
    ...changes,
  };
}

async function statuses(): Promise<Record<string, string>> {
  const rows = await pageChanges(store.db, 'wiki', ['staged', 'approved', 'pending'], '', 1000);
  return Object.fromEntries(rows.map((row) => [row.id, row.status]));
}

describe('setId', () => {
  it('does not depend on the order, and changes with every member', () => {
    expect(setId('leavers', ['a', 'b'])).toBe(setId('leavers', ['b', 'a']));
    expect(setId('leavers', ['a', 'b'])).not.toBe(setId('leavers', ['a', 'c']));
    expect(setId('leavers', ['a', 'b'])).toMatch(/^leavers-2-[0-9a-f]{10}$/);
  });
});

describe('readHeldSets', () => {
  it('groups by class and leaves out other jobs and other statuses', async () => {
    await insertChanges(store.db, [
      aChange('a', { created_at: 3_000 }),
      aChange('b', { created_at: 2_000 }),
      aChange('c', { guard_class: 'scopeLosses' }),
      aChange('d', { status: 'pending' }),
      aChange('e', { job_id: 'other' }),
    ]);
    const sets = await readHeldSets(store.db, 'wiki');
    expect(sets.map(({ guardClass, count, oldest }) => [guardClass, count, oldest])).toEqual([
      ['leavers', 2, '1970-01-01T00:00:02.000Z'],
      ['scopeLosses', 1, '1970-01-01T00:00:01.000Z'],
    ]);
    expect(sets[0]?.set).toBe(setId('leavers', ['a', 'b']));
  });

  it('reads more than one page', async () => {
    const ids = Array.from({ length: 1203 }, (_, index) => String(index).padStart(5, '0'));
    await insertChanges(
      store.db,
      ids.map((id) => aChange(id)),
    );
    const [set] = await readHeldSets(store.db, 'wiki');
    expect(set?.set).toBe(setId('leavers', ids));
    expect(await approveHeld(store, 'wiki', { set: set?.set ?? '' })).toMatchObject({ ok: true });
    expect(await readHeldSets(store.db, 'wiki')).toEqual([]);
  });
});

describe('approveHeld', () => {
  beforeEach(() =>
    insertChanges(store.db, [
      aChange('a'),
      aChange('b'),
      aChange('c', { guard_class: 'scopeLosses' }),
      aChange('d', { status: 'pending' }),
    ]),
  );

  it('approves exactly the set', async () => {
    const result = await approveHeld(store, 'wiki', { set: setId('leavers', ['a', 'b']) });
    expect(result).toMatchObject({ ok: true, approved: [{ changeId: 'a' }, { changeId: 'b' }] });
    expect(await statuses()).toEqual({ a: 'approved', b: 'approved', c: 'staged', d: 'pending' });
  });

  it.each([
    ['has grown', ['a'], 'it held 1, now it holds 2 (1 more)'],
    ['has shrunk', ['a', 'b', 'z'], 'it held 3, now it holds 2 (1 fewer)'],
    ['has other members', ['a', 'z'], 'not the same ones'],
  ])('refuses a set that %s', async (_name, shown, said) => {
    const result = await approveHeld(store, 'wiki', { set: setId('leavers', shown) });
    expect(result.ok ? '' : result.message).toContain(said);
    expect(Object.values(await statuses())).not.toContain('approved');
  });

  it('refuses what is no set, and a class in which nothing is held', async () => {
    expect(await approveHeld(store, 'wiki', { set: 'all' })).toMatchObject({ ok: false });
    const result = await approveHeld(store, 'wiki', { set: setId('groupDeletes', ['g']) });
    expect(result).toEqual({ ok: false, message: 'Nothing is held in groupDeletes any more.' });
  });

  it('approves single objects, all or none', async () => {
    expect(await approveHeld(store, 'wiki', { objects: ['u-b', 'u-x'] })).toEqual({
      ok: false,
      message: 'Nothing is held for "u-x".',
    });
    expect(await statuses()).toMatchObject({ b: 'staged' });
    expect(await approveHeld(store, 'wiki', { objects: ['u-b', 'u-c'] })).toMatchObject({ ok: true });
    expect(await statuses()).toEqual({ a: 'staged', b: 'approved', c: 'approved', d: 'pending' });
  });
});
