// `scimsync scope --cases`: many filters at once, for scripts that compare implementations. Every case gives an entry, in the
// order of the input, and a filter that is refused says whom it would let in all the same.
import { z } from 'zod';
import type { SourceValue } from '../expressions/compile.ts';
import { nearest } from '../expressions/suggest.ts';
import { sourceAttribute, sourceAttributeNames } from '../model/source-attributes.ts';
import { compileScope, type ScopeReason, type ScopingFilter } from '../rules/scoping.ts';
import { MEMBER_OF } from '../rules/scoping-attributes.ts';
import { caseMoment, malformedCase, readCases } from './case-input.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { Terminal } from './terminal.ts';
import { counted } from './terminal-text.ts';

const operand = z.union([z.string(), z.number(), z.boolean(), z.bigint()]);

const options = { quantifier: z.enum(['any', 'all']).optional(), whenNull: z.boolean().optional() };

const clauseSchema = z.union([
  z.object({ attribute: z.string(), operator: z.string(), value: operand.nullish(), ...options }),
  z.object({
    sourceOperandName: z.string(),
    operatorName: z.string(),
    targetOperand: z.object({ values: z.array(operand) }).nullish(),
    ...options,
  }),
]);

const filterSchema = z.object({
  groups: z.array(z.object({ name: z.string().nullish(), clauses: z.array(clauseSchema) })),
  inputFilterGroups: z.array(z.unknown()).nullish(),
  categoryFilterGroups: z.array(z.unknown()).nullish(),
});

const caseSchema = z.object({
  id: z.union([z.string(), z.number()]),
  filter: filterSchema.nullable(),
  attributes: z.record(z.string(), z.unknown()),
  now: caseMoment.nullish(),
});

type ScopeCase = z.infer<typeof caseSchema>;

/** What came of one case. */
export type ScopeResult =
  | { readonly id: unknown; readonly inScope: boolean; readonly reasons: readonly string[] }
  | {
      readonly id: unknown;
      readonly index?: number;
      readonly error: { readonly kind: string; readonly message: string };
      readonly inScope: boolean;
    };

/**
 * Prints the verdicts on the cases of a file.
 * @returns EXIT.configuration when a case does not have the form of one; a refused filter is a verdict like others.
 * @throws CommandFault when the file is no JSON array.
 */
export async function judgeFile(path: string, terminal: Terminal): Promise<ExitCode> {
  const results = judgeCases(await readCases(path), new Date());
  terminal.out(`${JSON.stringify(results, null, 2)}\n`);
  const malformed = results.filter((each) => 'index' in each).length;
  if (malformed === 0) return EXIT.well;
  terminal.err(`${counted(malformed, 'case')} without the form of a case; kind malformed-case says what is missing.\n`);
  return EXIT.configuration;
}

/** One verdict a case; `now` is the moment for cases that do not say theirs. */
export function judgeCases(cases: readonly unknown[], now: Date): ScopeResult[] {
  const parsed = cases.map((given) => caseSchema.safeParse(given));
  // There is no schema beside the cases: what any of them has as an attribute exists.
  const names = new Set(parsed.flatMap(({ data }) => Object.keys(data?.attributes ?? {})));
  return parsed.map((one, index) =>
    one.success
      ? judgeCase(one.data, names, now)
      : { ...malformedCase(cases[index], index, one.error), inScope: false },
  );
}

function judgeCase(one: ScopeCase, names: ReadonlySet<string>, now: Date): ScopeResult {
  const { id, attributes } = one;
  const filter = filterOf(one.filter);
  const known = (name: string): boolean =>
    names.has(name) || isSourceAttribute(name) || Object.keys(attributes).length === 0;
  const all = [...names, ...sourceAttributeNames('user')];
  const compiled = compileScope(filter, (name) => known(name) || (nearest(name, all) ?? false));
  const read = (name: string): SourceValue =>
    Object.hasOwn(attributes, name) ? ((attributes[name] ?? null) as SourceValue) : null;
  const memberOf = attributes[MEMBER_OF];
  const facts = {
    now: one.now ?? now,
    memberOf: Array.isArray(memberOf) ? memberOf.map((each) => String(each).toLowerCase()) : null,
  };
  const { inScope, reasons } = (compiled.ok ? compiled.scope : compiled.failClosed).evaluate(read, facts);
  if (!compiled.ok) {
    const [first] = compiled.errors;
    return { id, error: { kind: first?.kind ?? 'unsupported-filter', message: first?.message ?? '' }, inScope };
  }
  const wrong = reasons.find(isOfWrongType);
  if (wrong !== undefined) return { id, error: { kind: wrong.why, message: wrong.text }, inScope };
  return { id, inScope, reasons: reasons.map(({ text }) => text) };
}

/** With a schema the clause would have been refused; without one only the value shows it. */
function isOfWrongType({ why }: ScopeReason): boolean {
  return why === 'unsupported-type';
}

function isSourceAttribute(name: string): boolean {
  return (
    name === MEMBER_OF || sourceAttribute('user', name) !== undefined || sourceAttribute('group', name) !== undefined
  );
}

/** The filter in Graph's words; no filter lets everybody in. */
function filterOf(filter: ScopeCase['filter']): ScopingFilter {
  if (filter === null) return { groups: [] };
  return {
    groups: filter.groups.map(({ name, clauses }) => ({
      ...(typeof name === 'string' ? { name } : {}),
      clauses: clauses.map((clause) => {
        const { quantifier, whenNull } = clause;
        const isShort = 'attribute' in clause;
        const values = isShort ? [clause.value ?? []].flat() : clause.targetOperand?.values;
        return {
          sourceOperandName: isShort ? clause.attribute : clause.sourceOperandName,
          operatorName: isShort ? clause.operator : clause.operatorName,
          ...(values === undefined || values.length === 0 ? {} : { targetOperand: { values: values.map(String) } }),
          ...(quantifier === undefined ? {} : { quantifier }),
          ...(whenNull === undefined ? {} : { whenNull }),
        };
      }),
    })),
    ...(filter.inputFilterGroups ? { inputFilterGroups: filter.inputFilterGroups } : {}),
    ...(filter.categoryFilterGroups ? { categoryFilterGroups: filter.categoryFilterGroups } : {}),
  };
}
