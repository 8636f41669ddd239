// Runs every case of the fixture. A case whose expression uses a function this version does not have must be refused as
// such when compiled, so that no case is left out silently; the numbers of both sorts are fixed below.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { EvaluationInput, SourceValue } from '../../../src/expressions/compile.ts';
import { compileExpression } from '../../../src/expressions/compile.ts';
import type { ExpressionNode } from '../../../src/expressions/parse.ts';
import { parseExpression } from '../../../src/expressions/parse.ts';

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
}

const fixture = new URL('../../fixtures/expression-cases.json', import.meta.url);
const cases: readonly ExpressionCase[] = JSON.parse(readFileSync(fixture, 'utf8'));

// Written out here on purpose: the test must not take the product's own list for the truth.
const LATER = new Set(
  'cdate dateadd datediff datefromnum formatdatetime guid now numfromdate randomstring selectuniquevalue'.split(' '),
);

function usesLaterFunction(node: ExpressionNode): boolean {
  if (node.kind === 'comparison') return usesLaterFunction(node.left) || usesLaterFunction(node.right);
  if (node.kind !== 'call') return false;
  const name = node.name.toLowerCase();
  if (LATER.has(name) || (name === 'replace' && (node.slots[2] ?? null) !== null)) return true;
  return node.slots.some((slot) => slot !== null && usesLaterFunction(slot));
}

function isSupported({ expression }: ExpressionCase): boolean {
  const parsed = parseExpression(expression);
  return !parsed.ok || !usesLaterFunction(parsed.node);
}

function inputOf(one: ExpressionCase): EvaluationInput {
  return {
    attribute: (name) => (Object.hasOwn(one.attributes, name) ? (one.attributes[name] ?? null) : null),
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
  }
}

const supported = cases.filter(isSupported);
const later = cases.filter((one) => !isSupported(one));

describe('expression cases', () => {
  it('are all accounted for', () => {
    expect({ supported: supported.length, later: later.length }).toEqual({ supported: 275, later: 152 });
    expect(supported.length + later.length).toBe(427);
  });

  it.each(supported)('$id: $expression', (one) => {
    expect(outcomeOf(one), one.note).toEqual(one.expected);
  });

  it.each(later)('$id is refused: $expression', (one) => {
    const compiled = compileExpression(one.expression);
    expect(compiled.ok ? [] : compiled.errors.map((error) => error.kind)).toContain('unsupported-function');
  });

  it.each(supported.filter((one) => one.logValue !== undefined))('$id is logged as redacted', (one) => {
    const compiled = compileExpression(one.expression);
    expect(compiled.ok && compiled.expression.evaluate(inputOf(one))).toMatchObject({ type: 'value', redacted: true });
  });
});
