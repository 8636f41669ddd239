// Plans an object that has an account: what differs, or that it is disabled.
import type { SourceValue } from '../expressions/compile.ts';
import type { ProvisioningStep } from '../model/cycle.ts';
import { decideDisable, decideExisting, knownAfter } from '../rules/decide.ts';
import { valueOfDisabled } from '../rules/evaluate-attribute.ts';
import { type MappedObject, mapObject } from '../rules/map-object.ts';
import type { DesiredAttribute } from '../scim/desired.ts';
import { isKnownToHold } from '../scim/flow.ts';
import { attributeType } from '../scim/types.ts';
import type { LinkTable } from '../store/schema.ts';
import type { Exported } from './change-payload.ts';
import type { CycleContext } from './context.ts';
import { environmentOf } from './environment.ts';
import { searchVanished } from './lost-account.ts';
import { resolveReferences, withCurrent } from './plan-references.ts';
import { planUnlinked } from './plan-unlinked.ts';
import { type PlannedObject, type PlanningAid, step, viewOf } from './planned-object.ts';
import { withoutUnstable } from './unstable.ts';

/** Plans to disable somebody who left. */
export async function planDisable(
  planned: PlannedObject,
  link: LinkTable | undefined,
  aid: PlanningAid,
): Promise<PlannedObject> {
  const { context, mapping } = aid;
  if (link === undefined || mapping.active === undefined)
    return { ...planned, decision: { action: 'none', because: 'lifecycleSaysNothing' } };
  const type = attributeType(mapping.scimKind, mapping.active.path, await aid.capabilities());
  const coerced = valueOfDisabled(mapping.active, type, viewOf(context, planned.row, true), environmentOf(context));
  if (coerced === undefined) return { ...planned, decision: { action: 'none', because: 'lifecycleSaysNothing' } };
  if (!coerced.ok) return { ...planned, fault: { code: 'InvalidValue', message: `active: ${coerced.message}` } };
  const active: DesiredAttribute = { path: mapping.active.path, value: coerced.value };
  const isOff = link.active === 0 && (JSON.parse(link.exported) as Exported)['active'] === coerced.value;
  if (isOff && believesItsMemory(context, planned, link))
    return { ...planned, decision: { action: 'none', because: 'alreadyDisabled' } };
  const current = await context.io.target.get(mapping.scimKind, link.target_id, context.io.signal);
  if (!current.ok) return { ...planned, fault: current.fault };
  if (current.value === null) return planVanished(planned, link, aid);
  const decision = decideDisable(active, current.value, link.target_id);
  return { ...planned, decision, current: current.value, confirmed: decision.action === 'none' ? [active] : null };
}

async function planVanished(planned: PlannedObject, link: LinkTable, aid: PlanningAid): Promise<PlannedObject> {
  const found = await searchVanished(planned.row, link, viewOf(aid.context, planned.row, false), aid);
  if ('fault' in found) return { ...planned, fault: found.fault };
  if (found.link !== null) return { ...(await planDisable(planned, found.link, aid)), foundLink: found.link };
  return { ...planned, decision: { action: 'none', because: 'goneFromTarget' }, dropsLink: true };
}

/** Plans somebody who is to be provisioned and has an account. */
export async function planLinked(
  planned: PlannedObject,
  view: (name: string) => SourceValue,
  link: LinkTable,
  aid: PlanningAid,
): Promise<PlannedObject> {
  const { context, mapping } = aid;
  const mapped = mapObject(mapping, view, false, await aid.capabilities(), environmentOf(context));
  if (mapped.fault !== null) return { ...planned, fault: mapped.fault };
  if (mapped.ignored) return { ...planned, decision: { action: 'none', because: 'ignoredByExpression' } };
  const { resolved, waiting } = resolveReferences(mapped, aid.linkOf);
  const held = { ...planned, references: waiting, redacted: [...mapped.redacted] };
  const before = JSON.parse(link.exported) as Exported;
  const isUnchanged = link.active === 1 && isKnown(mapped, resolved, before);
  if (isUnchanged && believesItsMemory(context, planned, link))
    return { ...held, decision: { action: 'none', because: 'unchanged' } };
  const current = await context.io.target.get(mapping.scimKind, link.target_id, context.io.signal);
  if (!current.ok) return { ...held, fault: current.fault };
  if (current.value === null) {
    const anew = await planUnlinked(planned, view, aid, link);
    return { ...anew, dropsLink: anew.fault === null };
  }
  const account = { resource: current.value, targetId: link.target_id, before };
  const { caseInsensitive } = context.job.settings.profile;
  const decided = decideExisting(mapped, resolved, account, { adopting: false, caseInsensitive });
  const { db } = context.io.store;
  const { decision, left } = await withoutUnstable(db, context.job.id, mapping.kind, planned.row.id, decided);
  const references = withCurrent(waiting, current.value);
  return {
    ...held,
    references,
    decision,
    steps: left.length === 0 ? planned.steps : [...planned.steps, unstableStep(left)],
    current: current.value,
    confirmed: decision.action === 'none' ? knownAfter([...mapped.desired, ...resolved], account) : null,
  };
}

/**
 * Whoever names somebody wants to know what the target holds now, not what it held when it was last written; neither is
 * memory believed where the account was found to differ, or where a request may have been carried out unseen: an account
 * that was switched on so would stay active although its person has left since.
 */
function believesItsMemory({ selected }: CycleContext, { row }: PlannedObject, link: LinkTable): boolean {
  return selected === null && link.verify === 0 && row.fresh_match === 0;
}

function unstableStep(names: readonly string[]): ProvisioningStep {
  const text = `Not written again, because the target keeps changing it: ${names.join(', ')}.`;
  return step('EntryUnstable', 'processing', 'warning', text);
}

/** Whether the target is known to hold all of this already, so that it need not be asked. */
function isKnown(mapped: MappedObject, resolved: readonly DesiredAttribute[], exported: Exported): boolean {
  return [...mapped.desired, ...resolved].every((each) => {
    const known = Object.hasOwn(exported, each.path.text) ? exported[each.path.text] : undefined;
    return known !== undefined && isKnownToHold(each, known);
  });
}
