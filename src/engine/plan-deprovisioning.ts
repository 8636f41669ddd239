// Plans somebody who left and has an account: that it is disabled, and what else the lifecycle policy asks for.
import { decideDeprovisioning, doneReason } from '../rules/decide.ts';
import { deprovisionedAccount } from '../rules/deprovisioned-account.ts';
import type { Intention } from '../rules/lifecycle.ts';
import type { DesiredAttribute } from '../scim/desired.ts';
import { isKnownToHold } from '../scim/flow.ts';
import type { LinkTable } from '../store/schema.ts';
import type { Exported } from './change-payload.ts';
import { goneBehindLink, mayAdapt, namesInRecycleBin } from './dialect.ts';
import { environmentOf } from './environment.ts';
import { searchVanished } from './lost-account.ts';
import { believesItsMemory, type PlannedObject, type PlanningAid, viewOf } from './planned-object.ts';
import { unstableStep, withoutUnstable } from './unstable.ts';

type Deprovisioning = Extract<Intention, { type: 'disable' | 'reduce' }>;

/** Plans what is to become of the account. */
export async function planDeprovisioning(
  planned: PlannedObject,
  intention: Deprovisioning,
  link: LinkTable | undefined,
  aid: PlanningAid,
): Promise<PlannedObject> {
  const { context, mapping } = aid;
  if (link === undefined) return { ...planned, decision: { action: 'none', because: 'lifecycleSaysNothing' } };
  const view = viewOf(context, planned.row, true);
  const capabilities = await aid.capabilities();
  const account = deprovisionedAccount(intention, mapping, view, environmentOf(context), capabilities);
  if (account.type === 'leave') return { ...planned, decision: { action: 'none', because: 'lifecycleSaysNothing' } };
  if (account.type === 'fault') return { ...planned, fault: account.fault };
  const renames = context.job.strategy.renamesSoftDeleted && planned.event === 'softDeleted' && link.active === 1;
  const names = renames ? namesInRecycleBin(aid, planned.row.id, view, capabilities) : [];
  const desired = [...account.desired, ...names];
  const stripped = aid.departureOf(planned.row.id)?.current?.stripped_at ?? null;
  const leavesGroups = intention.removesMemberships && stripped === null;
  if (!leavesGroups && isKnown(link, desired) && believesItsMemory(context, planned, link))
    return { ...planned, decision: { action: 'none', because: doneReason(desired) } };
  const current = await context.io.target.get(mapping.scimKind, link.target_id, context.io.signal);
  if (!current.ok) return { ...planned, fault: current.fault };
  if (current.value === null) {
    const subject = { kind: mapping.kind, id: planned.row.id };
    if (!mayAdapt(context, subject, 'an account that answers 404 is looked for'))
      return { ...planned, fault: goneBehindLink(link.target_id) };
    return planVanished(planned, intention, link, aid);
  }
  const decided = decideDeprovisioning(desired, current.value, link.target_id, leavesGroups);
  const { decision, left } = await withoutUnstable(context, mapping.kind, planned.row.id, decided);
  // What is taken besides is due even where nothing of the account may be written again.
  const isDue = leavesGroups && decision.action === 'none';
  return {
    ...planned,
    decision: isDue ? decided : decision,
    steps: left.length === 0 || isDue ? planned.steps : [...planned.steps, unstableStep(left)],
    current: current.value,
    confirmed: decision.action === 'none' && !isDue ? desired : null,
  };
}

/** Whether the account is known to hold all of this already, so that the target need not be asked. */
function isKnown(link: LinkTable, desired: readonly DesiredAttribute[]): boolean {
  const exported = JSON.parse(link.exported) as Exported;
  return desired.every((each) => {
    const known = Object.hasOwn(exported, each.path.text) ? exported[each.path.text] : undefined;
    if (each.path.text === 'active') return link.active === 0 && known === each.value;
    return known !== undefined && isKnownToHold(each, known);
  });
}

async function planVanished(
  planned: PlannedObject,
  intention: Deprovisioning,
  link: LinkTable,
  aid: PlanningAid,
): Promise<PlannedObject> {
  const found = await searchVanished(planned.row, link, viewOf(aid.context, planned.row, false), aid);
  if ('fault' in found) return { ...planned, fault: found.fault };
  if (found.link !== null)
    return { ...(await planDeprovisioning(planned, intention, found.link, aid)), foundLink: found.link };
  return { ...planned, decision: { action: 'none', because: 'goneFromTarget' }, dropsLink: true };
}
