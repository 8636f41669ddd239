// .NET's regular expressions, for Replace and for the filters REGEX MATCH and NOT REGEX MATCH. Nothing a user writes
// reaches JavaScript's RegExp, whose running time nobody can bound (docs/adr/0014-regular-expressions-with-a-step-budget.md).
import { compileProgram } from './regex-compile.ts';
import type { StepBudget } from './regex-machine.ts';
import { parsePattern } from './regex-parse.ts';
import { createSearcher, type GroupSpans, newMemory } from './regex-search.ts';
import { isSettled } from './regex-start.ts';
import { type ParsedPattern, PatternError, type PatternFault } from './regex-syntax.ts';
import { warningsOf } from './regex-warnings.ts';

export type { StepBudget } from './regex-machine.ts';
export type { GroupSpans } from './regex-search.ts';

/** Steps of one evaluation of an expression or of one clause of a filter; some hundredths of a second. */
export const MAX_STEPS = 1_000_000;

export function stepBudget(): StepBudget {
  return { left: MAX_STEPS };
}

export interface CompiledPattern {
  /** What is allowed and probably not meant. */
  readonly warnings: readonly string[];
  /**
   * Whether the pattern is found inside longer values as well, at their beginning or at their end: where it has neither
   * an anchor nor `.*`.
   */
  readonly open: { readonly atStart: boolean; readonly atEnd: boolean };
  /** The slot of a group in a match, by its name or its number in digits; `0` is the whole match. */
  slotOf(group: string): number | undefined;
  /** The slot of the group with the highest number; 0 when there is none. */
  readonly lastSlot: number;
  /** Whether the pattern is found anywhere in the text. */
  isMatch(text: string, budget?: StepBudget): boolean | 'too-complex';
  /** The first match. */
  match(text: string, budget?: StepBudget): GroupSpans | undefined | 'too-complex';
  /** All matches, from left to right, none overlapping another. */
  matches(text: string, budget?: StepBudget): readonly GroupSpans[] | 'too-complex';
}

/** Never throws. `position` counts UTF-16 units of the pattern from 0. */
export function compilePattern(
  text: string,
): { readonly ok: true; readonly pattern: CompiledPattern } | ({ readonly ok: false } & PatternFault) {
  let parsed: ParsedPattern;
  try {
    parsed = parsePattern(text);
  } catch (error) {
    if (error instanceof PatternError) return { ok: false, ...error.fault };
    throw error;
  }
  return { ok: true, pattern: patternOf(text, parsed) };
}

function patternOf(text: string, parsed: ParsedPattern): CompiledPattern {
  const { root, groups } = parsed;
  const program = compileProgram(parsed);
  const memory = newMemory(program);
  const slots = new Map(groups.map(({ number }, slot) => [String(number), slot]));
  for (const [slot, { name }] of groups.entries()) if (name !== undefined) slots.set(name, slot);
  const match = (subject: string, budget = stepBudget()) => createSearcher(program, memory, subject, budget).next(0, 0);
  return {
    warnings: warningsOf(text, root),
    open: { atStart: !isSettled(root, 'start'), atEnd: !isSettled(root, 'end') },
    slotOf: (group) => slots.get(group),
    lastSlot: groups.length - 1,
    match,
    isMatch(subject, budget) {
      const found = match(subject, budget);
      return found === 'too-complex' ? found : found !== undefined;
    },
    matches(subject, budget = stepBudget()) {
      const searcher = createSearcher(program, memory, subject, budget);
      const found: GroupSpans[] = [];
      let previousEnd = 0;
      for (let from = 0; from <= subject.length; ) {
        const next = searcher.next(from, previousEnd);
        if (next === 'too-complex') return next;
        if (next === undefined) break;
        found.push(next);
        const [{ start, end }] = next;
        previousEnd = end;
        from = end === start ? end + 1 : end;
      }
      return found;
    },
  };
}
