// All mappings of one object together: the account that they ask for. What becomes of an account that exists is decide.ts.
import type { SourceValue } from '../expressions/compile.ts';
import type { ObjectFault } from '../model/errors.ts';
import type { Capabilities } from '../scim/capabilities.ts';
import type { DesiredAttribute } from '../scim/desired.ts';
import type { ScimPath } from '../scim/path.ts';
import type { ScimValue } from '../scim/resource.ts';
import { attributeType, type Coerced, coerceValue, type TargetAttributeType } from '../scim/types.ts';
import { asObjects, asTexts } from './app-role-value.ts';
import { evaluateAttribute, type MappingEnvironment } from './evaluate-attribute.ts';
import type { CompiledAttribute, CompiledMapping, ReferenceForm } from './mapping.ts';
import { stableJson } from './stable-json.ts';

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
  /** Target attributes whose values must not appear in any log. */
  readonly redacted: ReadonlySet<string>;
  /** The first fault, if any: the object is then not written. */
  readonly fault: ObjectFault | null;
  /** True when an expression said to leave the whole object alone. */
  readonly ignored: boolean;
  /** A value that the target has to be asked about before the object can be mapped; null when nothing is open. */
  readonly asks: { readonly attribute: CompiledAttribute; readonly candidate: string } | null;
}

/** Evaluates all mappings for one object; `creating` includes creation-only mappings and default values. */
export function mapObject(
  mapping: CompiledMapping,
  view: (name: string) => SourceValue,
  creating: boolean,
  capabilities: Capabilities,
  environment: MappingEnvironment,
): MappedObject {
  const desired: DesiredAttribute[] = [];
  const references: MappedReference[] = [];
  const redacted = new Set<string>();
  const whole = { desired, references, redacted, fault: null, ignored: false, asks: null };
  const types = targetTypes(mapping, capabilities);
  const values = mapping.slots.read(view);
  for (const [index, attribute] of mapping.attributes.entries()) {
    if (attribute.mapping.flowType === 'ObjectAddOnly' && !creating) continue;
    if (attribute.reference !== undefined) {
      if (attribute.reference.relation !== 'manager') continue;
      const referencedId = view('manager');
      if (typeof referencedId === 'string')
        references.push({ name: attribute.name, path: attribute.path, form: attribute.reference.form, referencedId });
      else if (attribute.mapping.whenNull === 'clear' && !creating) desired.push({ path: attribute.path, value: null });
      continue;
    }
    const evaluated = evaluateAttribute(attribute, values, creating, environment);
    if (evaluated.type === 'ignoreObject') return { ...whole, ignored: true };
    if (evaluated.type === 'fault') return { ...whole, fault: evaluated.fault };
    if (evaluated.type === 'asks') return { ...whole, asks: { attribute, candidate: evaluated.candidate } };
    if (evaluated.type === 'skip') continue;
    const coerced = coerce(attribute, types[index], evaluated.value);
    if (!coerced.ok) {
      const why = evaluated.redacted ? 'The value, which Redact hides, does not fit the attribute.' : coerced.message;
      return { ...whole, fault: invalid(attribute.name, why, evaluated.value) };
    }
    desired.push(desiredOf(attribute, coerced.value, evaluated.byDefault === true));
    if (evaluated.redacted) redacted.add(attribute.name);
  }
  return whole;
}

/** Most attributes simply hold their value; the rest is left out then, since this happens for every value of everybody. */
function desiredOf({ path, flow, mapping }: CompiledAttribute, value: ScimValue, byDefault: boolean): DesiredAttribute {
  const resend = mapping.flowBehavior === 'FlowAlways';
  if (flow === undefined && !byDefault && !resend) return { path, value };
  return {
    path,
    value,
    ...(byDefault ? { flow: 'ObjectAddOnly' } : flow === undefined ? {} : { flow }),
    ...(resend ? { resend } : {}),
  };
}

type Types = readonly (TargetAttributeType | undefined)[];

const TYPES = new WeakMap<CompiledMapping, WeakMap<Capabilities, Types>>();

/** The types of the mapped attributes, found out once for a mapping and what discovery said. */
function targetTypes(mapping: CompiledMapping, capabilities: Capabilities): Types {
  const known = TYPES.get(mapping) ?? new WeakMap<Capabilities, Types>();
  TYPES.set(mapping, known);
  const types =
    known.get(capabilities) ??
    mapping.attributes.map(({ path }) => attributeType(mapping.scimKind, path, capabilities));
  known.set(capabilities, types);
  return types;
}

/** The value in the type of its attribute; a list holds each value once, since targets do not keep the same one twice. */
function coerce(
  { listsAppRoles }: CompiledAttribute,
  type: TargetAttributeType | undefined,
  value: SourceValue,
): Coerced {
  const objects = type?.type === 'complex' || (listsAppRoles === true && type === undefined);
  const fitting = objects ? asObjects(value) : listsAppRoles === true ? asTexts(value) : value;
  const coerced = coerceValue(fitting, type);
  return coerced.ok && Array.isArray(coerced.value) ? { ok: true, value: withoutRepetition(coerced.value) } : coerced;
}

function withoutRepetition(values: readonly ScimValue[]): ScimValue {
  return [...new Map(values.map((value) => [stableJson(value), value])).values()];
}

function invalid(name: string, message: string, value: SourceValue): ObjectFault {
  return {
    code: Array.isArray(value) ? 'SchemaPropertyCanOnlyAcceptValue' : 'InvalidValue',
    message: `${name}: ${message}`,
  };
}
