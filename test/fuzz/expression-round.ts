// One round of the fuzzer: a random expression, compiled and evaluated on random values. Says what went wrong, if anything.
import { readFileSync } from 'node:fs';
import { compileExpression } from '../../src/expressions/compile.ts';
import type { EvaluationInput, EvaluationResult } from '../../src/expressions/evaluation.ts';
import { ATTRIBUTES, damaged, grownExpression } from './random-expression.ts';
import type { RandomSource } from './random-source.ts';
import { randomValue } from './random-source.ts';

/** Kinds of errors as docs/expressions.md names them; written out, so that the product's list is not believed. */
const KINDS: ReadonlySet<string> = new Set(
  (
    'parse unknown-function unknown-attribute unknown-parameter arity type format argument range regex nesting ' +
    'not-unique multiple-grants custom'
  ).split(' '),
);

const fixture = new URL('../fixtures/expression-cases.json', import.meta.url);
const known: readonly string[] = (JSON.parse(readFileSync(fixture, 'utf8')) as { expression: string }[]).map(
  ({ expression }) => expression,
);

/** What happened to one expression. */
export interface Round {
  readonly expression: string;
  /** `refused` when compiling, else the type of what the evaluation gave. */
  readonly outcome: string;
  /** Kinds of the errors met. */
  readonly kinds: readonly string[];
  /** What must not happen: an exception, an undocumented kind, an answer of no known form. */
  readonly crash: string | null;
}

export function expressionRound(random: RandomSource): Round {
  const expression = random.once(2) ? grownExpression(random) : damaged(random, known);
  try {
    const { outcome, kinds, wrong } = outcomeOf(expression, inputOf(random), random);
    const undocumented = kinds.find((kind) => !KINDS.has(kind));
    const crash = undocumented === undefined ? wrong : `error of kind ${undocumented}`;
    return { expression, outcome, kinds, crash };
  } catch (error) {
    return { expression, outcome: 'thrown', kinds: [], crash: String(error instanceof Error ? error.stack : error) };
  }
}

interface Outcome {
  readonly outcome: string;
  readonly kinds: readonly string[];
  readonly wrong: string | null;
}

function outcomeOf(expression: string, input: EvaluationInput, random: RandomSource): Outcome {
  const compiled = random.once(3)
    ? compileExpression(expression, (name) => ATTRIBUTES.includes(name))
    : compileExpression(expression);
  if (!compiled.ok) {
    const misplaced = compiled.errors.find(({ position }) => position === undefined || position > expression.length);
    const wrong = compiled.errors.length === 0 ? 'refused without an error' : null;
    return {
      outcome: 'refused',
      kinds: compiled.errors.map(({ kind }) => kind),
      wrong: misplaced === undefined ? wrong : `the position of "${misplaced.message}" is not in the text`,
    };
  }
  const result = compiled.expression.evaluate(input);
  return {
    outcome: result.type,
    kinds: result.type === 'error' ? [result.error.kind] : [],
    wrong: isKnown(result) ? null : 'an answer of no known form',
  };
}

function isKnown(result: EvaluationResult): boolean {
  switch (result.type) {
    case 'value':
      return result.value !== undefined && typeof result.redacted === 'boolean';
    case 'error':
      return result.error.message.length > 0;
    case 'ignoreAttribute':
    case 'ignoreObject':
      return true;
    case 'asks':
      return typeof result.candidate === 'string';
    default:
      return false;
  }
}

function inputOf(random: RandomSource): EvaluationInput {
  const values = new Map(ATTRIBUTES.map((name) => [name, randomValue(random)]));
  return {
    attribute: (name) => values.get(name) ?? null,
    now: new Date(random.below(2 ** 31) * 1000),
    random: (count) => Uint8Array.from({ length: count }, () => random.below(256)),
    isTaken: () => (random.once(3) ? undefined : random.once(2)),
    params: { Domain: 'contoso.com' },
    tenantDefaultDomain: 'contoso.com',
  };
}
