// Plans an object that has an account and is to be provisioned: what differs.
import type { SourceValue } from '../expressions/compile.ts';
import { decideExisting, knownAfter } from '../rules/decide.ts';
import { undoneValues } from '../rules/deprovisioned-account.ts';
import { type MappedObject, mapObject } from '../rules/map-object.ts';
import type { DesiredAttribute } from '../scim/desired.ts';
import { isKnownToHold } from '../scim/flow.ts';
import type { LinkTable } from '../store/schema.ts';
import type { Exported } from './change-payload.ts';
import { goneBehindLink, mayAdapt } from './dialect.ts';
import { environmentOf } from './environment.ts';
import { resolveReferences, withCurrent } from './plan-references.ts';
import { planUnlinked } from './plan-unlinked.ts';
import { believesItsMemory, type PlannedObject, type PlanningAid } from './planned-object.ts';
import { unstableStep, withoutUnstable } from './unstable.ts';

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
  const { resolved, waiting } = resolveReferences(mapped, aid.linkOf, context.job.strategy.references);
  const held = { ...planned, references: waiting, redacted: [...mapped.redacted] };
  const before = JSON.parse(link.exported) as Exported;
  const set = aid.departureOf(planned.row.id)?.set ?? {};
  const isUnchanged = link.active === 1 && Object.keys(set).length === 0 && isKnown(mapped, resolved, before);
  if (isUnchanged && believesItsMemory(context, planned, link))
    return { ...held, decision: { action: 'none', because: 'unchanged' } };
  const current = await context.io.target.get(mapping.scimKind, link.target_id, context.io.signal);
  if (!current.ok) return { ...held, fault: current.fault };
  if (current.value === null) {
    const subject = { kind: mapping.kind, id: planned.row.id };
    if (!mayAdapt(context, subject, 'an account that answers 404 is looked for, and made anew'))
      return { ...held, fault: goneBehindLink(link.target_id) };
    const anew = await planUnlinked(planned, view, aid, link);
    return { ...anew, dropsLink: anew.fault === null };
  }
  const account = { resource: current.value, targetId: link.target_id, before };
  const { caseInsensitive } = context.job.settings.profile;
  const wanted = { desired: [...mapped.desired, ...undoneValues(set, mapped.desired, current.value)] };
  const decided = decideExisting(wanted, resolved, account, { adopting: false, caseInsensitive });
  const { decision, left } = await withoutUnstable(context, mapping.kind, planned.row.id, decided);
  const references = withCurrent(waiting, current.value);
  return {
    ...held,
    references,
    decision,
    steps: left.length === 0 ? planned.steps : [...planned.steps, unstableStep(left)],
    current: current.value,
    confirmed: decision.action === 'none' ? knownAfter([...wanted.desired, ...resolved], account) : null,
  };
}

/** Whether the target is known to hold all of this already, so that it need not be asked. */
function isKnown(mapped: MappedObject, resolved: readonly DesiredAttribute[], exported: Exported): boolean {
  return [...mapped.desired, ...resolved].every((each) => {
    const known = Object.hasOwn(exported, each.path.text) ? exported[each.path.text] : undefined;
    return known !== undefined && isKnownToHold(each, known);
  });
}
