// Choice, tests for null, booleans, flow control and the numbers that go with them. IIF, Switch and Coalesce evaluate
// only what they return: documented expressions would fail on the branch not taken otherwise.
import { fromInteger, isEmptyList, isNullOrEmpty, toBoolean, toText } from './coerce.ts';
import type { CallSite, Evaluate, PartResult, SlotInput, SourceValue } from './evaluation.ts';
import { errorStop, plain, Redacted, Stop, tainted } from './evaluation.ts';
import type { Call, ConstantFault, FunctionDefinition, LazyBody } from './function-definition.ts';
import { constantOf, fail, integerAt, lazy, strict, textAt, valueAt } from './function-definition.ts';
import type { CallNode } from './parse.ts';

export const logicFunctions: readonly FunctionDefinition[] = [
  { name: 'IIF', parameters: ['condition', 'valueIfTrue', 'valueIfFalse'], body: lazy(iif) },
  {
    name: 'Switch',
    parameters: ['source', 'defaultValue?', 'key...', 'value...'],
    body: switchBody,
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
  { name: 'Redact', parameters: ['value'], body: lazy(redact), needs: () => 'silence' },
  { name: 'Error', parameters: ['message'], body: strict(raiseError) },
  { name: 'BitAnd', parameters: ['value1', 'value2'], body: strict(bitAnd) },
  { name: 'DefaultDomain', parameters: [], body: strict(defaultDomain) },
];

type Slots = readonly (Evaluate | undefined)[];

function evaluateSlot(slots: Slots, index: number, input: SlotInput): PartResult {
  return slots[index]?.(input) ?? null;
}

function iif(slots: Slots, input: SlotInput, site: CallSite): PartResult {
  const condition = evaluateSlot(slots, 0, input);
  if (condition instanceof Stop) return condition;
  const holds = toBoolean(plain(condition));
  if (!holds.ok) return errorStop('type', `IIF: the condition ${holds.message}.`, site);
  return tainted(evaluateSlot(slots, holds.value ? 1 : 2, input), condition instanceof Redacted);
}

/** Source and keys are compared as text, ordinally; the key "" matches null and empty. */
function switchBody(call: CallNode): LazyBody {
  const places = constantKeys(call);
  return lazy((slots, input, site) => {
    const source = evaluateSlot(slots, 0, input);
    const wanted = keyText(source, site);
    if (wanted instanceof Stop) return wanted;
    const redacted = source instanceof Redacted;
    if (places === undefined) return switchOn(slots, input, site, wanted, redacted);
    return tainted(evaluateSlot(slots, places.get(wanted) ?? 1, input), redacted);
  });
}

/** The slot of each key's value, the first of equal keys; undefined when a key is not the same for every object. */
function constantKeys({ slots }: CallNode): ReadonlyMap<string, number> | undefined {
  const places = new Map<string, number>();
  for (let index = 2; index < slots.length; index += 2) {
    const value = constantOf(slots[index]);
    const text = value === undefined ? undefined : toText(value);
    if (text?.ok !== true) return undefined;
    const key = text.value ?? '';
    if (!places.has(key)) places.set(key, index + 1);
  }
  return places;
}

/** Keys are evaluated until one fits, and no further. */
function switchOn(slots: Slots, input: SlotInput, site: CallSite, wanted: string, isRedacted: boolean): PartResult {
  let redacted = isRedacted;
  for (let index = 2; index < slots.length; index += 2) {
    const key = evaluateSlot(slots, index, input);
    const text = keyText(key, site);
    if (text instanceof Stop) return text;
    if (key instanceof Redacted) redacted = true;
    if (text === wanted) return tainted(evaluateSlot(slots, index + 1, input), redacted);
  }
  return tainted(evaluateSlot(slots, 1, input), redacted);
}

function keyText(result: PartResult, site: CallSite): string | Stop {
  if (typeof result === 'string' || result instanceof Stop) return result;
  if (typeof result === 'boolean') return result ? 'True' : 'False';
  const value = plain(result);
  if (isEmptyList(value)) return '';
  const text = toText(value);
  return text.ok ? (text.value ?? '') : errorStop('type', `Switch: source and keys ${text.message}.`, site);
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
function coalesce(slots: Slots, input: SlotInput): PartResult {
  let redacted = false;
  for (const slot of slots) {
    const result = slot?.(input) ?? null;
    if (result instanceof Stop || plain(result) !== null) return tainted(result, redacted);
    redacted ||= result instanceof Redacted;
  }
  return tainted(null, redacted);
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

function ignoreFlowIfNullOrEmpty(slots: Slots, input: SlotInput): PartResult {
  const result = evaluateSlot(slots, 0, input);
  return !(result instanceof Stop) && isNullOrEmpty(plain(result)) ? new Stop({ type: 'ignoreAttribute' }) : result;
}

function redact(slots: Slots, input: SlotInput): PartResult {
  return tainted(evaluateSlot(slots, 0, input), true);
}

function raiseError(call: Call): SourceValue {
  const message = textAt(call, 0);
  if (message === null || message === '') return fail(call, 'custom', 'Error was called without a message.');
  return fail(call, 'custom', call.redacted ? '[Redact]' : message);
}

function bitAnd(call: Call): SourceValue {
  return fromInteger(integerAt(call, 0) & integerAt(call, 1));
}

function defaultDomain(call: Call): SourceValue {
  const domain = call.input.environment.tenantDefaultDomain;
  return (
    domain ??
    fail(
      call,
      'argument',
      'DefaultDomain: the default domain of the tenant is not known; write defaultDomain to the source.',
    )
  );
}
