// Reads member lists of groups. In a list that was read before, a member that is missing is believed gone when a second
// complete reading agrees. A list that was in doubt is read once more by the next cycle: who is missing from a first reading
// is missed by nobody, and what a replica of the directory had not heard of yet shows in no feed after it.
import { assignedGroups } from '../store/assignments.ts';
import type { Db } from '../store/database.ts';
import { nextReading } from '../store/jobs.ts';
import { countMembers, countMembersUnseen, removeMembersUnseen, storeMembers } from '../store/members.ts';
import { findObjects, updateObjects } from '../store/source-objects.ts';
import { runBounded } from './bounded.ts';
import { breathe, type CycleContext, settling, warn } from './context.ts';
import { followsGroups, namedGroups } from './named-groups.ts';

const LIST_IN_DOUBT = 0;
const LIST_KNOWN = 1;
const LIST_READ_ONCE = 2;

/** As many as batches of objects: Microsoft Graph answers each quickly, and limits what many cost together. */
const LISTS_AT_ONCE = 4;

/**
 * Reads the lists that are not known completely. With nested groups a change inside a nested group shows in no feed of
 * the outer one, so all assigned groups are read each cycle.
 */
export async function readGroupLists(context: CycleContext, excludesDefaultAccess: boolean): Promise<void> {
  const { job, io } = context;
  const transitive = job.settings.source.nestedGroups === 'transitive';
  const known = await io.store.db
    .selectFrom('source_object')
    .select(['id', 'members_read'])
    .where('job_id', '=', job.id)
    .where('kind', '=', 'group')
    .where('state', '=', 'present')
    .orderBy('id')
    .execute();
  const concerned = await concernedGroups(context, excludesDefaultAccess);
  const unknown = known.filter(
    (group) =>
      (concerned === null || concerned.has(group.id)) &&
      (transitive || group.members_read !== LIST_KNOWN || !followsGroups(job)),
  );
  if (unknown.length === 0) return;
  const reading = await beginReading(context);
  await runBounded(
    unknown.map((group) => () => readGroupList(context, group.id, reading)),
    LISTS_AT_ONCE,
  );
}

/** Whose members have to be known: assigned groups, and those that filters name; null for all. */
async function concernedGroups(
  { job, io }: CycleContext,
  excludesDefaultAccess: boolean,
): Promise<ReadonlySet<string> | null> {
  const named = namedGroups(job);
  if (job.settings.source.syncAll) return job.group === null ? new Set(named) : null;
  return new Set([...(await assignedGroups(io.store.db, job.id, excludesDefaultAccess)), ...named]);
}

/** The number of a reading, by which later ones are told from it; it may be of many lists. */
export function beginReading(context: CycleContext): Promise<number> {
  return settling(context, (trx) => nextReading(trx, context.job.id));
}

/** Reads the list of one group; `first` is the number of the reading. */
export async function readGroupList(context: CycleContext, groupId: string, first: number): Promise<void> {
  const { job, io } = context;
  const before = await countMembers(io.store.db, job.id, groupId);
  const seen = await readOnce(context, groupId, first);
  const missing = before === 0 ? 0 : await countMembersUnseen(io.store.db, job.id, groupId, first);
  if (missing > 0 && seen === 0 && (await hidesMembers(context, groupId)))
    return warn(
      context,
      'SourcePermissionMissing',
      { group: groupId, members: before },
      'a group with hidden membership shows no members any more, which is no evidence: grant Member.Read.Hidden, or leave the group out',
    );
  if (missing > 0) await readOnce(context, groupId, await beginReading(context));
  await settling(context, async (trx) => {
    if (missing > 0) await removeMembersUnseen(trx, job.id, groupId, first);
    const changed = missing > 0 || (before === 0 ? seen > 0 : (await countMembers(trx, job.id, groupId)) !== before);
    const members_read = await stateAfter(trx, context, groupId);
    await updateObjects(
      trx,
      job.id,
      'group',
      [groupId],
      changed ? { members_read, members_dirty: 1 } : { members_read },
    );
  });
}

/** With syncAll the enumeration has stated the members as well, so that the list is their second reading. */
async function stateAfter(trx: Db, { job }: CycleContext, groupId: string): Promise<number> {
  if (job.settings.source.syncAll) return LIST_KNOWN;
  const row = (await findObjects(trx, job.id, 'group', [groupId])).get(groupId);
  return row?.members_read === LIST_IN_DOUBT ? LIST_READ_ONCE : LIST_KNOWN;
}

/** Without the permission Member.Read.Hidden, Graph shows such a group as if it had no members (graph.md section 1). */
export async function hidesMembers({ job, io }: CycleContext, groupId: string): Promise<boolean> {
  const row = (await findObjects(io.store.db, job.id, 'group', [groupId])).get(groupId);
  return (JSON.parse(row?.attributes ?? '{}') as { visibility?: unknown }).visibility === 'HiddenMembership';
}

/** Stores the list as this reading shows it; answers how many it showed. */
async function readOnce(context: CycleContext, groupId: string, reading: number): Promise<number> {
  const { job, io } = context;
  const depth = job.settings.source.nestedGroups;
  let seen = 0;
  for await (const page of io.source.readGroupMembers(groupId, depth, io.signal)) {
    seen += page.length;
    await settling(context, (trx) => storeMembers(trx, job.id, groupId, page, reading));
    await breathe(context);
  }
  return seen;
}
