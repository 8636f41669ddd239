// `scimsync eval --cases`: many expressions at once, for scripts that compare implementations. Every case gives an entry, in the
// order of the input.
import { z } from 'zod';
import { compileExpression, type EvaluationResult, type SourceValue } from '../expressions/compile.ts';
import { nearest } from '../expressions/suggest.ts';
import { caseMoment, malformedCase, readCases } from './case-input.ts';
import { evaluationInput } from './eval-one.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type PlainValue, plainValue } from './expression-value.ts';
import type { Terminal } from './terminal.ts';
import { counted } from './terminal-text.ts';

const caseSchema = z.object({
  id: z.union([z.string(), z.number()]),
  expression: z.string(),
  attributes: z.record(z.string(), z.unknown()).nullish(),
  now: caseMoment.nullish(),
  taken: z.array(z.string()).nullish(),
  schema: z.array(z.string()).nullish(),
  params: z.record(z.string(), z.string()).nullish(),
  tenantDefaultDomain: z.string().nullish(),
});

type ExpressionCase = z.infer<typeof caseSchema>;

/** What came of one case. */
export type CaseResult =
  | { readonly id: unknown; readonly result: PlainValue }
  | { readonly id: unknown; readonly flow: 'ignore-attribute' | 'ignore-object' }
  | { readonly id: unknown; readonly index?: number; readonly error: CaseError };

interface CaseError {
  readonly kind: string;
  readonly message: string;
  /** Offset in UTF-16 units. */
  readonly position?: number;
}

/**
 * Prints the results of the cases of a file.
 * @returns EXIT.configuration when a case does not have the form of one; an error of an expression is a result like others.
 * @throws CommandFault when the file is no JSON array.
 */
export async function evaluateFile(path: string, terminal: Terminal): Promise<ExitCode> {
  const results = evaluateCases(await readCases(path), new Date());
  terminal.out(`${JSON.stringify(results, null, 2)}\n`);
  const malformed = results.filter((each) => 'index' in each).length;
  if (malformed === 0) return EXIT.well;
  terminal.err(`${counted(malformed, 'case')} without the form of a case; kind malformed-case says what is missing.\n`);
  return EXIT.configuration;
}

/** One result a case; `now` is the moment for cases that do not say theirs. */
export function evaluateCases(cases: readonly unknown[], now: Date): CaseResult[] {
  return cases.map((given, index) => {
    const parsed = caseSchema.safeParse(given);
    return parsed.success ? evaluateCase(parsed.data, now) : malformedCase(given, index, parsed.error);
  });
}

function evaluateCase(one: ExpressionCase, now: Date): CaseResult {
  const { id } = one;
  try {
    const { schema } = one;
    const knows = (name: string): boolean | string => schema?.includes(name) ?? true;
    const compiled = compileExpression(one.expression, (name) => knows(name) || (nearest(name, schema ?? []) ?? false));
    if (!compiled.ok) {
      const [first] = compiled.errors;
      return { id, error: errorOf(first ?? { kind: 'parse', message: 'The expression is refused.' }) };
    }
    const attributes = one.attributes ?? {};
    const attribute = (name: string): SourceValue =>
      Object.hasOwn(attributes, name) ? ((attributes[name] ?? null) as SourceValue) : null;
    const circumstances = {
      now: one.now ?? now,
      taken: one.taken ?? [],
      params: one.params ?? {},
      tenantDefaultDomain: one.tenantDefaultDomain ?? undefined,
    };
    return { id, ...resultOf(compiled.expression.evaluate(evaluationInput(attribute, circumstances))) };
  } catch (error) {
    // One case must not take the others with it.
    return { id, error: { kind: 'internal', message: error instanceof Error ? error.message : String(error) } };
  }
}

function resultOf(
  result: EvaluationResult,
): { result: PlainValue } | { flow: 'ignore-attribute' | 'ignore-object' } | { error: CaseError } {
  switch (result.type) {
    case 'value':
      return { result: plainValue(result.value) };
    case 'ignoreAttribute':
      return { flow: 'ignore-attribute' };
    case 'ignoreObject':
      return { flow: 'ignore-object' };
    case 'asks':
      return { error: { kind: 'internal', message: 'The expression asks the target although everything is known.' } };
    case 'error':
      return { error: errorOf(result.error) };
    default:
      return result satisfies never;
  }
}

function errorOf({ kind, message, position }: CaseError): CaseError {
  return { kind, message, ...(position === undefined ? {} : { position }) };
}
