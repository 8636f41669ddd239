// What every store must promise, whatever database is behind it; run by one file per database.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pageEntitledUsers, removeAssignmentsUnseen, storeAssignments } from '../../src/store/assignments.ts';
import { forgetImagesOf, pruneImages } from '../../src/store/before-images.ts';
import { NO_DECISION } from '../../src/store/change-decisions.ts';
import type { StoredChange } from '../../src/store/change-tables.ts';
import { insertChanges, setStatus } from '../../src/store/changes.ts';
import type { Store } from '../../src/store/database.ts';
import { groupsKeepingHeld, groupsWithDueMembers, settleApprovedHolds } from '../../src/store/groups-in-step.ts';
import {
  countDueRemovals,
  forgetObsoleteHolds,
  groupsWithDueRemovals,
  holdDueRemovals,
  openHolds,
} from '../../src/store/guarded-members.ts';
import {
  acquireLease,
  ensureJob,
  fence,
  LEASE_MS,
  nextReading,
  nextSequence,
  releaseLease,
} from '../../src/store/jobs.ts';
import { findLinks, markProtected, saveLink, saveLinks } from '../../src/store/links.ts';
import {
  membersToAdd,
  membersToRemove,
  recordTargetMembers,
  removeMembers,
  storeMembers,
} from '../../src/store/members.ts';
import { changedMemberships, groupsOfImages, keepMembershipImages } from '../../src/store/membership-images.ts';
import { freeWaiting, pageReady } from '../../src/store/ready-changes.ts';
import type { LinkTable } from '../../src/store/schema.ts';
import { addUnread, findObjects, pageToPlan, storeImage, updateObjects } from '../../src/store/source-objects.ts';
import { addTargetUsage, readTargetUsage } from '../../src/store/target-usage.ts';

const JOB = 'job';

function link(id: string, targetId = `t-${id}`): LinkTable {
  return {
    job_id: JOB,
    kind: 'user',
    source_id: id,
    target_id: targetId,
    matched_by: 'userName',
    exported: '{}',
    active: 1,
    email: null,
    cycle_id: 'c',
    verify: 0,
    linked_at: '2026-01-01T00:00:00.000Z',
    protected: 0,
  };
}

function change(id: string, waitsFor: string | null): StoredChange {
  return {
    id: `change-${id}`,
    job_id: JOB,
    cycle_id: 'c',
    kind: 'user',
    source_id: id,
    display_name: null,
    phase: 1,
    action: 'create',
    target_id: null,
    waits_for: waitsFor,
    guard_class: null,
    differences: 0,
    amount: 1,
    event: null,
    payload: '{}',
    steps: '[]',
    status: 'pending',
    created_at: 0,
    settled_at: null,
    by_configuration: 0,
    ...NO_DECISION,
  };
}

/** Describes a store; `open` answers an empty one each time. */
export function describeStore(name: string, open: () => Promise<Store>): void {
  describe(`a ${name} store`, () => {
    let store: Store;

    beforeEach(async () => {
      store = await open();
      await ensureJob(store.db, JOB);
    });

    afterEach(() => store.close());

    it('undoes a transaction that throws', async () => {
      const failing = store.transaction(async (trx) => {
        await addUnread(trx, JOB, 'user', ['a']);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await findObjects(store.db, JOB, 'user', ['a'])).toEqual(new Map());
    });

    it('keeps a job row that exists', async () => {
      await nextSequence(store.db, JOB);
      await ensureJob(store.db, JOB);
      expect(await nextSequence(store.db, JOB)).toBe(2);
      expect(await nextReading(store.db, JOB)).toBe(1);
    });

    // spec: one-writer
    it('gives a lease to one at a time, and fences who was taken over', async () => {
      const never = () => false;
      const first = await acquireLease(store.db, JOB, 'one', 1000, never);
      expect(first).toMatchObject({ epoch: 1 });
      expect(await acquireLease(store.db, JOB, 'two', 1001, never)).toBeNull();
      if (first === null) throw new Error('no lease');
      await fence(store.db, first, 2000);
      expect(await acquireLease(store.db, JOB, 'two', 1000 + LEASE_MS + 1, never)).toBeNull();
      const second = await acquireLease(store.db, JOB, 'two', 2000 + LEASE_MS + 1, never);
      expect(second).toMatchObject({ epoch: 2 });
      await expect(fence(store.db, first, 3000)).rejects.toMatchObject({ code: 'LeaseLost' });
      await releaseLease(store.db, first);
      expect(await acquireLease(store.db, JOB, 'three', 2001 + LEASE_MS, never)).toBeNull();
      expect(await acquireLease(store.db, JOB, 'three', 2001 + LEASE_MS, (owner) => owner === 'two')).not.toBeNull();
    });

    // spec: planned-rows
    it('plans a row until it is planned as far as it changed', async () => {
      await addUnread(store.db, JOB, 'user', ['a', 'b']);
      const image = {
        kind: 'user',
        id: 'a',
        state: 'present',
        displayName: 'A',
        attributes: '{}',
        managerId: null,
      } as const;
      await storeImage(store.db, JOB, image, 5);
      expect((await pageToPlan(store.db, JOB, 'user', 0, 10)).map((row) => row.id)).toEqual(['a']);
      await storeImage(store.db, JOB, image, 7);
      await updateObjects(store.db, JOB, 'user', ['a'], { planned_seq: 5 });
      expect(await pageToPlan(store.db, JOB, 'user', 0, 10)).toHaveLength(1);
      await updateObjects(store.db, JOB, 'user', ['a'], { planned_seq: 7 });
      expect(await pageToPlan(store.db, JOB, 'user', 0, 10)).toEqual([]);
    });

    it('keeps rows that are added twice', async () => {
      await addUnread(store.db, JOB, 'user', ['a']);
      await updateObjects(store.db, JOB, 'user', ['a'], { roles: 'r' });
      await addUnread(store.db, JOB, 'user', ['a', 'b']);
      const rows = await findObjects(store.db, JOB, 'user', ['a', 'b']);
      expect([rows.get('a')?.roles, rows.get('b')?.roles]).toEqual(['r', null]);
    });

    it('reads and writes more rows than one statement holds', async () => {
      const ids = Array.from({ length: 1300 }, (_, index) => `id-${index}`);
      await addUnread(store.db, JOB, 'user', ids);
      await updateObjects(store.db, JOB, 'user', ids, { in_scope: 1 });
      const rows = await findObjects(store.db, JOB, 'user', ids);
      expect(rows.size).toBe(1300);
      expect([...rows.values()].every((row) => row.in_scope === 1)).toBe(true);
      await recordTargetMembers(store.db, JOB, [{ groupId: 'g', memberIds: ids }]);
      await storeMembers(
        store.db,
        JOB,
        'g',
        ids.map((id) => ({ id, type: 'user' })),
        1,
      );
      expect(await removeMembers(store.db, JOB, 'g', ids)).toBe(1300);
    });

    it('pages entitled people across pages, each role once', async () => {
      const assignment = (principalId: string, principalType: 'User' | 'Group', appRoleId: string) => ({
        principalId,
        principalType,
        appRoleId,
      });
      const rows = [assignment('a', 'User', 'r1'), assignment('a', 'User', 'r2'), assignment('g', 'Group', 'r1')];
      await storeAssignments(store.db, JOB, rows, 1);
      const members = ['a', 'b', 'c'].map((id) => ({ id, type: 'user' }));
      await storeMembers(store.db, JOB, 'g', [...members, { id: 'n', type: 'group' }], 1);
      const found: string[] = [];
      let after = { id: '', role: '' };
      for (;;) {
        const page = await pageEntitledUsers(store.db, JOB, false, after, 2);
        const last = page.at(-1);
        if (last === undefined) break;
        found.push(...page.map((each) => `${each.id} ${each.role_id}`));
        after = { id: last.id, role: last.role_id };
      }
      expect(found).toEqual(['a r1', 'a r2', 'b r1', 'c r1']);
      await storeAssignments(store.db, JOB, rows.slice(0, 1), 2);
      await removeAssignmentsUnseen(store.db, JOB, 2);
      expect(await pageEntitledUsers(store.db, JOB, false, { id: '', role: '' }, 9)).toHaveLength(1);
    });

    it('refuses two people for one account, and replaces the link of one', async () => {
      await saveLink(store.db, link('a'));
      await saveLink(store.db, { ...link('a'), active: 0 });
      expect((await findLinks(store.db, JOB, 'user', ['a'])).get('a')).toMatchObject({ active: 0 });
      await expect(saveLink(store.db, link('b', 't-a'))).rejects.toThrow();
    });

    it('knows which memberships to add and to remove', async () => {
      const members = ['a', 'b'].map((id) => ({ id, type: 'user' }));
      await storeMembers(store.db, JOB, 'g', members, 1);
      for (const id of ['a', 'c']) await saveLink(store.db, link(id));
      await recordTargetMembers(store.db, JOB, [{ groupId: 'g', memberIds: ['c', 'gone'] }]);
      expect(await membersToAdd(store.db, JOB, 'g', '', 9)).toEqual([{ member_id: 'a', target_id: 't-a' }]);
      expect(await membersToRemove(store.db, JOB, 'g', '', 9)).toEqual([
        { member_id: 'c', target_id: 't-c', counted: 1 },
      ]);
    });

    it('knows which of many groups have members to add or to remove, and which keep some that are held', async () => {
      for (const id of ['a', 'b', 'held']) await saveLink(store.db, link(id));
      await saveLink(store.db, { ...link('unjudged'), protected: 2 });
      const groups = ['gains', 'loses', 'same', 'holds', 'kept', 'doubts', 'empty'];
      for (const id of ['gains', 'same']) await storeMembers(store.db, JOB, id, [{ id: 'a', type: 'user' }], 1);
      for (const id of ['loses', 'same']) await recordTargetMembers(store.db, JOB, [{ groupId: id, memberIds: ['a'] }]);
      await recordTargetMembers(store.db, JOB, [{ groupId: 'holds', memberIds: ['held'] }]);
      await recordTargetMembers(store.db, JOB, [
        { groupId: 'kept', memberIds: ['b'] },
        { groupId: 'doubts', memberIds: ['unjudged'] },
      ]);
      const kept = { ...change('kept', null), id: 'hold', kind: 'group', guard_class: 'memberships', status: 'staged' };
      await insertChanges(store.db, [
        { ...change('held', null), action: 'disable', status: 'staged', guard_class: 'leavers' },
        kept,
      ]);
      await store.db
        .insertInto('held_membership')
        .values({ job_id: JOB, group_id: 'kept', member_id: 'b', change_id: 'hold' })
        .execute();
      expect(await groupsWithDueMembers(store.db, JOB, groups)).toEqual(new Set(['gains', 'loses']));
      expect(await groupsWithDueMembers(store.db, JOB, ['same', 'loses'])).toEqual(new Set(['loses']));
      expect(await groupsKeepingHeld(store.db, JOB, groups)).toEqual(new Set(['holds', 'kept', 'doubts']));
      expect(await groupsKeepingHeld(store.db, JOB, ['same', 'gains'])).toEqual(new Set());
    });

    it('keeps who was added to a group and removed from it; what a cycle did first counts', async () => {
      const group = { job_id: JOB, cycle_id: 'c', group_id: 'g', target_id: 't-g' };
      const image = (id: string, at: number, direction: string, members: readonly string[]) => ({
        ...group,
        id,
        direction,
        members: JSON.stringify(members),
        at,
      });
      for (const id of ['a', 'b']) await saveLink(store.db, link(id));
      await storeMembers(store.db, JOB, 'g', [{ id: 'a', type: 'user' }], 1);
      await recordTargetMembers(store.db, JOB, [{ groupId: 'g', memberIds: ['a', 'b'] }]);
      // The clock was put back between these two requests.
      await keepMembershipImages(store.db, [image('1', 2, 'removed', ['c']), image('2', 1, 'added', ['a', 'b', 'c'])]);
      await keepMembershipImages(store.db, [{ ...image('3', 3, 'added', ['z']), cycle_id: 'another' }]);
      expect(await groupsOfImages(store.db, JOB, 'c')).toEqual(['g']);
      const known = { group_id: 'g', group_name: null, target_id: 't-g', member_name: null, isProtected: false };
      expect(await changedMemberships(store.db, JOB, 'c')).toEqual([
        { ...known, member_id: 'a', direction: 'added', account: 't-a', stated: true, ours: true },
        { ...known, member_id: 'b', direction: 'added', account: 't-b', stated: false, ours: true },
        { ...known, member_id: 'c', direction: 'removed', account: null, stated: false, ours: false },
      ]);

      // Of a person nothing is left, in whatever list, and no list without anybody.
      await forgetImagesOf(store.db, ['a', 'c']);
      const left = await changedMemberships(store.db, JOB, 'c');
      expect(left.map((each) => each.member_id)).toEqual(['b']);
      const rows = () => store.db.selectFrom('membership_image').select(['id', 'members']).orderBy('id').execute();
      expect(await rows()).toEqual([
        { id: '2', members: '["b"]' },
        { id: '3', members: '["z"]' },
      ]);
      await pruneImages(store.db, JOB, 3);
      expect(await rows()).toMatchObject([{ id: '3' }]);
    });

    it('keeps changed memberships apart, whatever the ids', async () => {
      const image = { job_id: JOB, cycle_id: 'c', target_id: 't', direction: 'added', at: 1 };
      const lists: [string, string[]][] = [
        ['g', ['a \'b"', 'ä', 'b c']],
        ['g b', ['c']],
      ];
      await keepMembershipImages(
        store.db,
        lists.map(([group_id, members]) => ({ ...image, id: group_id, group_id, members: JSON.stringify(members) })),
      );
      const changed = async () =>
        (await changedMemberships(store.db, JOB, 'c')).map((each) => [each.group_id, each.member_id]);
      expect(await changed()).toEqual(lists.flatMap(([id, members]) => members.toSorted().map((each) => [id, each])));
      await forgetImagesOf(store.db, ['a \'b"', 'ä', 'c']);
      expect(await changed()).toEqual([['g', 'b c']]);
    });

    it('knows which memberships a guard counts, holds them, and forgets what is not due any more', async () => {
      await addUnread(store.db, JOB, 'group', ['g', 'h']);
      await updateObjects(store.db, JOB, 'group', ['g', 'h'], { members_dirty: 1, in_scope: 1 });
      for (const id of ['g', 'h']) await saveLink(store.db, { ...link(id), kind: 'group', target_id: `t-${id}` });
      const people = ['a', 'b', 'c', 'leaver', 'held', 'safe'];
      for (const id of people) await saveLink(store.db, link(id));
      await markProtected(store.db, JOB, ['safe'], 1);
      await recordTargetMembers(store.db, JOB, [{ groupId: 'g', memberIds: people }]);
      await recordTargetMembers(store.db, JOB, [{ groupId: 'h', memberIds: ['a', 'b'] }]);
      await storeMembers(store.db, JOB, 'h', [{ id: 'b', type: 'user' }], 1);
      await insertChanges(store.db, [
        { ...change('leaver', null), action: 'disable', status: 'pending' },
        { ...change('held', null), action: 'disable', status: 'staged', guard_class: 'leavers' },
      ]);
      const due = () => countDueRemovals(store.db, JOB, []);
      expect(await due()).toEqual({ fresh: 4, held: 0, freshGroups: 2 });
      const removable = async () => (await membersToRemove(store.db, JOB, 'g', '', 9)).map((each) => each.member_id);
      expect(await removable()).toEqual(['a', 'b', 'c', 'leaver']);

      const hold = { ...change('g', null), id: 'hold', kind: 'group', guard_class: 'memberships', status: 'staged' };
      await insertChanges(store.db, [hold]);
      await holdDueRemovals(store.db, JOB, 'g', 'hold');
      expect(await due()).toEqual({ fresh: 1, held: 3, freshGroups: 1 });
      expect(await removable()).toEqual(['leaver']);
      expect((await groupsWithDueRemovals(store.db, JOB)).map((each) => [each.group_id, each.fresh])).toEqual([
        ['h', 1],
      ]);

      await storeMembers(store.db, JOB, 'g', [{ id: 'a', type: 'user' }], 1);
      await forgetObsoleteHolds(store.db, JOB);
      expect((await openHolds(store.db, JOB)).map(({ change: { id }, left }) => [id, left])).toEqual([['hold', 2]]);
      await setStatus(store.db, ['hold'], 'approved');
      expect(await due()).toEqual({ fresh: 1, held: 0, freshGroups: 1 });
      expect(await removable()).toEqual(['b', 'c', 'leaver']);
      await settleApprovedHolds(store.db, JOB, ['g', 'h'], 1);
      expect(await openHolds(store.db, JOB)).toEqual([]);
    });

    it('stores many links at once as it does one by one', async () => {
      await saveLinks(store.db, [link('a'), link('b')]);
      await saveLinks(store.db, [{ ...link('b', 'other'), email: 'b@x' }, link('c')]);
      await saveLink(store.db, link('c', 'last'));
      const links = await findLinks(store.db, JOB, 'user', ['a', 'b', 'c']);
      expect([...links.values()].map((each) => [each.source_id, each.target_id, each.email])).toEqual(
        expect.arrayContaining([
          ['a', 't-a', link('a').email],
          ['b', 'other', 'b@x'],
          ['c', 'last', link('c').email],
        ]),
      );
    });

    it('adds up what was used of a target, and forgets what counts no longer', async () => {
      const used = (at: number, operations: number) => ({ counted: 'hourly', at, operations, expires: at + 100 });
      await addTargetUsage(store.db, 'realm', [used(10, 3), used(20, 4)], 15);
      await addTargetUsage(store.db, 'realm', [used(20, 5)], 25);
      await addTargetUsage(store.db, 'other', [used(20, 1)], 25);
      const read = async (now: number) =>
        (await readTargetUsage(store.db, 'realm', now)).map(({ at, operations }) => [at, operations]);
      expect(await read(109)).toEqual([
        [10, 3],
        [20, 9],
      ]);
      expect(await read(110)).toEqual([[20, 9]]);
      await addTargetUsage(store.db, 'other', [], 120);
      expect(await read(0)).toEqual([]);
    });

    it('frees whoever waits for nobody, and one member of a cycle', async () => {
      await insertChanges(store.db, [change('a', 'nobody'), change('b', 'x'), change('x', 'y'), change('y', 'x')]);
      expect(await pageReady(store.db, JOB, 1, 9)).toEqual([]);
      expect(await freeWaiting(store.db, JOB, 1)).toBe(1);
      expect((await pageReady(store.db, JOB, 1, 9)).map((each) => each.source_id)).toEqual(['a']);
      await store.db.deleteFrom('change').where('source_id', '=', 'a').execute();
      expect(await freeWaiting(store.db, JOB, 1)).toBe(1);
      expect(['x', 'y']).toContain((await pageReady(store.db, JOB, 1, 9))[0]?.source_id);
      await saveLink(store.db, link('x'));
      expect((await pageReady(store.db, JOB, 1, 9)).map((each) => each.source_id)).toEqual(
        expect.arrayContaining(['b', 'y']),
      );
    });
  });
}
