// Attribute mappings: compiled once per job, evaluated once per object. Follows Entra's mapping rules: a null source is
// skipped, the default value is used on creation, a mapping of type None only fills an empty target.

import { isNullOrEmpty } from '../expressions/coerce.ts';
import { type CompiledExpression, compileExpression, type SourceValue } from '../expressions/compile.ts';
import type { ObjectKind } from '../model/directory.ts';
import type { ObjectFault } from '../model/errors.ts';
import type { AttributeMapping, ObjectMapping } from '../model/job.ts';
import type { TargetProfile } from '../model/profile.ts';
import { graphProperties } from '../model/source-attributes.ts';
import type { Capabilities } from '../scim/capabilities.ts';
import type { DesiredAttribute } from '../scim/desired.ts';
import { parsePath, pathKey, type ScimPath } from '../scim/path.ts';
import type { ScimKind } from '../scim/resource.ts';
import { attributeType, coerceValue } from '../scim/types.ts';
import { type CompiledScope, compileScope } from './scoping.ts';

/** The form in which the target wants a reference: its own id, or the e-mail of the referenced person. */
export type ReferenceForm = 'id' | 'email';

/** One mapping, ready to evaluate. */
export interface CompiledAttribute {
  readonly name: string;
  readonly path: ScimPath;
  readonly mapping: AttributeMapping;
  /** Present for expressions. */
  readonly expression?: CompiledExpression;
  /** Present for mappings of `manager` and `members`. */
  readonly reference?: { readonly relation: 'manager' | 'members'; readonly form: ReferenceForm };
}

/** One object mapping, ready to evaluate. */
export interface CompiledMapping {
  readonly kind: ObjectKind;
  readonly scimKind: ScimKind;
  readonly flowTypes: ObjectMapping['flowTypes'];
  readonly scope: CompiledScope | null;
  readonly attributes: readonly CompiledAttribute[];
  /** Matching attributes, lowest priority number first. */
  readonly matching: readonly CompiledAttribute[];
  /** The mapping that writes `active`, if any. */
  readonly active: CompiledAttribute | undefined;
  readonly mapsManager: boolean;
  readonly mapsMembers: boolean;
  /** Graph properties that mappings and filters need. */
  readonly properties: readonly string[];
}

/** Compiles a mapping that validation has accepted. */
export function compileObjectMapping(mapping: ObjectMapping, profile: TargetProfile): CompiledMapping {
  const attributes = mapping.attributeMappings.map((each) => compileAttribute(each, profile));
  const scope = mapping.scope === null ? null : compiledScope(mapping);
  const used = new Set<string>(scope?.attributes ?? []);
  for (const attribute of attributes) for (const name of sourceNames(attribute)) used.add(name);
  if (mapping.sourceObjectName === 'user') used.add('IsSoftDeleted').add('displayName').add('userPrincipalName');
  // Visibility says whether a member list may be kept from the engine (import-members.ts).
  else used.add('displayName').add('visibility');
  const matching = attributes.filter((each) => each.mapping.matchingPriority > 0);
  return {
    kind: mapping.sourceObjectName,
    scimKind: mapping.targetObjectName,
    flowTypes: mapping.flowTypes,
    scope,
    attributes,
    matching: matching.toSorted((a, b) => a.mapping.matchingPriority - b.mapping.matchingPriority),
    active: attributes.find((each) => each.name === 'active'),
    mapsManager: attributes.some((each) => each.reference?.relation === 'manager'),
    mapsMembers: attributes.some((each) => each.reference?.relation === 'members'),
    properties: graphProperties(mapping.sourceObjectName, used),
  };
}

function compiledScope(mapping: ObjectMapping): CompiledScope {
  const compiled = compileScope({ groups: (mapping.scope?.groups ?? []).map(withoutUndefined) });
  if (!compiled.ok)
    throw new Error(`A scoping filter that was accepted does not compile: ${compiled.errors[0]?.message ?? ''}`);
  return compiled.scope;
}

/** Optional members that are undefined are left out, as exact optional types ask for. */
function withoutUndefined(group: NonNullable<ObjectMapping['scope']>['groups'][number]) {
  return {
    ...(group.name === undefined ? {} : { name: group.name }),
    clauses: group.clauses.map(({ targetOperand, ...clause }) =>
      targetOperand === undefined ? clause : { ...clause, targetOperand },
    ),
  };
}

function compileAttribute(mapping: AttributeMapping, profile: TargetProfile): CompiledAttribute {
  const parsed = parsePath(mapping.targetAttributeName);
  if (!parsed.ok)
    throw new Error(`A target attribute that was accepted does not parse: ${mapping.targetAttributeName}`);
  const base = { ...nameAndPath(parsed.path), mapping };
  const { source } = mapping;
  if (source?.type === 'Attribute' && (source.name === 'manager' || source.name === 'members')) {
    return {
      ...base,
      reference: { relation: source.name, form: profile.references[mapping.targetAttributeName] ?? 'id' },
    };
  }
  if (source?.type !== 'Function') return base;
  const compiled = compileExpression(source.expression);
  if (!compiled.ok) throw new Error(`An expression that was accepted does not compile: ${source.expression}`);
  return { ...base, expression: compiled.expression };
}

/** `active` is recognised by its name all over the engine, so every spelling of it becomes the usual one. */
function nameAndPath(path: ScimPath): Pick<CompiledAttribute, 'name' | 'path'> {
  const name = pathKey(path) === 'active' ? 'active' : path.text;
  return { name, path: { ...path, text: name, ...(name === 'active' ? { attribute: name } : {}) } };
}

function sourceNames(attribute: CompiledAttribute): readonly string[] {
  if (attribute.expression !== undefined) return attribute.expression.attributes;
  return attribute.mapping.source?.type === 'Attribute' ? [attribute.mapping.source.name] : [];
}

/** A reference that is to be written once the referenced person has an account. */
export interface MappedReference {
  readonly name: string;
  readonly path: ScimPath;
  readonly form: ReferenceForm;
  readonly referencedId: string;
}

/** The account that mappings ask for. */
export interface MappedObject {
  readonly desired: readonly DesiredAttribute[];
  readonly references: readonly MappedReference[];
  /** Target attributes that are only filled when the target has no value (mapping type None). */
  readonly onlyIfEmpty: ReadonlySet<string>;
  /** Target attributes whose values must not appear in any log. */
  readonly redacted: ReadonlySet<string>;
  /** The first fault, if any: the object is then not written. */
  readonly fault: ObjectFault | null;
  /** True when an expression said to leave the whole object alone. */
  readonly ignored: boolean;
}

/** Evaluates all mappings for one object; `creating` includes creation-only mappings and default values. */
export function mapObject(
  mapping: CompiledMapping,
  view: (name: string) => SourceValue,
  creating: boolean,
  capabilities: Capabilities,
): MappedObject {
  const desired: DesiredAttribute[] = [];
  const references: MappedReference[] = [];
  const onlyIfEmpty = new Set<string>();
  const redacted = new Set<string>();
  const result = (fault: ObjectFault | null, ignored: boolean): MappedObject => ({
    desired,
    references,
    onlyIfEmpty,
    redacted,
    fault,
    ignored,
  });
  for (const attribute of mapping.attributes) {
    if (attribute.mapping.flowType === 'ObjectAddOnly' && !creating) continue;
    if (attribute.reference !== undefined) {
      const referencedId = attribute.reference.relation === 'manager' ? view('manager') : null;
      if (typeof referencedId === 'string')
        references.push({ name: attribute.name, path: attribute.path, form: attribute.reference.form, referencedId });
      continue;
    }
    const evaluated = evaluateAttribute(attribute, view, creating);
    if (evaluated.type === 'ignoreObject') return result(null, true);
    if (evaluated.type === 'fault') return result(evaluated.fault, false);
    if (evaluated.type === 'skip') continue;
    const coerced = coerceValue(evaluated.value, attributeType(mapping.scimKind, attribute.path, capabilities));
    if (!coerced.ok) return result(invalid(attribute.name, coerced.message, evaluated.value), false);
    desired.push({ path: attribute.path, value: coerced.value });
    if (attribute.mapping.source === null) onlyIfEmpty.add(attribute.name);
    if (evaluated.redacted) redacted.add(attribute.name);
  }
  return result(null, false);
}

function invalid(name: string, message: string, value: SourceValue): ObjectFault {
  return {
    code: Array.isArray(value) ? 'SchemaPropertyCanOnlyAcceptValue' : 'InvalidValue',
    message: `${name}: ${message}`,
  };
}

type Evaluated =
  | { readonly type: 'value'; readonly value: SourceValue; readonly redacted: boolean }
  | { readonly type: 'skip' }
  | { readonly type: 'ignoreObject' }
  | { readonly type: 'fault'; readonly fault: ObjectFault };

/** Evaluates one mapping that is not a reference. */
function evaluateAttribute(
  attribute: CompiledAttribute,
  view: (name: string) => SourceValue,
  creating: boolean,
): Evaluated {
  const { source, defaultValue } = attribute.mapping;
  if (source === null)
    return defaultValue === null ? { type: 'skip' } : { type: 'value', value: defaultValue, redacted: false };
  let value: SourceValue;
  let redacted = false;
  if (source.type === 'Constant') value = source.value;
  else if (source.type === 'Attribute') value = view(source.name);
  else {
    const outcome = attribute.expression?.evaluate({ attribute: view });
    if (outcome === undefined || outcome.type === 'ignoreAttribute') return { type: 'skip' };
    if (outcome.type === 'ignoreObject') return { type: 'ignoreObject' };
    if (outcome.type === 'error')
      return {
        type: 'fault',
        fault: {
          code: 'ExpressionFailed',
          message: `${attribute.name}: ${outcome.error.message} (${outcome.error.kind})`,
        },
      };
    value = outcome.value;
    redacted = outcome.redacted;
  }
  if (!isNullOrEmpty(value)) return { type: 'value', value, redacted };
  return creating && defaultValue !== null ? { type: 'value', value: defaultValue, redacted } : { type: 'skip' };
}

/**
 * What `active` is to hold for somebody who left. A mapping that does not ask for IsSoftDeleted ([accountEnabled], a
 * constant) would leave them active, so true and nothing become false; only IgnoreObjectFlow leaves the account alone.
 */
export function evaluateDisabled(active: CompiledAttribute, view: (name: string) => SourceValue): Evaluated {
  const evaluated = evaluateAttribute(active, view, false);
  const value = evaluated.type === 'value' ? evaluated.value : null;
  const staysOn = value === true || (typeof value === 'string' && /^\s*true\s*$/i.test(value));
  return evaluated.type === 'skip' || staysOn ? { type: 'value', value: false, redacted: false } : evaluated;
}

/** Text of a matching attribute's value for this object, or null when it has none. */
export function matchingValue(attribute: CompiledAttribute, view: (name: string) => SourceValue): string | null {
  const evaluated = evaluateAttribute(attribute, view, false);
  if (evaluated.type !== 'value') return null;
  const { value } = evaluated;
  return typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    typeof value === 'bigint'
    ? String(value)
    : null;
}
