// One object mapping as a whole: its attribute mappings together, its scoping filter, and whether it can do what the
// lifecycle of the job asks for.
import { compileScope } from '../rules/scoping.ts';
import { MEMBER_OF } from '../rules/scoping-attributes.ts';
import { checkAttribute, knowsSourceAttribute } from './check-attribute.ts';
import { checkLifecycle } from './check-lifecycle.ts';
import { limitFaults } from './check-limits.ts';
import { overlapFaults } from './check-overlap.ts';
import type { Findings } from './fault.ts';
import { addFindings, noFindings } from './fault.ts';
import type { AttributeDraft, JobDraft, ObjectMappingDraft } from './job-draft.ts';
import { child, faultAt, resolvePath } from './located.ts';
import { targetKey } from './target-key.ts';

export function checkObjectMapping(job: JobDraft, object: ObjectMappingDraft): Findings {
  const findings = noFindings();
  for (const attribute of object.attributes) addFindings(findings, checkAttribute(job, object, attribute));
  checkDuplicates(object, findings);
  findings.faults.push(...overlapFaults(object.attributes), ...limitFaults(job, object));
  checkScope(object, findings);
  checkKind(job, object, findings);
  if (object.enabled && object.complete) checkMatchingExists(object, findings);
  if (object.enabled && object.kind === 'user') addFindings(findings, checkLifecycle(job, object));
  return findings;
}

function checkDuplicates(object: ObjectMappingDraft, findings: Findings): void {
  const first = new Map<string, AttributeDraft>();
  const priorities = new Map<number, AttributeDraft>();
  for (const attribute of object.attributes) {
    const { targetAttributeName: name, matchingPriority } = attribute.mapping;
    const at = child(attribute.node, 'targetAttributeName')?.at ?? attribute.node.at;
    const earlier = first.get(targetKey(name));
    if (earlier === undefined) first.set(targetKey(name), attribute);
    else {
      const place = `${earlier.node.at.file}:${earlier.node.at.line}`;
      findings.faults.push(faultAt(at, `"${name}" is mapped twice.`, `The other mapping is in ${place}. Keep one.`));
    }
    const rival = matchingPriority > 0 ? priorities.get(matchingPriority) : undefined;
    if (rival !== undefined) {
      const message = `Two matching attributes have priority ${matchingPriority}.`;
      const advice = `The other is ${rival.mapping.targetAttributeName}. Give each its own; the lowest is tried first.`;
      findings.faults.push(faultAt(child(attribute.node, 'matchingPriority')?.at ?? at, message, advice));
    }
    if (matchingPriority > 0) priorities.set(matchingPriority, attribute);
  }
}

function checkScope(object: ObjectMappingDraft, findings: Findings): void {
  if (object.scope === null) return;
  const knows = knowsSourceAttribute(object.kind);
  // Who is a member is asked about people only; it is no attribute that could be mapped.
  const compiled = compileScope(object.scope, (name) => (name === MEMBER_OF ? object.kind === 'user' : knows(name)));
  const place = (path: readonly (string | number)[]) => resolvePath(object.node, ['scope', ...path]).node.at;
  if (compiled.ok) {
    for (const { path, message, advice } of compiled.warnings)
      findings.warnings.push(faultAt(place(path), message, advice));
    return;
  }
  for (const { path, message, advice } of compiled.errors) findings.faults.push(faultAt(place(path), message, advice));
}

function checkKind(job: JobDraft, object: ObjectMappingDraft, findings: Findings): void {
  const target = child(object.node, 'targetObjectName');
  const expected = object.kind === 'user' ? 'User' : 'Group';
  if (target?.kind === 'scalar' && typeof target.value === 'string' && target.value !== expected) {
    const message = `A ${object.kind} can only be provisioned as ${expected}.`;
    findings.faults.push(faultAt(target.at, message, `Write ${expected}, or leave this key out.`));
  }
  if (object.enabled && object.kind === 'group' && job.profile?.groups === false) {
    const message = 'This target has no groups (profile.groups is false).';
    findings.faults.push(faultAt(object.node.at, message, 'Write group: { enabled: false }.'));
  }
}

function checkMatchingExists(object: ObjectMappingDraft, findings: Findings): void {
  if (object.attributes.some(({ mapping }) => mapping.matchingPriority > 0)) return;
  const at = child(object.node, 'attributeMappings')?.at ?? object.node.at;
  const message = `The ${object.kind} mapping has no matching attribute.`;
  const advice =
    'Give the attribute that identifies an account matchingPriority: 1, for instance externalId or userName.';
  findings.faults.push(faultAt(at, message, advice));
}
