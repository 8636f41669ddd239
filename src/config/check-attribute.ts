// One attribute mapping: does the target name parse, does the source exist, does the expression compile, and does the
// one fit the other. Rules of entra-style mappings; what a particular target knows is found out by discovery.
import { compileExpression } from '../expressions/compile.ts';
import type { ExpressionError } from '../expressions/errors.ts';
import { nearest } from '../expressions/suggest.ts';
import { sourceAttribute, sourceAttributeNames } from '../model/source-attributes.ts';
import type { ScimPath } from '../scim/path.ts';
import { parsePath } from '../scim/path.ts';
import { checkFlow } from './check-flow.ts';
import type { Findings } from './fault.ts';
import { noFindings } from './fault.ts';
import type { AttributeDraft, JobDraft, ObjectMappingDraft } from './job-draft.ts';
import { child, faultAt } from './located.ts';

/** True, the name that was probably meant, or false. */
export function knowsSourceAttribute(kind: 'user' | 'group'): (name: string) => boolean | string {
  return (name) => {
    if (sourceAttribute(kind, name) !== undefined) return true;
    return nearest(name, sourceAttributeNames(kind)) ?? false;
  };
}

export function checkAttribute(job: JobDraft, object: ObjectMappingDraft, attribute: AttributeDraft): Findings {
  const findings = noFindings();
  const path = checkTarget(attribute, findings);
  const { source } = attribute.mapping;
  switch (source?.type) {
    case 'Attribute':
      checkAttributeSource(object.kind, attribute, source.name, path, findings);
      break;
    case 'Function':
      checkExpression(job, object.kind, attribute, source.expression, findings);
      break;
    case 'Constant':
    case undefined:
      break;
  }
  const isMembersTarget = path?.schema === undefined && path?.attribute.toLowerCase() === 'members';
  if (isMembersTarget && !(source?.type === 'Attribute' && source.name === 'members')) {
    const message = 'members can only be mapped from [members] of a group.';
    findings.faults.push(faultAt(placeOf(attribute, 'targetAttributeName'), message, 'Remove this mapping.'));
  }
  checkFlow(job, object, attribute, path, findings);
  return findings;
}

function placeOf(attribute: AttributeDraft, key: string) {
  return child(attribute.node, key)?.at ?? attribute.node.at;
}

const serverMade: readonly string[] = ['id', 'meta', 'schemas'];

function checkTarget(attribute: AttributeDraft, findings: Findings): ScimPath | undefined {
  const name = attribute.mapping.targetAttributeName;
  const at = placeOf(attribute, 'targetAttributeName');
  const result = parsePath(name);
  if (!result.ok) {
    const caret = result.position === undefined ? '' : caretLines(name, result.position);
    const advice = 'Write for instance userName, name.givenName or emails[type eq "work"].value.';
    findings.faults.push(faultAt(at, `${result.message}${caret}`, advice));
    return undefined;
  }
  const { schema, attribute: target } = result.path;
  if (schema === undefined && serverMade.includes(target.toLowerCase())) {
    const advice = target.toLowerCase() === 'id' ? 'Map the source id to externalId.' : 'Remove this mapping.';
    findings.faults.push(faultAt(at, `"${target}" is set by the target itself and cannot be mapped.`, advice));
  } else if (schema === undefined && target.toLowerCase() === 'groups') {
    const advice = 'Map [members] to members in the group mapping instead.';
    findings.faults.push(faultAt(at, 'The groups of a person are read-only in SCIM.', advice));
  }
  return result.path;
}

function checkAttributeSource(
  kind: 'user' | 'group',
  attribute: AttributeDraft,
  name: string,
  path: ScimPath | undefined,
  findings: Findings,
): void {
  const at = placeOf(attribute, 'source');
  const origin = sourceAttribute(kind, name);
  if (origin === undefined) {
    const meant = nearest(name, sourceAttributeNames(kind));
    const other = sourceAttribute(kind === 'user' ? 'group' : 'user', name) !== undefined;
    const message = other
      ? `The source attribute "${name}" does not exist for a ${kind}.`
      : `The source attribute "${name}" is not known.`;
    const advice =
      meant === undefined || meant === name
        ? 'Names are those of the attribute-mapping editor of Entra; directory extensions are extension_<appId>_<name>.'
        : `Did you mean "${meant}"? Names are case-sensitive.`;
    findings.faults.push(faultAt(at, message, advice));
  } else if (origin.from === 'reference') {
    if (attribute.mapping.matchingPriority > 0) {
      findings.faults.push(faultAt(at, `A reference ([${name}]) cannot be a matching attribute.`, 'Match on a value.'));
    }
    const target = path?.schema === undefined ? path?.attribute.toLowerCase() : undefined;
    if (name === 'members' && path !== undefined && target !== 'members') {
      const message = '[members] can only be mapped to members.';
      findings.faults.push(faultAt(placeOf(attribute, 'targetAttributeName'), message, 'Write members here.'));
    }
  } else if (name === 'appRoleAssignments') {
    const advice = 'Write for instance SingleAppRoleAssignment([appRoleAssignments]).';
    findings.faults.push(faultAt(at, 'The list of app roles is no value by itself.', advice));
  }
}

function checkExpression(
  job: JobDraft,
  kind: 'user' | 'group',
  attribute: AttributeDraft,
  text: string,
  findings: Findings,
): void {
  const at = placeOf(attribute, 'source');
  const compiled = compileExpression(text, knowsSourceAttribute(kind));
  if (!compiled.ok) {
    for (const error of compiled.errors) {
      const caret = error.position === undefined ? '' : caretLines(text, error.position);
      findings.faults.push(faultAt(at, `${error.message}${caret}`, adviceFor(kind, text, error)));
    }
    return;
  }
  for (const warning of compiled.expression.warnings) findings.warnings.push(faultAt(at, warning));
  for (const name of compiled.expression.attributes) {
    if (sourceAttribute(kind, name)?.from === 'reference') {
      const message = `[${name}] is a reference and cannot be used inside an expression.`;
      findings.faults.push(faultAt(at, message, `Map it as it is: source: "[${name}]".`));
    }
    if (name === 'appRoleAssignments' && job.syncAll) {
      const message = 'With syncAll nobody has app roles, so this expression has no value.';
      findings.faults.push(faultAt(at, message, 'Set source.syncAll to false, or map another attribute.'));
    }
  }
}

/** A bare word is usually an attribute without its brackets, or a constant whose quotes YAML took away. */
function adviceFor(kind: 'user' | 'group', text: string, error: ExpressionError): string | undefined {
  if (/[[("]/.test(text) || error.kind !== 'parse') return undefined;
  const bare = text.trim();
  const known = sourceAttribute(kind, bare) !== undefined;
  return known ? `Write "[${bare}]" for the attribute.` : `Write '"…"' (both kinds of quotes) for a constant text.`;
}

const SHOWN = 100;

/** The text around the position and a caret below it, on lines of their own. */
export function caretLines(text: string, position: number): string {
  const before = text.slice(0, position);
  const lineStart = before.lastIndexOf('\n') + 1;
  const lineEnd = text.indexOf('\n', position);
  const line = text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd).replaceAll('\t', ' ');
  const column = position - lineStart;
  const from = Math.max(0, column - SHOWN / 2);
  return `\n${line.slice(from, from + SHOWN)}\n${' '.repeat(column - from)}^`;
}
