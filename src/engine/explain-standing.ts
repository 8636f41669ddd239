// Whether and how somebody is assigned. Who is entitled is decided by the statements of a cycle (store/assignments.ts), on a
// store of its own that holds nothing but what was read about this object; the ways are only named here.
import { type AppRole, type AppRoleAssignment, DEFAULT_ACCESS_ROLE_ID, type ObjectKind } from '../model/directory.ts';
import type { DirectoryFacts, Memberships, Named } from '../model/directory-facts.ts';
import { assignedGroups, rolesOfUsers, storeAssignments } from '../store/assignments.ts';
import type { Db } from '../store/database.ts';
import { ensureJob } from '../store/jobs.ts';
import { storeMembers } from '../store/members.ts';
import type { CompiledJob } from './compiled-job.ts';
import type { AssignmentPath, Origin, Standing } from './explain-result.ts';
import type { StoredFacts } from './explain-store.ts';
import { excludesDefaultAccess } from './import-assignments.ts';

/** One object and what it is judged by. */
export interface StandingQuestion {
  readonly job: CompiledJob;
  readonly kind: ObjectKind;
  readonly id: string;
}

const EVERYBODY: AssignmentPath = {
  type: 'everybody',
  group: null,
  chain: [],
  role: '',
  leftOut: false,
  reached: true,
};

/** What the directory says now; `scratch` is an empty store in memory. Null when the store knows better. */
export async function standingNow(
  question: StandingQuestion,
  facts: DirectoryFacts,
  stored: StoredFacts,
  scratch: Db,
  at: string,
): Promise<Standing | null> {
  const { job, kind, id } = question;
  const origin: Origin = { from: 'Graph', at };
  const groups = facts.memberships.known ? facts.memberships.value : null;
  const count = groups === null ? null : groups.direct.length;
  if (job.settings.source.syncAll) return { entitled: true, roles: '', paths: [EVERYBODY], groups: count, origin };
  if (!facts.assignments.known || !facts.application.known) return null;
  const { appRoles } = facts.application.value;
  const excludes = excludesDefaultAccess(job.settings.source.excludeDefaultAccess, appRoles);
  const near = new Set(groups?.direct.map((group) => group.id));
  const transitive = kind === 'user' && job.settings.source.nestedGroups === 'transitive';
  const reachable = kind === 'user' ? [...(transitive ? (groups?.all ?? []) : (groups?.direct ?? []))] : [];
  const concerned = facts.assignments.value.rows.filter(
    (row) => row.principalId === id || groups?.all.some((group) => group.id === row.principalId),
  );
  const roles = await entitledRoles(
    question,
    concerned,
    reachable.map((group) => group.id),
    excludes,
    scratch,
  );
  const complete = facts.assignments.value.complete && groups?.complete !== false;
  // Of lists that go on only what was looked up by name was seen: the last cycle read all of them.
  if (roles === null && !complete && stored.row !== undefined) return null;
  // Without the memberships only a direct assignment proves anything.
  const entitled = roles === null && groups?.complete !== true && kind === 'user' ? null : roles !== null;
  const paths = concerned.map((row): AssignmentPath => {
    const leftOut = excludes && row.appRoleId === DEFAULT_ACCESS_ROLE_ID;
    const role = roleName(row.appRoleId, appRoles);
    if (row.principalId === id) return { type: 'direct', group: null, chain: [], role, leftOut, reached: true };
    const group = groups?.all.find((each) => each.id === row.principalId) ?? { id: row.principalId, displayName: null };
    const reached = kind === 'user' && (transitive || near.has(group.id));
    const chain = groups === null ? [] : chainTo(group.id, groups);
    return { type: 'group', group, chain, role, leftOut, reached };
  });
  return { entitled, roles: roles === null ? null : roles.join(','), paths, groups: count, origin };
}

async function entitledRoles(
  { job, kind, id }: StandingQuestion,
  rows: readonly AppRoleAssignment[],
  groupIds: readonly string[],
  excludes: boolean,
  scratch: Db,
): Promise<string[] | null> {
  await ensureJob(scratch, job.id);
  await storeAssignments(scratch, job.id, rows, 1);
  if (kind === 'group') return (await assignedGroups(scratch, job.id, excludes)).includes(id) ? [] : null;
  for (const groupId of groupIds) await storeMembers(scratch, job.id, groupId, [{ id, type: 'user' }], 1);
  return (await rolesOfUsers(scratch, job.id, excludes, [id])).get(id) ?? null;
}

/** What the last cycle left in the store. */
export function standingThen({ job }: StandingQuestion, stored: StoredFacts, at: string | null): Standing {
  const { row, groups } = stored;
  const origin: Origin = { from: 'store', at };
  const roles = row?.roles ?? null;
  if (row !== undefined && job.settings.source.syncAll)
    return { entitled: roles !== null, roles, paths: roles === null ? [] : [EVERYBODY], groups: null, origin };
  const entitled = row === undefined ? null : roles !== null;
  const paths = stored.assignments.map((each): AssignmentPath => {
    const group = groups.find((one) => one.id === each.principal_id) ?? null;
    // A row that does not entitle the object although it is there was left out.
    const leftOut = each.role_id === DEFAULT_ACCESS_ROLE_ID && !(roles ?? '').includes(DEFAULT_ACCESS_ROLE_ID);
    const role = roleName(each.role_id, []);
    return {
      type: group === null ? 'direct' : 'group',
      group,
      chain: group === null ? [] : [group],
      role,
      leftOut,
      reached: true,
    };
  });
  return { entitled, roles, paths, groups: null, origin };
}

function roleName(id: string, roles: readonly AppRole[]): string {
  if (id === DEFAULT_ACCESS_ROLE_ID) return 'Default Access';
  return roles.find((role) => role.id === id)?.displayName ?? '';
}

/** The shortest way from a group that holds the object to the given one; empty when no way is known. */
function chainTo(groupId: string, { direct, all, parents }: Memberships): readonly Named[] {
  const named = new Map([...all, ...direct].map((group) => [group.id, group]));
  const from = new Map<string, string | null>(direct.map((group) => [group.id, null]));
  const queue = direct.map((group) => group.id);
  for (let next = queue.shift(); next !== undefined && next !== groupId; next = queue.shift()) {
    for (const parent of parents.get(next) ?? []) {
      if (from.has(parent)) continue;
      from.set(parent, next);
      queue.push(parent);
    }
  }
  const chain: Named[] = [];
  for (let at: string | null | undefined = from.has(groupId) ? groupId : null; at; at = from.get(at)) {
    chain.unshift(named.get(at) ?? { id: at, displayName: null });
  }
  return chain;
}
