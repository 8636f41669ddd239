// Plans the undoing of memberships: each group that the cycle changed is read; whom it added is removed while they are there
// by our hand, whom it removed is added while they are absent. Everybody else is left alone and named.

import { findLinks } from '../store/links.ts';
import type { ChangedMembership } from '../store/membership-images.ts';
import type { LinkTable } from '../store/schema.ts';
import { runBounded } from './bounded.ts';
import { breathe, type CycleContext } from './context.ts';
import { memberIdsOf } from './shown-members.ts';

/** A membership that is to be as it was. */
export interface UndoneMembership {
  readonly id: string;
  readonly name: string | null;
  /** The account of the member. */
  readonly account: string;
  /** Whether it was taken for one that is there by our hand. */
  readonly ours: boolean;
  /** Whether the next cycle would do again what is undone. */
  readonly again: boolean;
}

/** What undoing the memberships of one group comes to. */
export interface PlannedGroupUndo {
  readonly id: string;
  readonly name: string | null;
  readonly targetId: string;
  readonly add: readonly UndoneMembership[];
  readonly remove: readonly UndoneMembership[];
  /** What is left alone, and why. */
  readonly leftAlone: readonly string[];
}

/** Reads every group and plans what is restored. Nothing is written. */
export async function planMembersUndo(
  context: CycleContext,
  changed: readonly ChangedMembership[],
): Promise<PlannedGroupUndo[]> {
  const { job, io } = context;
  const byGroup = Map.groupBy(changed, (each) => `${each.group_id} ${each.target_id}`);
  const links = await findLinks(io.store.db, job.id, 'group', [...new Set(changed.map((each) => each.group_id))]);
  const tasks = [...byGroup.values()].map(
    (members) => () => planGroup(context, members, links.get(members[0]?.group_id ?? '')),
  );
  const planned = await runBounded(tasks, job.concurrency);
  await breathe(context);
  return planned;
}

async function planGroup(
  { job, io }: CycleContext,
  members: readonly ChangedMembership[],
  link: LinkTable | undefined,
): Promise<PlannedGroupUndo> {
  const [first] = members;
  if (first === undefined) throw new Error('a group without members has nothing to undo');
  const group = { id: first.group_id, name: first.group_name, targetId: first.target_id };
  const nothing = (because: string): PlannedGroupUndo => ({ ...group, add: [], remove: [], leftAlone: [because] });
  if (job.group?.mapsMembers !== true) return nothing('members of groups are not provisioned any more');
  if (link?.target_id !== group.targetId) return nothing('the group belongs to nobody, or to another one, by now');
  const read = await io.target.get('Group', group.targetId, io.signal);
  if (!read.ok) return nothing(`the group cannot be read: ${read.fault.message}`);
  if (read.value === null) return nothing('the group does not exist any more');
  const shown = memberIdsOf(read.value, job.settings.profile);
  const add: UndoneMembership[] = [];
  const remove: UndoneMembership[] = [];
  const leftAlone: string[] = [];
  for (const member of members) {
    const { account, stated, ours, direction } = member;
    const kept = whyLeftAlone(member, shown);
    if (kept !== null || account === null) {
      leftAlone.push(`${member.member_name ?? member.member_id}: ${kept ?? NO_ACCOUNT}`);
      continue;
    }
    const undone = { id: member.member_id, name: member.member_name, account, ours };
    if (direction === 'added') remove.push({ ...undone, again: stated });
    else add.push({ ...undone, again: !stated });
  }
  return { ...group, add, remove, leftAlone };
}

const NO_ACCOUNT = 'has no account any more';

/** A target that shows no members at all may have none, or not show them: what was sent counts then. */
function whyLeftAlone(
  { account, direction, ours, isProtected }: ChangedMembership,
  shown: ReadonlySet<string> | null,
): string | null {
  if (account === null) return NO_ACCOUNT;
  const isThere = shown === null ? ours : shown.has(account);
  if (direction === 'removed') return isThere ? 'is a member again' : null;
  if (!isThere) return 'is no member any more';
  if (!ours) return 'is a member by somebody else';
  return isProtected ? 'the account is protected' : null;
}
