// Whether a job can do what its lifecycle policies ask for: a configuration in which no leaver would ever be disabled is
// refused, unless it says nothing for the event.
import { type LifecycleEvent, type LifecyclePolicy, policyOf } from '../model/lifecycle.ts';
import { parsePath } from '../scim/path.ts';
import { type Findings, noFindings } from './fault.ts';
import type { JobDraft, ObjectMappingDraft } from './job-draft.ts';
import { child, descend, faultAt } from './located.ts';
import { targetKey } from './target-key.ts';

type Policies = readonly (readonly [LifecycleEvent, LifecyclePolicy])[];

/** Names that say whose account it is; a policy that overwrote them would lose the account. */
const IDENTIFYING = new Set(['id', 'externalid', 'username', 'groups', 'members', 'schemas']);

/** Checks the policies against the mapping of people. */
export function checkLifecycle(job: JobDraft, object: ObjectMappingDraft): Findings {
  const findings = noFindings();
  if (job.lifecycle === undefined) return findings;
  const policies: Policies = Object.entries(job.lifecycle).map(([event, written]) => [
    event as LifecycleEvent,
    policyOf(written),
  ]);
  checkDisabling(object, policies, findings);
  checkDeleting(job, object, policies, findings);
  for (const [event, policy] of policies) {
    checkMemberships(job, event, policy, findings);
    checkSet(job, object, event, policy, findings);
  }
  return findings;
}

function eventsOf(policies: Policies, of: (policy: LifecyclePolicy) => boolean): string[] {
  return policies.flatMap(([event, policy]) => (of(policy) ? [event] : []));
}

function checkDisabling(object: ObjectMappingDraft, policies: Policies, findings: Findings): void {
  const disabling = eventsOf(policies, ({ action }) => action === 'disable');
  if (disabling.length === 0) return;
  const mapsActive = object.attributes.some(
    ({ mapping }) => targetKey(mapping.targetAttributeName) === 'active' && mapping.flowType === 'Always',
  );
  if (object.complete && !mapsActive) {
    const lists = child(object.node, 'attributeMappings')?.at ?? object.node.at;
    const message = `The lifecycle disables accounts (${disabling.join(', ')}), but no mapping keeps "active" up to date.`;
    const advice = 'Map active from Not([IsSoftDeleted]), or choose delete or nothing for these events.';
    findings.faults.push(faultAt(lists, message, advice));
  }
  if (object.flowTypes.includes('Update')) return;
  const message = `Without Update no leaver is ever disabled, although the lifecycle asks for it (${disabling.join(', ')}).`;
  const advice = 'Add Update to flowTypes, or write nothing for these events where that is meant.';
  findings.faults.push(faultAt(child(object.node, 'flowTypes')?.at ?? object.node.at, message, advice));
}

function checkDeleting(job: JobDraft, object: ObjectMappingDraft, policies: Policies, findings: Findings): void {
  const at = child(object.node, 'flowTypes')?.at ?? object.node.at;
  const deleting = eventsOf(policies, ({ action }) => action === 'delete');
  const later = eventsOf(policies, ({ deleteAfter }) => deleteAfter !== null);
  if (deleting.length > 0 && !object.flowTypes.includes('Delete')) {
    const message = `Without Delete no account is deleted, although the lifecycle asks for it (${deleting.join(', ')}).`;
    findings.warnings.push(faultAt(at, message, 'Add Delete to flowTypes, or change the lifecycle.'));
  }
  if (later.length > 0 && !object.flowTypes.includes('Delete')) {
    const message = `Without Delete no account is deleted after its days (lifecycle: ${later.join(', ')}).`;
    findings.faults.push(faultAt(at, message, 'Add Delete to flowTypes, or leave deleteAfter out.'));
  }
  for (const [event, { action, deleteAfter }] of policies) {
    const node = descend(job.root, 'lifecycle', event);
    if (deleteAfter === null || action !== 'nothing' || node === undefined) continue;
    const message = 'deleteAfter counts from when the account was disabled, and action: nothing disables nobody.';
    findings.faults.push(faultAt(node.at, message, 'Leave action out, or deleteAfter.'));
  }
}

function checkMemberships(
  job: JobDraft,
  event: LifecycleEvent,
  { removeMemberships }: LifecyclePolicy,
  findings: Findings,
): void {
  const node = descend(job.root, 'lifecycle', event);
  const manages = job.objectMappings.some(
    ({ kind, enabled, complete, attributes }) =>
      kind === 'group' &&
      enabled &&
      (!complete || attributes.some(({ mapping }) => targetKey(mapping.targetAttributeName) === 'members')),
  );
  if (!removeMemberships || manages || node === undefined) return;
  const message = 'There are no memberships to be removed: this job writes no members of groups.';
  findings.faults.push(faultAt(node.at, message, 'Map members in the group mapping, or leave removeMemberships out.'));
}

function checkSet(
  job: JobDraft,
  object: ObjectMappingDraft,
  event: LifecycleEvent,
  { set }: LifecyclePolicy,
  findings: Findings,
): void {
  for (const name of Object.keys(set)) {
    const at = (descend(job.root, 'lifecycle', event, 'set', name) ?? descend(job.root, 'lifecycle', event))?.at;
    if (at === undefined) continue;
    const parsed = parsePath(name);
    const mapping = object.attributes.find((each) => targetKey(each.mapping.targetAttributeName) === targetKey(name));
    const advice = 'Set an attribute that says something about the person, such as title.';
    if (!parsed.ok) findings.faults.push(faultAt(at, parsed.message));
    else if (targetKey(name) === 'active')
      findings.faults.push(faultAt(at, 'Whether the account is active is said by action.', 'Leave it out here.'));
    else if (IDENTIFYING.has(targetKey(name)) || (mapping?.mapping.matchingPriority ?? 0) > 0)
      findings.faults.push(faultAt(at, `"${name}" says whose account it is, so no policy may set it.`, advice));
    else if (object.complete && mapping?.mapping.flowType !== 'Always') {
      const message = `No mapping keeps "${name}" up to date, so it is emptied when the person comes back.`;
      findings.warnings.push(faultAt(at, message, 'Map it, so that it gets its value again.'));
    }
  }
}
