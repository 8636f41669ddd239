// Expression -> closure, compiled once and evaluated for every object. Everything that does not depend on an object's
// values is checked here: functions, numbers of arguments, attributes, constants. Pure: what it needs comes as input.
import { fromInteger, isList, toText } from './coerce.ts';
import { compareValues } from './compare.ts';
import type { ExpressionError } from './errors.ts';
import type {
  CallSite,
  Evaluate,
  EvaluationInput,
  EvaluationResult,
  PartResult,
  SlotInput,
  SourceValue,
  Value,
} from './evaluation.ts';
import { DateValue, errorStop, plain, Redacted, Stop, tainted } from './evaluation.ts';
import type { Call, FunctionDefinition, Need, StrictBody } from './function-definition.ts';
import { constantOf, limit, MAX_LIST_LENGTH, MAX_TEXT_LENGTH } from './function-definition.ts';
import { findFunction, fitSlots, missingFunction } from './function-table.ts';
import type { CallNode, ExpressionNode } from './parse.ts';
import { parseExpression } from './parse.ts';
import { MAX_STEPS, type StepBudget, stepBudget } from './regex.ts';
import { SourceSlots } from './source-slots.ts';

export type { EvaluationInput, EvaluationResult, SourceValue } from './evaluation.ts';

export interface CompiledExpression {
  readonly text: string;
  /** Source attributes the expression refers to, each once, in order of appearance. */
  readonly attributes: readonly string[];
  readonly warnings: readonly string[];
  /** The same attributes give another value at another time. */
  readonly readsClock: boolean;
  /** The same attributes give another value each time (Guid, RandomString). */
  readonly random: boolean;
  /** It may answer `asks` (SelectUniqueValue). */
  readonly asksTarget: boolean;
  /** It may give a value that logs must not show (Redact). */
  readonly redacts: boolean;
  /** Dates leave it as texts, `7/2/2021 3:33:38 PM` in UTC. Never throws for any value; lazily evaluated branches do not fail unless taken. */
  evaluate(input: EvaluationInput): EvaluationResult;
  /** The same for values that were read by the slots it was compiled with. */
  evaluateSlots(input: SlotInput): EvaluationResult;
}

/** True when the source has the attribute, or the name that was probably meant, or false. */
export type KnowsAttribute = (attribute: string) => boolean | string;

export type CompileResult = { ok: true; expression: CompiledExpression } | { ok: false; errors: ExpressionError[] };

/**
 * All faults that can be known before there is an object, in the order of the text; a parse error comes alone. `slots` are
 * those of the mapping that the expression is part of.
 */
export function compileExpression(
  text: string,
  knows: KnowsAttribute = () => true,
  slots: SourceSlots = new SourceSlots(),
): CompileResult {
  const parsed = parseExpression(text);
  if (!parsed.ok) return { ok: false, errors: [parsed.error] };
  const compilation: Compilation = {
    knows,
    slots,
    root: parsed.node,
    attributes: new Set(),
    errors: [],
    warnings: new Set(parsed.warnings),
    needs: new Set(),
    budget: stepBudget(),
  };
  const evaluate = compileNode(parsed.node, compilation);
  if (compilation.errors.length > 0) return { ok: false, errors: compilation.errors.toSorted(byPosition) };
  const { attributes, warnings, needs, budget } = compilation;
  const evaluateSlots = (input: SlotInput): EvaluationResult => {
    budget.left = MAX_STEPS;
    return wholeResult(evaluate(input));
  };
  const expression: CompiledExpression = {
    text,
    attributes: [...attributes],
    warnings: [...warnings],
    readsClock: needs.has('clock'),
    random: needs.has('random'),
    asksTarget: needs.has('target'),
    redacts: needs.has('silence'),
    evaluate: ({ attribute, isTaken, ...environment }) =>
      evaluateSlots({ values: slots.read(attribute), environment, isTaken }),
    evaluateSlots,
  };
  return { ok: true, expression };
}

/** Outside an expression a date is its text form, and no text holds half of a surrogate pair, which no system takes. */
function wholeResult(result: PartResult): EvaluationResult {
  if (typeof result === 'string') return { type: 'value', value: result.toWellFormed(), redacted: false };
  if (result instanceof Stop) return result.outcome;
  return { type: 'value', value: asSourceValue(plain(result)), redacted: result instanceof Redacted };
}

function asSourceValue(value: Value): SourceValue {
  if (typeof value === 'string') return value.toWellFormed();
  if (isList(value)) return value.map(asSourceValue);
  if (!(value instanceof DateValue)) return value;
  const text = toText(value);
  return text.ok ? text.value : null;
}

function byPosition(left: ExpressionError, right: ExpressionError): number {
  return (left.position ?? 0) - (right.position ?? 0);
}

interface Compilation {
  readonly knows: KnowsAttribute;
  readonly slots: SourceSlots;
  /** The whole expression; only there may functions stand that have to be the outermost. */
  readonly root: ExpressionNode;
  readonly attributes: Set<string>;
  readonly errors: ExpressionError[];
  readonly warnings: Set<string>;
  readonly needs: Set<Need>;
  /** What all regular expressions of one evaluation may take together. */
  readonly budget: StepBudget;
}

function compileNode(node: ExpressionNode, compilation: Compilation): Evaluate {
  switch (node.kind) {
    case 'text':
    case 'number': {
      const result = typeof node.value === 'bigint' ? fromInteger(node.value) : node.value;
      return () => result;
    }
    case 'attribute':
      return compileAttribute(node.value, node.position, compilation);
    case 'parameter':
      return compileParameter(node.value, node.position);
    case 'constant':
      return compileConstant(node);
    case 'comparison':
      return compileComparison(node, compilation);
    case 'call':
      return compileCall(node, compilation);
  }
}

function compileAttribute(name: string, position: number, compilation: Compilation): Evaluate {
  const known = compilation.knows(name);
  if (known !== true) {
    const hint = typeof known === 'string' ? ` Did you mean "${known}"? Names are case-sensitive.` : '';
    const message = `The source attribute "${name}" is not known.${hint}`;
    compilation.errors.push({ kind: 'unknown-attribute', message, position });
  }
  compilation.attributes.add(name);
  const slot = compilation.slots.slotOf(name);
  return ({ values }) => values[slot] ?? null;
}

function compileParameter(name: string, position: number): Evaluate {
  return ({ environment: { params } }) => {
    const value = params !== undefined && Object.hasOwn(params, name) ? params[name] : undefined;
    if (value !== undefined) return value;
    const message = `The parameter %${name}% has no value.`;
    return new Stop({ type: 'error', error: { kind: 'unknown-parameter', message, position } });
  };
}

function compileConstant(node: ExpressionNode & { kind: 'constant' }): Evaluate {
  const result = constantResult(node);
  return () => result;
}

function constantResult(node: ExpressionNode & { kind: 'constant' }): PartResult {
  if (node.name === 'IgnoreAttributeFlow') return new Stop({ type: 'ignoreAttribute' });
  if (node.name === 'IgnoreObjectFlow') return new Stop({ type: 'ignoreObject' });
  return constantOf(node) ?? null;
}

function compileComparison(node: ExpressionNode & { kind: 'comparison' }, compilation: Compilation): Evaluate {
  warnAboutEmptyComparison(node, compilation);
  const evaluateLeft = compileNode(node.left, compilation);
  const evaluateRight = compileNode(node.right, compilation);
  const leftIsAttribute = node.left.kind === 'attribute';
  const rightIsAttribute = node.right.kind === 'attribute';
  return (input) => {
    const left = evaluateLeft(input);
    if (left instanceof Stop) return left;
    const right = evaluateRight(input);
    if (right instanceof Stop) return right;
    const holds = compareValues(
      node.operator,
      { value: plain(left), isAttribute: leftIsAttribute },
      { value: plain(right), isAttribute: rightIsAttribute },
    );
    if (holds.ok) return tainted(holds.value, left instanceof Redacted || right instanceof Redacted);
    return new Stop({ type: 'error', error: { kind: 'type', message: holds.message, position: node.position } });
  };
}

function warnAboutEmptyComparison(node: ExpressionNode & { kind: 'comparison' }, compilation: Compilation): void {
  const sides = [node.left, node.right];
  const attribute = sides.find((side) => side.kind === 'attribute');
  if (attribute?.kind !== 'attribute' || !sides.some((side) => constantOf(side) === '')) return;
  compilation.warnings.add(
    `Comparing [${attribute.value}] with "" is always false, because a comparison with a missing value fails. Use ` +
      `Switch([${attribute.value}], [${attribute.value}], "", "Other") or IsNullOrEmpty([${attribute.value}]).`,
  );
}

function compileCall(written: CallNode, compilation: Compilation): Evaluate {
  const definition = findFunction(written.name);
  const arranged = definition?.arrange?.(written) ?? written;
  const fitted = definition === undefined ? written : fitSlots(definition, arranged);
  const call = 'message' in fitted ? written : fitted;
  // Arguments are compiled in any case, so that their faults are reported together with the call's.
  const slots = call.slots.map((slot) => (slot === null ? undefined : compileNode(slot, compilation)));
  if (definition === undefined) {
    compilation.errors.push(missingFunction(written));
    return () => errorStop('unknown-function', `There is no function ${written.name}.`);
  }
  const site: CallSite = { functionName: definition.name, position: written.position };
  const fault = 'message' in fitted ? { kind: 'arity' as const, message: fitted.message } : definition.check?.(call);
  if (fault !== undefined) compilation.errors.push({ ...site, ...fault });
  if (definition.outermost === true && written !== compilation.root) {
    const message = `${definition.name} has to be the outermost function; put the others into its rules.`;
    compilation.errors.push({ kind: 'nesting', message, ...site });
  }
  const need = definition.needs?.(call);
  if (need !== undefined) compilation.needs.add(need);
  for (const warning of definition.warn?.(written) ?? []) compilation.warnings.add(warning);
  if (written.name !== definition.name) compilation.warnings.add(`${written.name} is written ${definition.name}.`);
  const body = typeof definition.body === 'function' ? definition.body(call, compilation.budget) : definition.body;
  return body.kind === 'lazy' ? (input) => body.run(slots, input, site) : strictCall(definition, body, slots, site);
}

function strictCall(
  { parameters, each }: FunctionDefinition,
  body: StrictBody,
  slots: readonly (Evaluate | undefined)[],
  site: CallSite,
): Evaluate {
  const run = each === undefined ? body.run : (call: Call) => runForEach(each, body, call);
  return (input) => {
    let redacted = false;
    const values: (Value | undefined)[] = [];
    for (const slot of slots) {
      const result = slot?.(input);
      if (result instanceof Stop) return result;
      if (result instanceof Redacted) redacted = true;
      values.push(result === undefined ? undefined : plain(result));
    }
    const call: Call = { site, parameters, values, input, redacted, fault: undefined };
    const value = limit(call, run(call));
    return call.fault === undefined ? tainted(value, redacted) : new Stop({ type: 'error', error: call.fault });
  };
}

/** Text functions are applied to every value of a multi-valued source, as in Entra Connect; lists they make are joined. */
function runForEach(each: number, body: StrictBody, call: Call): Value {
  const source = call.values[each];
  if (!isList(source)) return body.run(call);
  const results: Value[] = [];
  let size = 0;
  for (const element of source) {
    const ofElement: Call = { ...call, values: call.values.with(each, element) };
    const result = limit(ofElement, body.run(ofElement));
    call.fault ??= ofElement.fault;
    for (const one of isList(result) ? result : [result]) {
      results.push(one);
      size += typeof one === 'string' ? one.length : 0;
    }
    // The rest would only make it larger still.
    if (call.fault !== undefined || results.length > MAX_LIST_LENGTH || size > MAX_TEXT_LENGTH) break;
  }
  return results;
}
