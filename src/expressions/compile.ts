// Expression -> closure, compiled once and evaluated for every object. Everything that does not depend on an object's
// values is checked here: functions, numbers of arguments, attributes, constants. Pure: what it needs comes as input.
import { fromInteger, isList } from './coerce.ts';
import { compareValues } from './compare.ts';
import type { ExpressionError } from './errors.ts';
import type { CallSite, Evaluate, EvaluationInput, EvaluationResult, SourceValue } from './evaluation.ts';
import { errorResult, valueResult } from './evaluation.ts';
import type { Call, FunctionDefinition, StrictBody } from './function-definition.ts';
import { constantOf } from './function-definition.ts';
import { findFunction, fitSlots, missingFunction } from './function-table.ts';
import type { CallNode, ExpressionNode } from './parse.ts';
import { parseExpression } from './parse.ts';

export type { EvaluationInput, EvaluationResult, SourceValue } from './evaluation.ts';

export interface CompiledExpression {
  readonly text: string;
  /** Source attributes the expression refers to, each once, in order of appearance. */
  readonly attributes: readonly string[];
  readonly warnings: readonly string[];
  /** Never throws for any value; lazily evaluated branches do not fail unless taken. */
  evaluate(input: EvaluationInput): EvaluationResult;
}

/** True when the source has the attribute, or the name that was probably meant, or false. */
export type KnowsAttribute = (attribute: string) => boolean | string;

export type CompileResult = { ok: true; expression: CompiledExpression } | { ok: false; errors: ExpressionError[] };

/** All faults that can be known before there is an object, in the order of the text; a parse error comes alone. */
export function compileExpression(text: string, knows: KnowsAttribute = () => true): CompileResult {
  const parsed = parseExpression(text);
  if (!parsed.ok) return { ok: false, errors: [parsed.error] };
  const compilation: Compilation = { knows, attributes: new Set(), errors: [], warnings: new Set(parsed.warnings) };
  const evaluate = compileNode(parsed.node, compilation);
  if (compilation.errors.length > 0) return { ok: false, errors: compilation.errors.toSorted(byPosition) };
  const expression = { text, attributes: [...compilation.attributes], warnings: [...compilation.warnings], evaluate };
  return { ok: true, expression };
}

function byPosition(left: ExpressionError, right: ExpressionError): number {
  return (left.position ?? 0) - (right.position ?? 0);
}

interface Compilation {
  readonly knows: KnowsAttribute;
  readonly attributes: Set<string>;
  readonly errors: ExpressionError[];
  readonly warnings: Set<string>;
}

function compileNode(node: ExpressionNode, compilation: Compilation): Evaluate {
  switch (node.kind) {
    case 'text':
    case 'number': {
      const result = valueResult(typeof node.value === 'bigint' ? fromInteger(node.value) : node.value);
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
  return (input) => valueResult(input.attribute(name) ?? null);
}

function compileParameter(name: string, position: number): Evaluate {
  return ({ params }) => {
    const value = params !== undefined && Object.hasOwn(params, name) ? params[name] : undefined;
    if (value !== undefined) return valueResult(value);
    const message = `The parameter %${name}% has no value.`;
    return { type: 'error', error: { kind: 'unknown-parameter', message, position } };
  };
}

function compileConstant(node: ExpressionNode & { kind: 'constant' }): Evaluate {
  if (node.name === 'IgnoreAttributeFlow') return () => ({ type: 'ignoreAttribute' });
  if (node.name === 'IgnoreObjectFlow') return () => ({ type: 'ignoreObject' });
  const result = valueResult(constantOf(node) ?? null);
  return () => result;
}

function compileComparison(node: ExpressionNode & { kind: 'comparison' }, compilation: Compilation): Evaluate {
  warnAboutEmptyComparison(node, compilation);
  const evaluateLeft = compileNode(node.left, compilation);
  const evaluateRight = compileNode(node.right, compilation);
  const leftIsAttribute = node.left.kind === 'attribute';
  const rightIsAttribute = node.right.kind === 'attribute';
  return (input) => {
    const left = evaluateLeft(input);
    if (left.type !== 'value') return left;
    const right = evaluateRight(input);
    if (right.type !== 'value') return right;
    const holds = compareValues(
      node.operator,
      { value: left.value, isAttribute: leftIsAttribute },
      { value: right.value, isAttribute: rightIsAttribute },
    );
    if (holds.ok) return valueResult(holds.value, left.redacted || right.redacted);
    return { type: 'error', error: { kind: 'type', message: holds.message, position: node.position } };
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
  const fitted = definition === undefined ? written : fitSlots(definition, written);
  const call = 'message' in fitted ? written : fitted;
  // Arguments are compiled in any case, so that their faults are reported together with the call's.
  const slots = call.slots.map((slot) => (slot === null ? undefined : compileNode(slot, compilation)));
  if (definition === undefined) {
    compilation.errors.push(missingFunction(written));
    return () => errorResult('unknown-function', `There is no function ${written.name}.`);
  }
  const site: CallSite = { functionName: definition.name, position: written.position };
  const fault = 'message' in fitted ? { kind: 'arity' as const, message: fitted.message } : definition.check?.(call);
  if (fault !== undefined) compilation.errors.push({ ...fault, ...site });
  if (written.name !== definition.name) compilation.warnings.add(`${written.name} is written ${definition.name}.`);
  const { body } = definition;
  return body.kind === 'lazy' ? (input) => body.run(slots, input, site) : strictCall(definition, body, slots, site);
}

function strictCall(
  definition: FunctionDefinition,
  body: StrictBody,
  slots: readonly (Evaluate | undefined)[],
  site: CallSite,
): Evaluate {
  return (input) => {
    let redacted = false;
    const values: (SourceValue | undefined)[] = [];
    for (const slot of slots) {
      const result = slot?.(input);
      if (result !== undefined && result.type !== 'value') return result;
      redacted ||= result?.redacted ?? false;
      values.push(result?.value);
    }
    const call: Call = { site, parameters: definition.parameters, values, input, redacted, fault: undefined };
    const value = runForEach(definition, body, call);
    return call.fault === undefined ? valueResult(value, redacted) : { type: 'error', error: call.fault };
  };
}

/** Text functions are applied to every value of a multi-valued source, as in Entra Connect; lists they make are joined. */
function runForEach({ each }: FunctionDefinition, body: StrictBody, call: Call): SourceValue {
  const source = each === undefined ? undefined : call.values[each];
  if (each === undefined || !isList(source)) return body.run(call);
  const results: SourceValue[] = [];
  for (const element of source) {
    const ofElement: Call = { ...call, values: call.values.with(each, element) };
    const result = body.run(ofElement);
    call.fault ??= ofElement.fault;
    if (isList(result)) results.push(...result);
    else results.push(result);
  }
  return results;
}
