// One expression with the attributes of a file: its value, what went into it, and when there is none, where and why.
import { randomBytes } from 'node:crypto';
import { caretLines } from '../config/check-attribute.ts';
import {
  type CompiledExpression,
  compileExpression,
  type EvaluationInput,
  type SourceValue,
} from '../expressions/compile.ts';
import type { ExpressionError, ExpressionErrorKind } from '../expressions/errors.ts';
import { readInput, readObject, STANDARD_INPUT } from './case-input.ts';
import { CommandFault } from './command-fault.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { plainValue, typeName, valueRemark, valueText } from './expression-value.ts';
import type { GlobalOptions } from './global-options.ts';
import { type SourceObject, sourceObject } from './source-object.ts';
import { alignedRows } from './table.ts';
import type { Terminal } from './terminal.ts';
import { printable } from './terminal-text.ts';

/** What an evaluation may know beside attributes. */
export interface Circumstances {
  readonly now: Date;
  /** Values that the target holds already. */
  readonly taken: readonly string[];
  readonly params: Readonly<Record<string, string>>;
  readonly tenantDefaultDomain: string | undefined;
}

/** The input of an evaluation in which every question to the target has an answer; uniqueness ignores case. */
export function evaluationInput(
  attribute: (name: string) => SourceValue,
  { now, taken, params, tenantDefaultDomain }: Circumstances,
): EvaluationInput {
  const held = new Set(taken.map((value) => value.toLowerCase()));
  return {
    attribute,
    now,
    random: (count) => randomBytes(count),
    isTaken: (candidate) => held.has(candidate.toLowerCase()),
    params,
    ...(tenantDefaultDomain === undefined ? {} : { tenantDefaultDomain }),
  };
}

/**
 * Evaluates and prints.
 * @returns EXIT.configuration for a refused expression, EXIT.objectsFailed for one that fails with these attributes.
 * @throws CommandFault when an input cannot be read.
 */
export async function evaluateOne(
  given: string,
  attributesFile: string | undefined,
  circumstances: Circumstances,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  if (given === STANDARD_INPUT && attributesFile === STANDARD_INPUT)
    throw new CommandFault('Only one of expression and attributes can come from the standard input.');
  const expression = given === STANDARD_INPUT ? (await readInput(given)).trim() : given;
  const object = sourceObject(attributesFile === undefined ? {} : await readObject(attributesFile));
  const evaluation = evaluate(expression, object, circumstances, attributesFile !== undefined);
  if (options.json) terminal.out(`${JSON.stringify(evaluationDocument(evaluation), null, 2)}\n`);
  else print(evaluation, terminal);
  return evaluation.refused ? EXIT.configuration : evaluation.errors.length > 0 ? EXIT.objectsFailed : EXIT.well;
}

/** Everything that is known of one evaluation. */
interface Evaluation {
  readonly expression: string;
  /** True when there was nothing to evaluate. */
  readonly refused: boolean;
  readonly errors: readonly ExpressionError[];
  readonly value?: SourceValue;
  readonly redacted: boolean;
  readonly flow: 'ignore-attribute' | 'ignore-object' | null;
  readonly warnings: readonly string[];
  readonly attributes: ReadonlyMap<string, SourceValue>;
  readonly form: SourceObject['form'];
}

function evaluate(expression: string, object: SourceObject, known: Circumstances, hasFile: boolean): Evaluation {
  const nothing = {
    expression,
    refused: true,
    errors: [],
    redacted: false,
    flow: null,
    warnings: [],
    form: object.form,
  };
  const compiled = compileExpression(expression);
  if (!compiled.ok) return { ...nothing, errors: compiled.errors, attributes: new Map() };
  const names = compiled.expression.attributes;
  const attributes = new Map(names.map((name) => [name, object.read(name)]));
  const doubts = hasFile ? names.flatMap((name) => object.doubt(name) ?? []) : missingFile(names);
  const warnings = [...compiled.expression.warnings, ...doubts];
  const evaluation = { ...nothing, refused: false, warnings, attributes };
  return { ...evaluation, ...outcomeOf(compiled.expression, evaluationInput(object.read, known)) };
}

function missingFile(names: readonly string[]): string[] {
  return names.length === 0 ? [] : ['Without --attributes every attribute is null.'];
}

function outcomeOf(expression: CompiledExpression, input: EvaluationInput): Partial<Evaluation> {
  const result = expression.evaluate(input);
  switch (result.type) {
    case 'value':
      return { value: result.value, redacted: result.redacted };
    case 'ignoreAttribute':
      return { flow: 'ignore-attribute' };
    case 'ignoreObject':
      return { flow: 'ignore-object' };
    case 'asks':
      // Every question has an answer (evaluationInput).
      throw new Error('an expression asks the target although everything is known');
    case 'error':
      return { errors: [result.error] };
    default:
      return result satisfies never;
  }
}

const FLOWS = {
  'ignore-attribute': 'IgnoreAttributeFlow: a mapping would leave the attribute as it is',
  'ignore-object': 'IgnoreObjectFlow: a mapping would leave the whole object as it is',
} as const;

function print(evaluation: Evaluation, terminal: Terminal): void {
  const { errors, flow, value, redacted, warnings, attributes } = evaluation;
  for (const error of errors) terminal.err(errorText(evaluation, error, terminal));
  if (flow !== null) terminal.out(`${FLOWS[flow]}\n`);
  else if (value !== undefined) {
    const remark = `${valueRemark(value)}${redacted ? '; logs and plans show [Redact]' : ''}`;
    terminal.out(`${terminal.paint('bold', valueText(value))}  ${terminal.paint('dim', `(${remark})`)}\n`);
  }
  const rows = [...attributes].map(([name, each]) => [`  [${printable(name)}]`, valueText(each)]);
  for (const row of alignedRows(rows)) terminal.out(`${row}\n`);
  for (const warning of warnings) terminal.err(`${terminal.paintErr('yellow', 'warning')}: ${printable(warning)}\n`);
}

function errorText({ expression, refused }: Evaluation, error: ExpressionError, terminal: Terminal): string {
  const { kind, message, position, functionName } = error;
  const head = refused ? 'The expression is refused' : 'The expression cannot be evaluated with these attributes';
  const caret = position === undefined ? [] : caretLines(expression, position).split('\n').slice(1);
  const by = functionName === undefined || message.includes(functionName) ? '' : ` (${functionName})`;
  return [
    `${terminal.paintErr('red', `${head}: ${kind}`)}${by}`,
    `  ${printable(message)}`,
    ...caret.map((line) => `    ${printable(line)}`),
    ...[ADVICE[kind] ?? []].flat().map((line) => `  ${line}`),
    '',
  ].join('\n');
}

/** What usually helps. */
const ADVICE: Readonly<Partial<Record<ExpressionErrorKind, string>>> = {
  parse:
    'Attributes are written [name], texts "text", calls Name(argument, …). In a shell, put the whole into single quotes.',
  'unknown-function': 'docs/expressions.md lists the functions.',
  'unknown-parameter': 'Give it with --param NAME=VALUE.',
  arity: 'docs/expressions.md shows each function with an example.',
  type: 'Convert the value first, for instance with CStr or Item.',
  format: 'The input format has to fit the text exactly: dd is two digits, d one or two.',
  range: 'Item counts from 1; guard it with IIF(IsPresent(…), …).',
  nesting: 'SelectUniqueValue has to be the outermost function.',
  'not-unique': 'Add a candidate, for instance with a number behind it.',
  'multiple-grants': 'Use AppRoleAssignmentsComplex, or give the person one role.',
};

function evaluationDocument(evaluation: Evaluation): unknown {
  const { expression, refused, errors, value, redacted, flow, warnings, attributes, form } = evaluation;
  const [error] = errors;
  return {
    ok: error === undefined,
    expression,
    ...(value === undefined ? {} : { value: plainValue(value), type: typeName(value) }),
    flow,
    redacted,
    ...(error === undefined ? {} : { refused, error, errors }),
    warnings,
    attributesForm: form,
    attributes: Object.fromEntries([...attributes].map(([name, each]) => [name, plainValue(each)])),
  };
}
