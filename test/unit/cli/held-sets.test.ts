import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setText } from '../../../src/cli/held-set-text.ts';
import { readHeldSets, setId } from '../../../src/cli/held-sets.ts';
import { plainPaint } from '../../../src/cli/terminal.ts';
import { NO_DECISION } from '../../../src/store/change-decisions.ts';
import type { StoredChange } from '../../../src/store/change-tables.ts';
import { insertChanges, pageChanges } from '../../../src/store/changes.ts';
import { openStore, type Store } from '../../../src/store/database.ts';
import { approveHeld } from '../../support/decisions.ts';

let store: Store;

beforeEach(async () => {
  store = await openStore('sqlite::memory:');
});

afterEach(() => store.close());

function aChange(id: string, changes: Partial<StoredChange> = {}): StoredChange {
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
    differences: 0,
    amount: 1,
    guard_class: 'leavers',
    event: 'blocked',
    payload: null,
    steps: null,
    status: 'staged',
    created_at: 1_000,
    settled_at: null,
    by_configuration: 0,
    ...NO_DECISION,
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

describe('an approval', () => {
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
    expect(result).toMatchObject({ ok: true, decided: [{ changeId: 'a' }, { changeId: 'b' }] });
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
      message: 'Nothing is held for an object with the id "u-x"; names are not taken here.',
    });
    expect(await statuses()).toMatchObject({ b: 'staged' });
    expect(await approveHeld(store, 'wiki', { objects: ['u-b', 'u-c'] })).toMatchObject({ ok: true });
    expect(await statuses()).toEqual({ a: 'staged', b: 'approved', c: 'approved', d: 'pending' });
  });
});

describe('what is shown', () => {
  const renamed = {
    identity: ['userName', 'externalId'],
    redacted: ['externalId'],
    differences: [
      { path: { text: 'userName' }, oldValue: 'ana@old.example', newValue: 'ana@new.example' },
      { path: { text: 'externalId' }, oldValue: 'secret-1', newValue: 'secret-2' },
      { path: { text: 'title' }, oldValue: 'Manager', newValue: 'Director' },
    ],
  };

  it('of an identity: old and new, without what must not be shown and what else would change', async () => {
    await insertChanges(store.db, [
      aChange('a', { action: 'update', event: null, guard_class: 'identity', payload: JSON.stringify(renamed) }),
    ]);
    const [set] = await readHeldSets(store.db, 'wiki');
    expect(set?.changes[0]?.identity).toEqual([
      { attribute: 'userName', oldValue: 'ana@old.example', newValue: 'ana@new.example' },
      { attribute: 'externalId', oldValue: '[Redact]', newValue: '[Redact]' },
    ]);
    const text = set === undefined ? '' : setText(set, ' --config c', plainPaint);
    expect(text).toContain('1 change held in identity: existing accounts whose name, id or address would change');
    expect(text).toContain('userName "ana@old.example" -> "ana@new.example"');
    expect(text).not.toMatch(/secret|Director/);
  });

  it('of memberships: how many, and the set is another one when their number is', async () => {
    const group = { kind: 'group', action: 'update', event: null, guard_class: 'memberships' };
    await insertChanges(store.db, [aChange('g', { ...group, amount: 17 }), aChange('h', { ...group, amount: 5 })]);
    const [set] = await readHeldSets(store.db, 'wiki');
    expect(set).toMatchObject({ count: 22, set: expect.stringMatching(/^memberships-22-/) });
    const text = set === undefined ? '' : setText(set, '', plainPaint);
    expect(text).toContain('22 memberships of 2 groups held in memberships: members that groups would lose');
    expect(text).toMatch(/remove +group +Person g +u-g +17 members/);
    const refused = await approveHeld(store, 'wiki', { set: setId('memberships', ['g', 'h'], 20) });
    expect(refused.ok ? '' : refused.message).toContain('it held 20, now it holds 22 (2 more)');
  });

  it.each(['leavers', 'scopeLosses', 'groupDeletes', 'creates', 'identity', 'memberships', 'updates', 'irreversible'])(
    'of %s: what the class means, and how to approve it',
    async (guardClass) => {
      await insertChanges(store.db, [aChange('a', { guard_class: guardClass })]);
      const [set] = await readHeldSets(store.db, 'wiki');
      const text = set === undefined ? '' : setText(set, '', plainPaint);
      expect(text).not.toContain('other changes');
      expect(text).toContain(`approve --job wiki --set ${setId(guardClass, ['a'])}`);
    },
  );
});
