// Turns assignments and memberships into who is entitled, with which roles; whoever gained, lost or changed a role is
// marked as changed. Works in pages on both sides, so that its memory does not grow with the tenant.
import { DEFAULT_ACCESS_ROLE_ID } from '../model/directory.ts';
import { stableHash } from '../rules/stable-json.ts';
import { assignedGroups, findRoles, loseUnreached, pageEntitledUsers } from '../store/assignments.ts';
import { nextSequence } from '../store/jobs.ts';
import { addUnread, doubtMissingManagers, updateObjects } from '../store/source-objects.ts';
import { breathe, type CycleContext, settling } from './context.ts';
import { lazySequence } from './merge.ts';

const PAGE = 2000;

/** Brings the entitlement of all users and groups up to date with assignments and memberships. */
export async function entitleAssigned(context: CycleContext, excludesDefaultAccess: boolean): Promise<void> {
  const { job, io } = context;
  let after = { id: '', role: '' };
  let open: { id: string; roles: string[] } | undefined;
  for (;;) {
    const page = await pageEntitledUsers(io.store.db, job.id, excludesDefaultAccess, after, PAGE);
    const complete = new Map<string, string>();
    for (const { id, role_id } of page) {
      if (open !== undefined && open.id !== id) complete.set(open.id, rolesText(context, open.roles));
      if (open === undefined || open.id !== id) open = { id, roles: [] };
      open.roles.push(role_id);
    }
    const last = page.at(-1);
    if (last === undefined && open !== undefined) complete.set(open.id, rolesText(context, open.roles));
    await entitle(context, 'user', complete);
    if (last === undefined) break;
    after = { id: last.id, role: last.role_id };
    await breathe(context);
  }
  const groups = await assignedGroups(io.store.db, job.id, excludesDefaultAccess);
  await entitle(context, 'group', new Map(groups.map((id) => [id, ''])));
  await removeEntitlements(context, excludesDefaultAccess);
}

/** The roles of a person as they are stored and compared. */
export function rolesText({ job, appRoles }: CycleContext, roles: readonly string[]): string {
  // A changed definition of a role concerns the people who hold it only if a mapping uses roles.
  const definitions = job.usesAppRoles ? `#${stableHash(appRoles).slice(0, 8)}` : '';
  return `${roles.toSorted().join(',')}${definitions}`;
}

/** Role ids of the text stored with an object. */
export function roleIds(text: string | null): string[] {
  const ids = text?.split('#')[0] ?? '';
  return ids === '' ? [] : ids.split(',');
}

async function entitle(
  context: CycleContext,
  kind: 'user' | 'group',
  entitled: ReadonlyMap<string, string>,
): Promise<void> {
  const { job } = context;
  if (entitled.size === 0) return;
  await settling(context, async (trx) => {
    const ids = [...entitled.keys()];
    const known = await findRoles(trx, job.id, kind, ids);
    const sequence = lazySequence(() => nextSequence(trx, job.id));
    await addUnread(
      trx,
      job.id,
      kind,
      ids.filter((id) => !known.has(id)),
    );
    const byRoles = new Map<string, string[]>();
    for (const [id, roles] of entitled) {
      if (known.get(id) === roles) continue;
      const same = byRoles.get(roles);
      if (same === undefined) byRoles.set(roles, [id]);
      else same.push(id);
    }
    for (const [roles, changed] of byRoles)
      await updateObjects(trx, job.id, kind, changed, { roles, changed_seq: await sequence() });
    // While they were not assigned, nobody looked after a manager who was hidden in the recycle bin.
    const regained = ids.filter((id) => known.get(id) === null);
    if (kind === 'user' && regained.length > 0) await doubtMissingManagers(trx, job.id, regained);
  });
}

/** Whoever is no longer reached by an assignment loses the entitlement. */
async function removeEntitlements(context: CycleContext, excludesDefaultAccess: boolean): Promise<void> {
  const { job } = context;
  const excluded = excludesDefaultAccess ? DEFAULT_ACCESS_ROLE_ID : '';
  await settling(context, async (trx) => loseUnreached(trx, job.id, excluded, await nextSequence(trx, job.id)));
}
