// The import of a cycle on demand: the named objects and what decides whether they are entitled, read directly. Feeds are
// not followed and the watermark does not move. Assignments are read in full, as in every cycle. Who is a member is asked
// of the person (memberOf), not of the groups: one short list a person, however large the groups are, and true even when
// the membership was given a minute ago and no feed has been read since.
import type { Selection } from '../model/cycle.ts';
import { OBJECT_KINDS, type ObjectKind } from '../model/directory.ts';
import { assignedGroups, rolesOfUsers } from '../store/assignments.ts';
import { nextReading, nextSequence } from '../store/jobs.ts';
import { groupsOfMember, removeMembers, storeMembers } from '../store/members.ts';
import { addUnread, findObjects, updateObjects } from '../store/source-objects.ts';
import { breathe, type CycleContext, settling } from './context.ts';
import { rolesText } from './entitle.ts';
import { importAssignments } from './import-assignments.ts';
import { beginReading, hidesMembers, readGroupList } from './import-members.ts';
import { readUnread } from './import-objects.ts';
import { namedGroups, noteMemberships, readNamedGroups } from './named-groups.ts';

/** Brings the rows of the named objects up to date. */
export async function importSelection(context: CycleContext, selection: Selection): Promise<void> {
  const { job, io } = context;
  for (const kind of OBJECT_KINDS) {
    const ids = selection[kind];
    await settling(context, async (trx) => {
      await addUnread(trx, job.id, kind, ids);
      await updateObjects(trx, job.id, kind, ids, { needs_read: 1 });
    });
    if (ids.length > 0) await readUnread(context, kind, ids);
  }
  const named = namedGroups(job);
  if (selection.user.length > 0) await readNamedGroups(context);
  if (job.settings.source.syncAll) {
    await everybodyEntitled(context, selection);
    if (named.length > 0) await readMembershipsOfAll(context, selection, new Set(named));
    return noteMemberships(context, selection.user);
  }
  const excludes = await importAssignments(context);
  context.excludesDefaultAccess = excludes;
  const assigned = new Set(await assignedGroups(io.store.db, job.id, excludes));
  await readMembershipsOfAll(context, selection, new Set([...assigned, ...named]));
  await entitleSelection(context, selection, assigned, excludes);
  await noteMemberships(context, selection.user);
  for (const id of selection.group) if (assigned.has(id)) await readMembers(context, id);
}

async function readMembershipsOfAll(
  context: CycleContext,
  selection: Selection,
  concerned: ReadonlySet<string>,
): Promise<void> {
  const people = await findObjects(context.io.store.db, context.job.id, 'user', selection.user);
  for (const person of people.values())
    if (person.state === 'present') await readMemberships(context, person.id, concerned);
}

/** With syncAll whoever is there is entitled. */
async function everybodyEntitled(context: CycleContext, selection: Selection): Promise<void> {
  const { job, io } = context;
  for (const kind of OBJECT_KINDS) {
    const rows = await findObjects(io.store.db, job.id, kind, selection[kind]);
    await setRoles(
      context,
      kind,
      new Map([...rows.values()].map((row) => [row.id, row.state === 'unread' ? null : ''])),
    );
  }
  for (const id of selection.group) await readMembers(context, id);
}

async function readMembers(context: CycleContext, groupId: string): Promise<void> {
  const { job, io } = context;
  const row = (await findObjects(io.store.db, job.id, 'group', [groupId])).get(groupId);
  if (row?.state !== 'present' || job.group === null || !job.group.mapsMembers) return;
  await readGroupList(context, groupId, await beginReading(context));
  // Whoever names a group wants to know that its members are there: they are compared with what the target says.
  if (!context.carriesOut) return;
  await settling(context, (trx) =>
    updateObjects(trx, job.id, 'group', [groupId], { members_dirty: 1, members_verify: 1 }),
  );
}

/**
 * Which of the assigned groups, and of those that filters name, hold a person. A membership that is missing is believed gone when a second complete reading
 * agrees. What turned out differently in a group is left for the next cycle to bring to the target.
 */
async function readMemberships(context: CycleContext, userId: string, assigned: ReadonlySet<string>): Promise<void> {
  const { job, io } = context;
  const known = (await groupsOfMember(io.store.db, job.id, userId)).filter((id) => assigned.has(id));
  const first = await readOnce(context, userId, assigned);
  const missing = known.filter((id) => !first.has(id));
  const second = missing.length === 0 ? first : await readOnce(context, userId, assigned);
  const gone: string[] = [];
  // A group with hidden membership may be left out for want of a permission, which is no evidence.
  for (const id of missing) if (!second.has(id) && !(await hidesMembers(context, id))) gone.push(id);
  const found = [...new Set([...first, ...second])].filter((id) => !known.includes(id));
  if (gone.length + found.length === 0) return;
  await settling(context, async (trx) => {
    const reading = await nextReading(trx, job.id);
    for (const id of found) await storeMembers(trx, job.id, id, [{ id: userId, type: 'user' }], reading);
    for (const id of gone) await removeMembers(trx, job.id, id, [userId]);
    await addUnread(trx, job.id, 'group', found);
    await updateObjects(trx, job.id, 'group', [...gone, ...found], { members_dirty: 1 });
  });
}

async function readOnce(
  context: CycleContext,
  userId: string,
  assigned: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const { job, io } = context;
  const found = new Set<string>();
  for await (const page of io.source.readGroupsOf(userId, job.settings.source.nestedGroups, io.signal)) {
    for (const id of page) if (assigned.has(id)) found.add(id);
    await breathe(context);
  }
  return found;
}

async function entitleSelection(
  context: CycleContext,
  selection: Selection,
  assigned: ReadonlySet<string>,
  excludesDefaultAccess: boolean,
): Promise<void> {
  const { job, io } = context;
  const roles = await rolesOfUsers(io.store.db, job.id, excludesDefaultAccess, selection.user);
  const ofPerson = (id: string): string | null => {
    const held = roles.get(id);
    return held === undefined ? null : rolesText(context, held);
  };
  await setRoles(context, 'user', new Map(selection.user.map((id) => [id, ofPerson(id)])));
  await setRoles(context, 'group', new Map(selection.group.map((id) => [id, assigned.has(id) ? '' : null])));
}

async function setRoles(
  context: CycleContext,
  kind: ObjectKind,
  roles: ReadonlyMap<string, string | null>,
): Promise<void> {
  const { job } = context;
  await settling(context, async (trx) => {
    const rows = await findObjects(trx, job.id, kind, [...roles.keys()]);
    const changed = [...rows.values()].filter((row) => row.roles !== (roles.get(row.id) ?? null));
    if (changed.length === 0) return;
    const sequence = await nextSequence(trx, job.id);
    for (const row of changed)
      await updateObjects(trx, job.id, kind, [row.id], { roles: roles.get(row.id) ?? null, changed_seq: sequence });
  });
}
