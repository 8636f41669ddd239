// Plans one object: facts -> intention -> account in the target -> decision. It reads, and writes nothing.
import type { SourceValue } from '../expressions/compile.ts';
import type { ProvisioningStep } from '../model/cycle.ts';
import type { ObjectKind } from '../model/directory.ts';
import type { ObjectFault } from '../model/errors.ts';
import { type Decision, decideDisable, decideExisting } from '../rules/decide.ts';
import { type Intention, intend, lifecycleEvent } from '../rules/lifecycle.ts';
import { type CompiledMapping, evaluateDisabled, type MappedObject, mapObject } from '../rules/mapping.ts';
import { viewSource } from '../rules/source-view.ts';
import { stableJson } from '../rules/stable-json.ts';
import type { Capabilities } from '../scim/capabilities.ts';
import type { DesiredAttribute } from '../scim/desired.ts';
import { readPath } from '../scim/read.ts';
import type { ScimResource } from '../scim/resource.ts';
import { attributeType, coerceValue } from '../scim/types.ts';
import type { LinkTable } from '../store/schema.ts';
import type { SourceObjectRow } from '../store/source-objects.ts';
import { type Exported, referenceValue, type WaitingReference } from './change-payload.ts';
import type { CycleContext } from './context.ts';
import { roleIds } from './entitle.ts';
import { findLostAccount, searchVanished } from './lost-account.ts';
import type { Matcher } from './match.ts';

/** What planning one object needs besides the object itself. */
export interface PlanningAid {
  readonly context: CycleContext;
  readonly mapping: CompiledMapping;
  readonly matcher: Matcher;
  readonly capabilities: () => Promise<Capabilities>;
  /** Account of a referenced person, from one query for the whole page. */
  readonly linkOf: (sourceId: string) => LinkTable | undefined;
}

/** What became of one object. */
export interface PlannedObject {
  readonly row: SourceObjectRow;
  readonly inScope: boolean;
  readonly intention: Intention;
  readonly decision: Decision | null;
  /** Set instead of a decision when the object cannot be planned. */
  readonly fault: ObjectFault | null;
  readonly references: readonly WaitingReference[];
  readonly redacted: readonly string[];
  readonly matchedBy: string;
  readonly steps: readonly ProvisioningStep[];
  /** True when the link points at an account that is gone. */
  readonly dropsLink: boolean;
  /** The account of somebody who left, whose creation was never confirmed. */
  readonly foundLink: LinkTable | null;
  /** What the target turned out to hold already. */
  readonly confirmed: readonly DesiredAttribute[] | null;
}

/** The object under expressions' and filters' eyes. */
export function viewOf(
  context: CycleContext,
  row: SourceObjectRow,
  isSoftDeleted: boolean,
): (name: string) => SourceValue {
  const held = new Set(roleIds(row.roles));
  return viewSource({
    kind: row.kind as ObjectKind,
    id: row.id,
    properties: JSON.parse(row.attributes) as Record<string, unknown>,
    managerId: row.manager_id,
    roles: context.appRoles.filter((role) => role.isEnabled && held.has(role.id)),
    isSoftDeleted,
  });
}

/** Plans one object. Faults of the job are thrown. */
export async function planObject(
  row: SourceObjectRow,
  link: LinkTable | undefined,
  aid: PlanningAid,
): Promise<PlannedObject> {
  const { context, mapping } = aid;
  const view = viewOf(context, row, false);
  const scope = mapping.scope?.evaluate(view) ?? null;
  const facts = {
    kind: mapping.kind,
    state: row.state as 'present' | 'softDeleted' | 'hardDeleted' | 'unread',
    entitled: row.roles !== null,
    passesScope: scope?.inScope ?? true,
    accountEnabled: view('accountEnabled') !== false,
  };
  const intention = intend(facts, link !== undefined, context.job.settings.lifecycle, mapping.flowTypes);
  const steps: ProvisioningStep[] = [
    step('EntryImport', 'import', 'success', `Read from Microsoft Graph: ${row.state}.`),
    step(
      'EntrySynchronizationScoping',
      'scoping',
      intention.type === 'leave' ? 'skipped' : 'success',
      scopeText(facts.entitled, scope?.reasons ?? []),
    ),
  ];
  const planned: PlannedObject = {
    row,
    inScope: row.state !== 'unread' && lifecycleEvent(facts) === null,
    intention,
    decision: null,
    fault: null,
    references: [],
    redacted: [],
    matchedBy: link?.matched_by ?? '',
    steps,
    dropsLink: false,
    foundLink: null,
    confirmed: null,
  };
  if (intention.type === 'leave' && link === undefined && row.fresh_match === 1) {
    const ifLinked = intend(facts, true, context.job.settings.lifecycle, mapping.flowTypes).type;
    if (ifLinked === 'disable' || ifLinked === 'delete') {
      const lost = await findLostAccount(context, row, view, aid.matcher);
      if ('fault' in lost) return { ...planned, fault: lost.fault };
      if (lost.link !== null) return { ...(await planObject(row, lost.link, aid)), foundLink: lost.link };
    }
  }
  switch (intention.type) {
    case 'leave':
      return { ...planned, decision: { action: 'none', because: intention.because } };
    case 'delete':
      return {
        ...planned,
        decision:
          link === undefined
            ? { action: 'none', because: 'goneFromTarget' }
            : { action: 'delete', targetId: link.target_id },
      };
    case 'disable':
      return planDisable(planned, link, aid);
    case 'provision':
      return link === undefined ? planUnlinked(planned, view, aid) : planLinked(planned, view, link, aid);
    default:
      return intention satisfies never;
  }
}

function scopeText(entitled: boolean, reasons: readonly string[]): string {
  return [entitled ? 'Assigned to the application.' : 'Not assigned to the application.', ...reasons].join(' ');
}

/** A step of the provisioning log. */
export function step(
  name: string,
  provisioningStepType: ProvisioningStep['provisioningStepType'],
  status: ProvisioningStep['status'],
  description: string,
): ProvisioningStep {
  return { name, provisioningStepType, status, description };
}

async function planDisable(
  planned: PlannedObject,
  link: LinkTable | undefined,
  aid: PlanningAid,
): Promise<PlannedObject> {
  const { context, mapping } = aid;
  if (link === undefined || mapping.active === undefined)
    return { ...planned, decision: { action: 'none', because: 'lifecycleSaysNothing' } };
  const evaluated = evaluateDisabled(mapping.active, viewOf(context, planned.row, true));
  if (evaluated.type === 'fault') return { ...planned, fault: evaluated.fault };
  if (evaluated.type !== 'value') return { ...planned, decision: { action: 'none', because: 'lifecycleSaysNothing' } };
  const type = attributeType(mapping.scimKind, mapping.active.path, await aid.capabilities());
  const coerced = coerceValue(evaluated.value, type);
  if (!coerced.ok) return { ...planned, fault: { code: 'InvalidValue', message: `active: ${coerced.message}` } };
  const active: DesiredAttribute = { path: mapping.active.path, value: coerced.value };
  if (link.active === 0 && (JSON.parse(link.exported) as Exported)['active'] === coerced.value)
    return { ...planned, decision: { action: 'none', because: 'alreadyDisabled' } };
  const current = await context.io.target.get(mapping.scimKind, link.target_id, context.io.signal);
  if (!current.ok) return { ...planned, fault: current.fault };
  if (current.value === null) return planVanished(planned, link, aid);
  const decision = decideDisable(active, current.value, link.target_id);
  return { ...planned, decision, confirmed: decision.action === 'none' ? [active] : null };
}

async function planVanished(planned: PlannedObject, link: LinkTable, aid: PlanningAid): Promise<PlannedObject> {
  const found = await searchVanished(planned.row, link, viewOf(aid.context, planned.row, false), aid);
  if ('fault' in found) return { ...planned, fault: found.fault };
  if (found.link !== null) return { ...(await planDisable(planned, found.link, aid)), foundLink: found.link };
  return { ...planned, decision: { action: 'none', because: 'goneFromTarget' }, dropsLink: true };
}

/** References split into those that can be written now and those that must wait. */
function resolveReferences(
  mapped: MappedObject,
  linkOf: PlanningAid['linkOf'],
): { resolved: DesiredAttribute[]; waiting: WaitingReference[] } {
  const resolved: DesiredAttribute[] = [];
  const waiting: WaitingReference[] = [];
  for (const reference of mapped.references) {
    const link = linkOf(reference.referencedId);
    const value = referenceValue(reference.form, link);
    if (value === null) waiting.push(reference);
    else resolved.push({ path: reference.path, value });
  }
  return { resolved, waiting };
}

/** References with what the account holds in their place, so that the same is not sent again later. */
function withCurrent(references: readonly WaitingReference[], resource: ScimResource): WaitingReference[] {
  return references.map((reference) => {
    const current = readPath(resource, reference.path);
    return current === undefined ? reference : { ...reference, current };
  });
}

async function planLinked(
  planned: PlannedObject,
  view: (name: string) => SourceValue,
  link: LinkTable,
  aid: PlanningAid,
): Promise<PlannedObject> {
  const { context, mapping } = aid;
  const mapped = mapObject(mapping, view, false, await aid.capabilities());
  if (mapped.fault !== null) return { ...planned, fault: mapped.fault };
  if (mapped.ignored) return { ...planned, decision: { action: 'none', because: 'ignoredByExpression' } };
  const { resolved, waiting } = resolveReferences(mapped, aid.linkOf);
  const held = { ...planned, references: waiting, redacted: [...mapped.redacted] };
  if (link.active === 1 && isKnown(mapped, resolved, JSON.parse(link.exported) as Exported))
    return { ...held, decision: { action: 'none', because: 'unchanged' } };
  const current = await context.io.target.get(mapping.scimKind, link.target_id, context.io.signal);
  if (!current.ok) return { ...held, fault: current.fault };
  if (current.value === null) return { ...(await planUnlinked(planned, view, aid)), dropsLink: true };
  const decision = decideExisting(mapped, resolved, current.value, link.target_id, false, caseInsensitive(context));
  const references = withCurrent(waiting, current.value);
  return {
    ...held,
    references,
    decision,
    confirmed: decision.action === 'none' ? [...mapped.desired, ...resolved] : null,
  };
}

/** Whether the target is known to hold all of this already, so that it need not be asked. */
function isKnown(mapped: MappedObject, resolved: readonly DesiredAttribute[], exported: Exported): boolean {
  const wanted = [...mapped.desired.filter((each) => !mapped.onlyIfEmpty.has(each.path.text)), ...resolved];
  return wanted.every(
    (each) =>
      Object.hasOwn(exported, each.path.text) && stableJson(exported[each.path.text]) === stableJson(each.value),
  );
}

async function planUnlinked(
  planned: PlannedObject,
  view: (name: string) => SourceValue,
  aid: PlanningAid,
): Promise<PlannedObject> {
  const match = await aid.matcher(planned.row.id, view, planned.row.fresh_match === 1);
  if (match.type === 'fault') return { ...planned, fault: match.fault };
  const steps = [
    ...planned.steps,
    step('EntryMatching', 'matching', 'success', match.type === 'one' ? `Found by ${match.by}.` : 'No account found.'),
  ];
  return match.type === 'one'
    ? planAdoption({ ...planned, steps, matchedBy: match.by }, view, match, aid)
    : planCreation({ ...planned, steps, matchedBy: 'created' }, view, aid);
}

async function planAdoption(
  planned: PlannedObject,
  view: (name: string) => SourceValue,
  match: { readonly resource: ScimResource; readonly targetId: string },
  aid: PlanningAid,
): Promise<PlannedObject> {
  const mapped = mapObject(aid.mapping, view, false, await aid.capabilities());
  if (mapped.fault !== null) return { ...planned, fault: mapped.fault };
  if (mapped.ignored) return { ...planned, decision: { action: 'none', because: 'ignoredByExpression' } };
  const { resolved, waiting } = resolveReferences(mapped, aid.linkOf);
  // Without Update the account is only linked: nothing of it changes, and nothing is claimed about what it holds.
  if (!aid.mapping.flowTypes.includes('Update')) {
    const decision = { action: 'adopt', targetId: match.targetId, desired: [], differences: [] } as const;
    return { ...planned, decision };
  }
  const decision = decideExisting(mapped, resolved, match.resource, match.targetId, true, caseInsensitive(aid.context));
  const references = withCurrent(waiting, match.resource);
  return { ...planned, references, redacted: [...mapped.redacted], decision };
}

async function planCreation(
  planned: PlannedObject,
  view: (name: string) => SourceValue,
  aid: PlanningAid,
): Promise<PlannedObject> {
  if (!aid.mapping.flowTypes.includes('Add'))
    return { ...planned, decision: { action: 'none', because: 'flowTypesExclude' } };
  const mapped = mapObject(aid.mapping, view, true, await aid.capabilities());
  if (mapped.fault !== null) return { ...planned, fault: mapped.fault };
  if (mapped.ignored) return { ...planned, decision: { action: 'none', because: 'ignoredByExpression' } };
  return {
    ...planned,
    references: mapped.references,
    redacted: [...mapped.redacted],
    decision: { action: 'create', desired: mapped.desired },
  };
}

function caseInsensitive(context: CycleContext): readonly string[] {
  return context.job.settings.profile.caseInsensitive;
}
