// One mapping that is not a reference, evaluated for one object. Follows Entra's mapping rules: a null source is skipped and
// the default value used on creation, unless the mapping says otherwise (whenNull).
import { isList, isNullOrEmpty } from '../expressions/coerce.ts';
import type { CompiledExpression, EvaluationResult, SourceValue } from '../expressions/compile.ts';
import type { EvaluationEnvironment, SlotInput } from '../expressions/evaluation.ts';
import type { SlotValues } from '../expressions/source-slots.ts';
import type { ObjectFault } from '../model/errors.ts';
import type { ScimValue } from '../scim/resource.ts';
import { type Coerced, coerceValue, type TargetAttributeType } from '../scim/types.ts';
import type { CompiledAttribute } from './mapping.ts';

/** What expressions may know besides the object itself. Time and chance come in here; rules have none of their own. */
export interface MappingEnvironment extends EvaluationEnvironment {
  /** Whether somebody in the target has this value of the attribute; undefined while that is not known. */
  readonly isTaken?: (attribute: CompiledAttribute, candidate: string) => boolean | undefined;
}

export type Evaluated =
  /** `byDefault` for the default value of an object that is being created; null removes the attribute. */
  | { readonly type: 'value'; readonly value: SourceValue; readonly redacted: boolean; readonly byDefault?: true }
  | { readonly type: 'skip' }
  | { readonly type: 'ignoreObject' }
  /** Whether the target has this value has to be found out first. */
  | { readonly type: 'asks'; readonly candidate: string }
  | { readonly type: 'fault'; readonly fault: ObjectFault };

type View = (name: string) => SourceValue;

const SKIP: Evaluated = { type: 'skip' };

/** Evaluates one mapping that is not a reference, for one object. */
export type EvaluateAttribute = (values: SlotValues, creating: boolean, environment: MappingEnvironment) => Evaluated;

/** What an evaluation has to know of its mapping. */
export type AttributePlan = Pick<CompiledAttribute, 'name' | 'mapping' | 'flow' | 'sourceSlot'> & {
  readonly expression?: CompiledExpression | undefined;
  /** The attribute as `isTaken` wants it. */
  readonly attribute: () => CompiledAttribute;
};

/**
 * Evaluates one mapping that is not a reference; `values` were read by the slots of its mapping. Most mappings take an
 * attribute that is a text: the short way.
 */
export function evaluateAttribute(
  attribute: CompiledAttribute,
  values: SlotValues,
  creating: boolean,
  environment: MappingEnvironment,
): Evaluated {
  const given = values[attribute.sourceSlot];
  return typeof given === 'string' && given !== ''
    ? { type: 'value', value: given, redacted: false }
    : attribute.evaluate(values, creating, environment);
}

/** Decides once, where the value comes from; what is left to do for every object is little. */
export function compileEvaluation(plan: AttributePlan): EvaluateAttribute {
  const { source, defaultValue } = plan.mapping;
  if (source === null) {
    const filled: Evaluated = defaultValue === null ? SKIP : { type: 'value', value: defaultValue, redacted: false };
    return () => filled;
  }
  if (source.type === 'Constant') return (_values, creating) => orWhenNull(plan, source.value, false, creating);
  if (source.type === 'Attribute') {
    const { sourceSlot } = plan;
    const skipsNull = defaultValue === null && plan.mapping.whenNull === 'skip';
    return (values, creating) => {
      const value = values[sourceSlot] ?? null;
      return value === null && skipsNull ? SKIP : orWhenNull(plan, value, false, creating);
    };
  }
  const { expression } = plan;
  if (expression === undefined) return () => SKIP;
  return (values, creating, environment) => {
    const outcome = expression.evaluateSlots(inputOf(plan, values, environment));
    if (outcome.type !== 'value') return withoutValue(plan.name, outcome);
    const { value, redacted } = outcome;
    return typeof value === 'string' && value !== '' ? outcome : orWhenNull(plan, value, redacted, creating);
  };
}

function withoutValue(name: string, outcome: Exclude<EvaluationResult, { readonly type: 'value' }>): Evaluated {
  switch (outcome.type) {
    case 'ignoreAttribute':
      return SKIP;
    case 'ignoreObject':
    case 'asks':
      return outcome;
    case 'error': {
      const { kind, message } = outcome.error;
      const code = kind === 'not-unique' ? 'NoUniqueValue' : 'ExpressionFailed';
      return { type: 'fault', fault: { code, message: `${name}: ${message} (${kind})` } };
    }
    default:
      return outcome satisfies never;
  }
}

function inputOf({ attribute }: AttributePlan, values: SlotValues, environment: MappingEnvironment): SlotInput {
  const { isTaken } = environment;
  return {
    values,
    environment,
    isTaken: isTaken === undefined ? undefined : (candidate) => isTaken(attribute(), candidate),
  };
}

function orWhenNull(plan: AttributePlan, given: SourceValue, redacted: boolean, creating: boolean): Evaluated {
  if (typeof given === 'string' && given !== '') return { type: 'value', value: given, redacted };
  const value = isList(given) ? given.filter((each) => each !== null && each !== '') : given;
  if (!isNullOrEmpty(value)) return { type: 'value', value, redacted };
  const { defaultValue, whenNull } = plan.mapping;
  // Nobody left in a managed list is a statement about it, not the absence of one.
  if (plan.flow === 'Managed' && isList(value)) return creating ? SKIP : { type: 'value', value, redacted };
  if (defaultValue !== null && whenNull === 'default') return { type: 'value', value: defaultValue, redacted };
  if (defaultValue !== null && creating) return { type: 'value', value: defaultValue, redacted, byDefault: true };
  return whenNull === 'clear' && !creating ? { type: 'value', value: null, redacted } : SKIP;
}

/**
 * What `active` is to hold for somebody who left, in its type. Whatever else the mapping gives ([accountEnabled], a constant,
 * an error, a value of another type) must not keep the account open; undefined, for IgnoreObjectFlow, leaves it alone.
 */
export function valueOfDisabled(
  active: CompiledAttribute,
  type: TargetAttributeType | undefined,
  view: View,
  environment: MappingEnvironment,
): Coerced | undefined {
  const evaluated = evaluateAttribute(active, active.slots.read(view), false, environment);
  if (evaluated.type === 'ignoreObject') return undefined;
  const coerced = coerceValue(evaluated.type === 'value' ? evaluated.value : null, type);
  return coerced.ok && coerced.value !== null && !staysOn(coerced.value) ? coerced : coerceValue(false, type);
}

function staysOn(value: ScimValue): boolean {
  return value === true || (typeof value === 'string' && /^\s*true\s*$/i.test(value));
}

/** Text of a matching attribute's value for this object, or null when it has none. */
export function matchingValue(
  attribute: CompiledAttribute,
  view: View,
  environment: MappingEnvironment,
): string | null {
  const evaluated = evaluateAttribute(attribute, attribute.slots.read(view), false, environment);
  if (evaluated.type !== 'value') return null;
  const { value } = evaluated;
  return typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    typeof value === 'bigint'
    ? String(value)
    : null;
}
