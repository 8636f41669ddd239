// What a job makes of one sample object, by the rules of a cycle, without directory, store and target: for tests of mappings
// (scimsync test). References come with the account that they point at, because there is no store that would know it.
import type { SourceValue } from '../expressions/compile.ts';
import type { ActionName } from '../model/cycle.ts';
import type { AppRole, ObjectKind } from '../model/directory.ts';
import type { ObjectFault } from '../model/errors.ts';
import type { Lifecycle } from '../model/lifecycle.ts';
import type { TargetProfile } from '../model/profile.ts';
import { NO_DISCOVERY } from '../scim/capabilities.ts';
import { buildResource } from '../scim/create.ts';
import type { DesiredAttribute } from '../scim/desired.ts';
import { buildPatch } from '../scim/patch.ts';
import { type PatchOperation, resourceId, type ScimResource } from '../scim/resource.ts';
import { type Decision, decideDeprovisioning, decideExisting } from './decide.ts';
import { deprovisionedAccount } from './deprovisioned-account.ts';
import type { MappingEnvironment } from './evaluate-attribute.ts';
import { type Intention, intend, lifecycleEvent, undecidedScope } from './lifecycle.ts';
import { type MappedObject, mapObject } from './map-object.ts';
import type { CompiledMapping } from './mapping.ts';
import { viewSource } from './source-view.ts';

/** The account of a referenced object in the target. */
export interface SampleAccount {
  readonly id: string | null;
  readonly email: string | null;
}

/** A person or group as the directory would have it. */
export interface Sample {
  readonly kind: ObjectKind;
  readonly id: string;
  /** Graph properties. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly managerId: string | null;
  /** Null while the manager has none. */
  readonly managerAccount: SampleAccount | null;
  /** Ids of the members' accounts. */
  readonly members: readonly string[];
  readonly roles: readonly AppRole[];
  /** Ids of the groups that hold the person; null when that is not said. */
  readonly memberOf: readonly string[] | null;
  readonly isAssigned: boolean;
  readonly isSoftDeleted: boolean;
  /** The account as the target holds it; null when there is none. */
  readonly existing: ScimResource | null;
  /** Clock, randomness and values that are taken; it knows every answer. */
  readonly environment: MappingEnvironment;
}

/** The parts of a job that matter for one kind of object. */
export interface SampledJob {
  readonly mapping: CompiledMapping;
  readonly lifecycle: Lifecycle;
  readonly profile: TargetProfile;
}

/** What a cycle would do with the sample. */
export interface SampleOutcome {
  readonly inScope: boolean;
  /** Why, clause by clause, and which event ends the provisioning. */
  readonly reasons: readonly string[];
  readonly action: ActionName | 'none';
  /** What a new account is created with; null when none would be. */
  readonly resource: ScimResource | null;
  /** What the existing account is sent; null without one. */
  readonly patch: readonly PatchOperation[] | null;
  /** Target attributes whose mapping gives nothing for this sample. */
  readonly skipped: readonly string[];
  /** An expression said to leave the whole object alone. */
  readonly ignored: boolean;
  readonly fault: ObjectFault | null;
}

/** Judges, maps and plans the sample as a cycle would. */
export function planSample(sample: Sample, job: SampledJob): SampleOutcome {
  const { mapping, lifecycle } = job;
  const view = viewOf(sample, false);
  const { now } = sample.environment;
  const scope = mapping.scope?.evaluate(view, { memberOf: sample.memberOf, now }) ?? null;
  const facts = {
    kind: sample.kind,
    state: sample.isSoftDeleted ? ('softDeleted' as const) : ('present' as const),
    entitled: sample.isAssigned,
    passesScope: scope?.inScope ?? true,
    accountEnabled: view('accountEnabled') !== false,
  };
  const event = lifecycleEvent(facts);
  const nothing: SampleOutcome = {
    inScope: event === null,
    reasons: [...(event === null ? [] : [EVENTS[event]]), ...(scope?.reasons ?? []).map(({ text }) => text)],
    action: 'none',
    resource: null,
    patch: sample.existing === null ? null : [],
    skipped: [],
    ignored: false,
    fault: null,
  };
  const absence = { disabledAt: null, now: 0 };
  const intention = intend(facts, sample.existing !== null, lifecycle, mapping.flowTypes, absence);
  const undecided = undecidedScope(intention, scope);
  if (undecided !== null) return { ...nothing, fault: undecided };
  switch (intention.type) {
    case 'leave':
      return nothing;
    case 'delete':
      return { ...nothing, action: 'delete' };
    case 'disable':
    case 'reduce':
      return { ...nothing, ...planDeprovisioned(sample, intention, mapping) };
    case 'provision':
      return { ...nothing, ...planProvisioned(sample, job, view) };
    default:
      return intention satisfies never;
  }
}

const EVENTS = {
  hardDeleted: 'deleted for good',
  softDeleted: 'deleted in the directory (isSoftDeleted)',
  blocked: 'blocked from sign-in (accountEnabled is false)',
  unassigned: 'not assigned',
  outOfScope: 'the scoping filters let nobody like this in',
} as const;

function viewOf(sample: Sample, isSoftDeleted: boolean): (name: string) => SourceValue {
  const { kind, id, properties, managerId, roles } = sample;
  return viewSource({ kind, id, properties, managerId, roles, isSoftDeleted });
}

function planProvisioned(
  sample: Sample,
  { mapping, profile }: SampledJob,
  view: (name: string) => SourceValue,
): Partial<SampleOutcome> {
  const { existing, environment } = sample;
  const created = mapObject(mapping, view, true, NO_DISCOVERY, environment);
  const mapped = existing === null ? created : mapObject(mapping, view, false, NO_DISCOVERY, environment);
  const said = { skipped: skippedOf(mapping, mapped), ignored: mapped.ignored, fault: mapped.fault };
  if (mapped.fault !== null || mapped.ignored) return said;
  const isWhole = created.fault === null && !created.ignored && mapping.flowTypes.includes('Add');
  const members = mapping.mapsMembers ? sample.members : [];
  const resource = isWhole
    ? buildResource(mapping.scimKind, [...created.desired, ...referencesOf(created, sample)], members)
    : null;
  if (existing === null) return { ...said, resource, action: resource === null ? 'none' : 'create' };
  const account = { resource: existing, targetId: resourceId(existing) ?? '', before: {} };
  const { caseInsensitive } = profile;
  const decision = decideExisting(mapped, referencesOf(mapped, sample), account, { adopting: false, caseInsensitive });
  return { ...said, resource, ...carriedOut(decision) };
}

function carriedOut(decision: Decision): Pick<SampleOutcome, 'action' | 'patch'> {
  if (!('differences' in decision)) return { action: decision.action, patch: [] };
  return { action: decision.action, patch: buildPatch([...decision.differences, ...(decision.restated ?? [])]) };
}

function referencesOf({ references }: MappedObject, { managerAccount }: Sample): DesiredAttribute[] {
  return references.flatMap(({ path, form }) => {
    const value = (form === 'id' ? managerAccount?.id : managerAccount?.email) ?? null;
    return value === null ? [] : [{ path, value }];
  });
}

function skippedOf(mapping: CompiledMapping, mapped: MappedObject): string[] {
  const given = new Set([...mapped.desired, ...mapped.references].map(({ path }) => path.text));
  return mapping.attributes
    .filter(({ path, reference }) => reference?.relation !== 'members' && !given.has(path.text))
    .map(({ path }) => path.text);
}

/** What is sent at once for somebody who left; a deletion after some days is not. */
function planDeprovisioned(
  sample: Sample,
  intention: Extract<Intention, { type: 'disable' | 'reduce' }>,
  mapping: CompiledMapping,
): Partial<SampleOutcome> {
  const { existing, environment } = sample;
  if (existing === null) return {};
  const account = deprovisionedAccount(intention, mapping, viewOf(sample, true), environment, NO_DISCOVERY);
  if (account.type === 'fault') return { fault: account.fault };
  if (account.type === 'leave') return {};
  const { removesMemberships } = intention;
  return carriedOut(decideDeprovisioning(account.desired, existing, resourceId(existing) ?? '', removesMemberships));
}
