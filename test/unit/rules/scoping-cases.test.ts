// Runs every case of the fixture. An operator that only scimsync has answers `extensionInScope`; a value of the wrong type is
// met only when the object is judged, so that its error stands with the reasons; everything else is refused when saved.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SourceValue } from '../../../src/expressions/compile.ts';
import { compileScope, type ScopingFilter } from '../../../src/rules/scoping.ts';

interface ScopingCase {
  readonly id: string;
  readonly filter: { readonly groups: readonly { readonly clauses: readonly CaseClause[] }[] };
  readonly attributes: Readonly<Record<string, SourceValue>>;
  readonly inScope: boolean;
  readonly note: string;
  readonly error?: string;
  readonly extensionInScope?: boolean;
  readonly allSemanticsInScope?: boolean;
}

interface CaseClause {
  readonly attribute: string;
  readonly operator: string;
  readonly value?: string;
}

const fixture = new URL('../../fixtures/scoping-cases.json', import.meta.url);
const cases: readonly ScopingCase[] = JSON.parse(readFileSync(fixture, 'utf8'));

function filterOf(one: ScopingCase, quantifier?: 'any' | 'all'): ScopingFilter {
  return {
    groups: one.filter.groups.map(({ clauses }) => ({
      clauses: clauses.map(({ attribute, operator, value }) => ({
        sourceOperandName: attribute,
        operatorName: operator,
        ...(value === undefined ? {} : { targetOperand: { values: [value] } }),
        ...(quantifier === undefined ? {} : { quantifier }),
      })),
    })),
  };
}

const reader = (attributes: Readonly<Record<string, SourceValue>>) => (name: string) =>
  Object.hasOwn(attributes, name) ? (attributes[name] ?? null) : null;

/** What `scimsync scope --cases` says of a case. */
function answer(one: ScopingCase) {
  const compiled = compileScope(filterOf(one), (name) => name !== 'nosuch');
  const { inScope, reasons } = (compiled.ok ? compiled.scope : compiled.failClosed).evaluate(reader(one.attributes));
  const early = compiled.ok ? [] : compiled.errors.map(({ kind }) => kind);
  return { inScope, early, late: reasons.map(({ why }) => why) };
}

const offered = cases.filter((one) => one.extensionInScope !== undefined);
const late = cases.filter((one) => one.error === 'unsupported-type');
const refused = cases.filter((one) => one.error !== undefined && !late.includes(one) && !offered.includes(one));
const judged = cases.filter((one) => one.error === undefined);

describe('scoping cases', () => {
  it('are all accounted for', () => {
    expect([judged.length, refused.length, late.length, offered.length]).toEqual([75, 10, 2, 1]);
    expect(cases.length).toBe(88);
  });

  // spec: scope-by-value
  it.each(judged)('$id', (one) => {
    expect(answer(one), one.note).toMatchObject({ inScope: one.inScope, early: [] });
  });

  it.each(refused)('$id is refused: $error', (one) => {
    expect(answer(one), one.note).toMatchObject({ inScope: one.inScope, early: [one.error] });
  });

  it.each(late)('$id is false for this value: $error', (one) => {
    expect(answer(one), one.note).toEqual({ inScope: one.inScope, early: [], late: [one.error] });
  });

  it.each(offered)('$id is offered', (one) => {
    expect(answer(one), one.note).toMatchObject({ inScope: one.extensionInScope, early: [] });
  });

  it.each(cases.filter((one) => one.allSemanticsInScope !== undefined))('$id with quantifier: all', (one) => {
    const compiled = compileScope(filterOf(one, 'all'));
    const verdict = compiled.ok && compiled.scope.evaluate(reader(one.attributes)).inScope;
    expect(verdict, one.note).toBe(one.allSemanticsInScope);
  });
});
