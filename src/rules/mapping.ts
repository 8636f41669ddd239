// Attribute mappings, compiled once per job; map-object.ts evaluates them, once per object.
import { type CompiledExpression, compileExpression } from '../expressions/compile.ts';
import { NO_SLOT, SourceSlots } from '../expressions/source-slots.ts';
import type { ObjectKind } from '../model/directory.ts';
import type { AttributeMapping, ObjectMapping } from '../model/job.ts';
import type { TargetProfile } from '../model/profile.ts';
import { graphProperties } from '../model/source-attributes.ts';
import type { Flow } from '../scim/desired.ts';
import { parsePath, pathKey, type ScimPath } from '../scim/path.ts';
import type { ScimKind } from '../scim/resource.ts';
import { appRoleForm } from './app-role-value.ts';
import { compileEvaluation, type EvaluateAttribute } from './evaluate-attribute.ts';
import { type CompiledScope, compileScope } from './scoping.ts';

/** The form in which the target wants a reference: its own id, or the e-mail of the referenced person. */
export type ReferenceForm = 'id' | 'email';

/** One mapping, ready to evaluate. */
export interface CompiledAttribute {
  readonly name: string;
  readonly path: ScimPath;
  readonly mapping: AttributeMapping;
  /** The source attribute of a direct mapping. */
  readonly sourceName: string | undefined;
  /** Its slot; NO_SLOT for every other mapping. */
  readonly sourceSlot: number;
  /** The slots of the whole mapping. */
  readonly slots: SourceSlots;
  /** What the mapping gives for an object; called through evaluateAttribute. */
  readonly evaluate: EvaluateAttribute;
  /** Present for expressions. */
  readonly expression: CompiledExpression | undefined;
  /** How far an existing account may be changed; absent: it is made to hold the value. */
  readonly flow: Flow | undefined;
  /** True for expressions that list app roles, one text or object each. */
  readonly listsAppRoles: boolean;
  /** Present for mappings of `manager` and `members`. */
  readonly reference: { readonly relation: 'manager' | 'members'; readonly form: ReferenceForm } | undefined;
}

/** One object mapping, ready to evaluate. */
export interface CompiledMapping {
  readonly kind: ObjectKind;
  readonly scimKind: ScimKind;
  readonly flowTypes: ObjectMapping['flowTypes'];
  readonly scope: CompiledScope | null;
  readonly attributes: readonly CompiledAttribute[];
  /** The source attributes that `attributes` read. */
  readonly slots: SourceSlots;
  /** Matching attributes, lowest priority number first. */
  readonly matching: readonly CompiledAttribute[];
  /** The mapping that writes `active`, if any. */
  readonly active: CompiledAttribute | undefined;
  readonly mapsManager: boolean;
  readonly mapsMembers: boolean;
  /** Graph properties that mappings and filters need. */
  readonly properties: readonly string[];
  /** True when a value depends on the time of its evaluation, so that everybody is planned anew once a day. */
  readonly readsClock: boolean;
}

/** Compiles a mapping that validation has accepted. */
export function compileObjectMapping(mapping: ObjectMapping, profile: TargetProfile): CompiledMapping {
  const slots = new SourceSlots();
  const attributes = mapping.attributeMappings.map((each) => compileAttribute(each, profile, slots));
  const scope = mapping.scope === null ? null : compiledScope(mapping.scope);
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
    slots,
    matching: matching.toSorted((a, b) => a.mapping.matchingPriority - b.mapping.matchingPriority),
    active: attributes.find((each) => each.name === 'active'),
    mapsManager: attributes.some((each) => each.reference?.relation === 'manager'),
    mapsMembers: attributes.some((each) => each.reference?.relation === 'members'),
    properties: graphProperties(mapping.sourceObjectName, used),
    readsClock: scope?.readsClock === true || attributes.some((each) => each.expression?.readsClock === true),
  };
}

function compiledScope(filter: NonNullable<ObjectMapping['scope']>): CompiledScope {
  const compiled = compileScope(filter);
  if (!compiled.ok)
    throw new Error(`A scoping filter that was accepted does not compile: ${compiled.errors[0]?.message ?? ''}`);
  return compiled.scope;
}

function compileAttribute(mapping: AttributeMapping, profile: TargetProfile, slots: SourceSlots): CompiledAttribute {
  const parsed = parsePath(mapping.targetAttributeName);
  if (!parsed.ok)
    throw new Error(`A target attribute that was accepted does not parse: ${mapping.targetAttributeName}`);
  const { name, path } = nameAndPath(parsed.path);
  const reference = referenceOf(mapping, profile);
  const expression = compiledExpression(mapping, slots);
  const flow = reference === undefined ? flowOf(mapping) : undefined;
  const listsAppRoles = expression !== undefined && appRoleForm(expression.text) !== null;
  const sourceName = mapping.source?.type === 'Attribute' ? mapping.source.name : undefined;
  const sourceSlot = sourceName === undefined ? NO_SLOT : slots.slotOf(sourceName);
  const evaluate = compileEvaluation({ name, mapping, flow, sourceSlot, expression, attribute: () => compiled });
  // All attributes have the same members, which is what makes reading them fast.
  const described = { name, path, mapping, sourceName, sourceSlot, slots, expression, flow, listsAppRoles, reference };
  const compiled: CompiledAttribute = { ...described, evaluate };
  return compiled;
}

function referenceOf({ source, targetAttributeName }: AttributeMapping, profile: TargetProfile) {
  if (source?.type !== 'Attribute' || (source.name !== 'manager' && source.name !== 'members')) return undefined;
  return { relation: source.name, form: profile.references[targetAttributeName] ?? 'id' } as const;
}

function compiledExpression({ source }: AttributeMapping, slots: SourceSlots): CompiledExpression | undefined {
  if (source?.type !== 'Function') return undefined;
  const compiled = compileExpression(source.expression, () => true, slots);
  if (!compiled.ok) throw new Error(`An expression that was accepted does not compile: ${source.expression}`);
  return compiled.expression;
}

/**
 * A mapping of type None only fills what is empty. The two functions that list app roles say themselves, as in Entra, what
 * becomes of roles that are not assigned any more: one only adds, the other takes away, but only what this job wrote.
 */
function flowOf({ flowType, source }: AttributeMapping): Flow | undefined {
  if (flowType !== 'Always') return flowType;
  if (source === null) return 'AttributeAddOnly';
  const form = source.type === 'Function' ? appRoleForm(source.expression) : null;
  if (form === null) return undefined;
  return form === 'adding' ? 'ValueAddOnly' : 'Managed';
}

/** Lists of which an account may hold more than this job knows of, by target attribute name. */
export function sharedLists({ attributes }: Pick<CompiledMapping, 'attributes'>): readonly string[] {
  return attributes.flatMap(({ name, flow }) => (flow === undefined || flow === 'ObjectAddOnly' ? [] : [name]));
}

/** `active` is recognised by its name all over the engine, so every spelling of it becomes the usual one. */
function nameAndPath(path: ScimPath): Pick<CompiledAttribute, 'name' | 'path'> {
  const name = pathKey(path) === 'active' ? 'active' : path.text;
  return { name, path: { ...path, text: name, ...(name === 'active' ? { attribute: name } : {}) } };
}

function sourceNames(attribute: CompiledAttribute): readonly string[] {
  if (attribute.expression !== undefined) return attribute.expression.attributes;
  return attribute.sourceName === undefined ? [] : [attribute.sourceName];
}
