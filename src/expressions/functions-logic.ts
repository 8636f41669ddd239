// Choice, tests for null, booleans, flow control and the numbers that go with them. IIF, Switch and Coalesce evaluate
// only what they return: documented expressions would fail on the branch not taken otherwise.
import { fromInteger, isEmptyList, isNullOrEmpty, toBoolean, toText } from './coerce.ts';
import type { CallSite, Evaluate, EvaluationInput, EvaluationResult, SourceValue } from './evaluation.ts';
import { errorResult, tainted, valueResult } from './evaluation.ts';
import type { Call, ConstantFault, FunctionDefinition } from './function-definition.ts';
import { fail, integerAt, lazy, strict, textAt, valueAt } from './function-definition.ts';
import type { CallNode } from './parse.ts';

export const logicFunctions: readonly FunctionDefinition[] = [
  { name: 'IIF', parameters: ['condition', 'valueIfTrue', 'valueIfFalse'], body: lazy(iif) },
  {
    name: 'Switch',
    parameters: ['source', 'defaultValue?', 'key...', 'value...'],
    body: lazy(switchOn),
    check: checkSwitch,
  },
  { name: 'Coalesce', parameters: ['source...'], body: lazy(coalesce) },
  { name: 'Not', parameters: ['source'], body: strict(not) },
  { name: 'CBool', parameters: ['expression'], body: strict(cBool) },
  { name: 'IsNull', parameters: ['expression'], body: strict((call) => valueAt(call, 0) === null) },
  { name: 'IsNothing', parameters: ['expression'], body: strict((call) => valueAt(call, 0) === null) },
  { name: 'IsNullOrEmpty', parameters: ['expression'], body: strict((call) => isNullOrEmpty(valueAt(call, 0))) },
  { name: 'IsPresent', parameters: ['expression'], body: strict((call) => !isNullOrEmpty(valueAt(call, 0))) },
  { name: 'IsString', parameters: ['expression'], body: strict((call) => typeof valueAt(call, 0) === 'string') },
  { name: 'IgnoreFlowIfNullOrEmpty', parameters: ['expression'], body: lazy(ignoreFlowIfNullOrEmpty) },
  { name: 'Redact', parameters: ['value'], body: lazy(redact) },
  { name: 'Error', parameters: ['message'], body: strict(raiseError) },
  { name: 'BitAnd', parameters: ['value1', 'value2'], body: strict(bitAnd) },
  { name: 'DefaultDomain', parameters: [], body: strict(defaultDomain) },
];

type Slots = readonly (Evaluate | undefined)[];

const NULL_RESULT = valueResult(null);

function evaluateSlot(slots: Slots, index: number, input: EvaluationInput): EvaluationResult {
  return slots[index]?.(input) ?? NULL_RESULT;
}

function iif(slots: Slots, input: EvaluationInput, site: CallSite): EvaluationResult {
  const condition = evaluateSlot(slots, 0, input);
  if (condition.type !== 'value') return condition;
  const holds = toBoolean(condition.value);
  if (!holds.ok) return errorResult('type', `IIF: the condition ${holds.message}.`, site);
  return tainted(evaluateSlot(slots, holds.value ? 1 : 2, input), condition.redacted);
}

/** Source and keys are compared as text, ordinally; the key "" matches null and empty. */
function switchOn(slots: Slots, input: EvaluationInput, site: CallSite): EvaluationResult {
  const source = keyText(evaluateSlot(slots, 0, input), site);
  if (source.type !== 'value') return source;
  let redacted = source.redacted;
  for (let index = 2; index < slots.length; index += 2) {
    const key = keyText(evaluateSlot(slots, index, input), site);
    if (key.type !== 'value') return key;
    redacted ||= key.redacted;
    if (key.value === source.value) return tainted(evaluateSlot(slots, index + 1, input), redacted);
  }
  return tainted(evaluateSlot(slots, 1, input), redacted);
}

function keyText(result: EvaluationResult, site: CallSite): EvaluationResult {
  if (result.type !== 'value') return result;
  if (isEmptyList(result.value)) return valueResult('', result.redacted);
  const text = toText(result.value);
  if (!text.ok) return errorResult('type', `Switch: source and keys ${text.message}.`, site);
  return valueResult(text.value ?? '', result.redacted);
}

function checkSwitch({ slots }: CallNode): ConstantFault | undefined {
  if (slots.length % 2 !== 0) {
    return {
      kind: 'arity',
      message:
        `Switch takes an even number of arguments, not ${slots.length}: source, defaultValue, then pairs of key and ` +
        'value. Leave the default out with an empty slot: Switch([x], , "key", "value").',
    };
  }
  if (!slots.slice(2).includes(null)) return undefined;
  return { kind: 'arity', message: 'Switch: a key or value is left out; write "" for an empty text.' };
}

/** The first argument that is not null; "" is a value. */
function coalesce(slots: Slots, input: EvaluationInput): EvaluationResult {
  let redacted = false;
  for (const slot of slots) {
    const result = slot?.(input) ?? NULL_RESULT;
    if (result.type !== 'value' || result.value !== null) return tainted(result, redacted);
    redacted ||= result.redacted;
  }
  return valueResult(null, redacted);
}

/** Only the text True (in any case) and the boolean are negated to False; everything else, null included, gives True. */
function not(call: Call): SourceValue {
  const value = valueAt(call, 0);
  return !(value === true || (typeof value === 'string' && value.toLowerCase() === 'true'));
}

function cBool(call: Call): SourceValue {
  const coerced = toBoolean(valueAt(call, 0));
  return coerced.ok ? coerced.value : fail(call, 'type', `CBool: expression ${coerced.message}.`);
}

function ignoreFlowIfNullOrEmpty(slots: Slots, input: EvaluationInput): EvaluationResult {
  const result = evaluateSlot(slots, 0, input);
  return result.type === 'value' && isNullOrEmpty(result.value) ? { type: 'ignoreAttribute' } : result;
}

function redact(slots: Slots, input: EvaluationInput): EvaluationResult {
  return tainted(evaluateSlot(slots, 0, input), true);
}

function raiseError(call: Call): SourceValue {
  return fail(call, 'custom', call.redacted ? '[Redact]' : (textAt(call, 0) ?? ''));
}

function bitAnd(call: Call): SourceValue {
  return fromInteger(integerAt(call, 0) & integerAt(call, 1));
}

function defaultDomain(call: Call): SourceValue {
  const domain = call.input.tenantDefaultDomain;
  return domain ?? fail(call, 'argument', "DefaultDomain: the tenant's default domain is not known here.");
}
