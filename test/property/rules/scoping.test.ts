// What holds for every filter and every value: nobody comes in by an omission, an operator and its negation never hold
// together, nothing throws, and the order of clauses and groups decides nothing.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import '../../support/fixed-seed.ts';
import type { SourceValue } from '../../../src/expressions/compile.ts';
import { compileScope, type FilterGroup } from '../../../src/rules/scoping.ts';
import type { FilterClause } from '../../../src/rules/scoping-clause.ts';
import type { ScopeFacts } from '../../../src/rules/scoping-operators.ts';

const GROUPS = ['aaaaaaaa-0000-4000-8000-00000000000a', 'aaaaaaaa-0000-4000-8000-00000000000b'];

const text = fc.oneof(
  fc.string(),
  fc.constantFrom('1', '05', 'true', 'False', 'Sales', '2026-11-23', '2026-12-01T08:00Z'),
);
const single: fc.Arbitrary<SourceValue> = fc.oneof(text, fc.integer(), fc.double(), fc.bigInt(), fc.boolean());
const missing = fc.constantFrom<SourceValue>(null, '', []);
const anything: fc.Arbitrary<SourceValue> = fc.oneof(
  single,
  missing,
  fc.array(fc.oneof(single, fc.constant(null), fc.dictionary(fc.string(), fc.anything()))),
  fc.dictionary(fc.string(), fc.anything()),
);
const facts = fc.record(
  {
    now: fc.date({ noInvalidDate: false }),
    memberOf: fc.oneof(fc.constant(null), fc.subarray(GROUPS)),
  },
  { requiredKeys: [] },
);

const TEXTS = ['EQUALS', 'NOT EQUALS', 'Includes', 'ENDS_WITH', '&', '!&'];
const INTEGERS = ['Greater_Than', 'Greater_Than_OR_EQUALS', 'Less_Than', 'Less_Than_OR_EQUALS'];
const PATTERNS = ['REGEX MATCH', 'NOT REGEX MATCH'];
const DATES = ['Before', 'Before_OR_EQUALS', 'After', 'After_OR_EQUALS'];
const operated = (names: readonly string[], operand: fc.Arbitrary<string>) =>
  fc.tuple(
    fc.constantFrom(...names),
    operand.map((value): readonly string[] => [value]),
  );

/** An operator that asks for a value, with an operand that it takes. */
const asking = fc.oneof(
  operated(TEXTS, text),
  operated(INTEGERS, fc.bigInt().map(String)),
  operated(PATTERNS, fc.constantFrom('.*', '^$', '', '^\\w+$', '[^a]', '(?!x)')),
  operated(DATES, fc.constantFrom('now', 'today+14d', 'now-36h', '2026-11-23', '2026-11-23T08:00:00+02:00')),
  fc.tuple(fc.constantFrom('IS TRUE', 'IS FALSE', 'IS NOT NULL'), fc.constant<readonly string[]>([])),
);
const presence = ['IS NULL', 'IS NOT NULL'];

const clause: fc.Arbitrary<FilterClause> = fc.oneof(
  fc
    .record({
      operator: fc.oneof(asking, fc.constant(['IS NULL', []] as const)),
      attribute: fc.constantFrom('x', 'y'),
      quantifier: fc.constantFrom(undefined, 'any', 'all'),
      whenNull: fc.constantFrom(undefined, true, false),
    })
    .map(({ operator: [operatorName, values], attribute, quantifier, whenNull }): FilterClause => {
      const options = presence.includes(operatorName) ? {} : { quantifier, whenNull };
      return { sourceOperandName: attribute, operatorName, targetOperand: { values }, ...options } as FilterClause;
    }),
  fc.tuple(fc.constantFrom('Member_Of', 'Not_Member_Of'), fc.subarray(GROUPS, { minLength: 1 })).map(
    ([operatorName, values]): FilterClause => ({
      sourceOperandName: 'memberOf',
      operatorName,
      targetOperand: { values },
    }),
  ),
);
const groups: fc.Arbitrary<FilterGroup[]> = fc.array(
  fc.record({ clauses: fc.array(clause, { minLength: 1, maxLength: 4 }) }),
  { minLength: 1, maxLength: 4 },
);

function judge(filter: readonly FilterGroup[], x: SourceValue, y: SourceValue, known: ScopeFacts) {
  const compiled = compileScope({ groups: filter });
  if (!compiled.ok) throw new Error(compiled.errors.map(({ message }) => message).join(' '));
  return compiled.scope.evaluate((name) => (name === 'x' ? x : name === 'y' ? y : null), known);
}

const one = (operatorName: string, values: readonly string[], options: Partial<FilterClause> = {}): FilterGroup[] => [
  { clauses: [{ sourceOperandName: 'x', operatorName, targetOperand: { values }, ...options }] },
];

describe('scoping filters', () => {
  // spec: scope-by-value
  it('let nobody in who has no value, but by IS NULL and whenNull', () => {
    fc.assert(
      fc.property(
        asking,
        missing,
        fc.constantFrom('any', 'all', undefined),
        facts,
        (operator, value, quantifier, known) => {
          const [name, values] = operator;
          const options = presence.includes(name) ? {} : { quantifier };
          expect(judge(one(name, values, options), value, null, known).inScope).toBe(false);
          expect(judge(one('IS NULL', []), value, null, known).inScope).toBe(true);
          if (presence.includes(name)) return;
          expect(judge(one(name, values, { whenNull: true }), value, null, known).inScope).toBe(true);
          expect(judge(one(name, values, { whenNull: false }), value, null, known).inScope).toBe(false);
        },
      ),
    );
  });

  it('never throw, and give a reason for every clause', () => {
    fc.assert(
      fc.property(groups, anything, anything, facts, (filter, x, y, known) => {
        const { inScope, reasons } = judge(filter, x, y, known);
        expect(reasons.length).toBe(filter.flatMap(({ clauses }) => clauses).length);
        const holding = filter.some((_, index) =>
          reasons.filter(({ group }) => group === index).every(({ result }) => result),
        );
        expect(inScope).toBe(holding);
      }),
    );
  });

  // spec: scope-by-value
  it('have an operator and its negation never hold together, and one of them for every present value', () => {
    const pairs = fc.oneof(
      fc.tuple(fc.constant(['EQUALS', 'NOT EQUALS'] as const), text),
      fc.tuple(fc.constant(['&', '!&'] as const), text),
      fc.tuple(fc.constant(['REGEX MATCH', 'NOT REGEX MATCH'] as const), fc.constantFrom('a', '^\\w+$', '.*')),
    );
    fc.assert(
      fc.property(pairs, anything, ([[positive, negative], operand], value) => {
        const [holds, fails] = [positive, negative].map((name) => judge(one(name, [operand]), value, null, {}).inScope);
        expect(holds && fails).toBe(false);
        const isPresent = value !== null && value !== '' && typeof value !== 'object';
        if (isPresent) expect(fails).toBe(!holds);
      }),
    );
  });

  it('have quantifiers that deny each other', () => {
    fc.assert(
      fc.property(
        fc.array(
          text.filter((value) => value !== ''),
          { minLength: 1 },
        ),
        text,
        (values, operand) => {
          const any = judge(one('EQUALS', [operand], { quantifier: 'any' }), values, null, {}).inScope;
          const none = judge(one('NOT EQUALS', [operand], { quantifier: 'all' }), values, null, {}).inScope;
          expect(none).toBe(!any);
        },
      ),
    );
  });

  it('decide the same in whatever order clauses and groups stand', () => {
    fc.assert(
      fc.property(groups, anything, anything, facts, fc.infiniteStream(fc.nat()), (filter, x, y, known, numbers) => {
        const shuffled = <T>(items: readonly T[]): T[] =>
          items
            .map((item) => ({ item, rank: numbers.next().value as number }))
            .toSorted((left, right) => left.rank - right.rank)
            .map(({ item }) => item);
        const other = shuffled(filter.map(({ clauses }) => ({ clauses: shuffled(clauses) })));
        expect(judge(other, x, y, known).inScope).toBe(judge(filter, x, y, known).inScope);
      }),
    );
  });
});
