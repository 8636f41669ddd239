// How many members a group may have in the target, and in how many groups somebody may be (profile `membersPerGroup`,
// `groupsPerUser`). Some services lose members beyond their limit, others refuse everybody who is added together with one
// person too many; so nobody is added beyond, and the group says whom it lacks.
import type { ObjectFault } from '../model/errors.ts';
import type { TargetProfile } from '../model/profile.ts';
import type { Db } from '../store/database.ts';
import { countTargetMembers, type LinkedMember, membersToAdd } from '../store/members.ts';
import type { CycleContext } from './context.ts';

type MemberLimits = Pick<TargetProfile, 'membersPerGroup' | 'groupsPerUser'>;

/** Whether members of groups are limited at all. */
export function limitsMembers({ membersPerGroup, groupsPerUser }: MemberLimits): boolean {
  return membersPerGroup !== undefined || groupsPerUser !== undefined;
}

/** Those of the candidates who may be added to the group, at most `most` of them. */
export async function admittedMembers(
  db: Db,
  { job }: Pick<CycleContext, 'job'>,
  groupId: string,
  candidates: readonly LinkedMember[],
  most: number,
): Promise<readonly LinkedMember[]> {
  const { membersPerGroup, groupsPerUser } = job.settings.profile;
  const held = membersPerGroup === undefined ? 0 : await countTargetMembers(db, job.id, { group_id: groupId });
  const room = Math.min(most, (membersPerGroup ?? Number.POSITIVE_INFINITY) - held);
  const admitted: LinkedMember[] = [];
  for (const candidate of candidates) {
    if (admitted.length >= room) break;
    const groups =
      groupsPerUser === undefined ? 0 : await countTargetMembers(db, job.id, { member_id: candidate.member_id });
    if (groupsPerUser === undefined || groups < groupsPerUser) admitted.push(candidate);
  }
  return admitted;
}

/** What to say of a group that lacks members because of a limit; null when it lacks none. */
export async function limitReached(
  db: Db,
  { job, approved }: Pick<CycleContext, 'job' | 'approved'>,
  groupId: string,
): Promise<ObjectFault | null> {
  const { profile } = job.settings;
  if (!limitsMembers(profile) || approved !== null) return null;
  const left = await membersToAdd(db, job.id, groupId, '', Number.MAX_SAFE_INTEGER);
  if (left.length === 0) return null;
  const { membersPerGroup, groupsPerUser } = profile;
  const held = await countTargetMembers(db, job.id, { group_id: groupId });
  const isFull = membersPerGroup !== undefined && held >= membersPerGroup;
  const why = isFull
    ? `a group takes ${membersPerGroup} members here (profile.membersPerGroup)`
    : `they are in ${groupsPerUser} groups already, and nobody may be in more here (profile.groupsPerUser)`;
  return { code: 'MembershipLimit', message: `Not added: ${left.length} members, because ${why}.` };
}
