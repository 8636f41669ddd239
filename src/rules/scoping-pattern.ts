// Patterns of REGEX MATCH and NOT REGEX MATCH. A pattern is searched for in the value, as .NET's IsMatch does, so that one
// without anchors is found inside longer values: whoever writes it is told, because published patterns hardly ever have any.
import { type CompiledPattern, compilePattern, type StepBudget } from '../expressions/regex.ts';

/** A pattern ready to be searched for. */
interface PreparedPattern {
  readonly isMatch: (text: string, budget: StepBudget) => boolean | 'too-complex';
  readonly warnings: readonly { readonly message: string; readonly advice: string }[];
}

/** Why a pattern is refused. */
interface RefusedPattern {
  readonly kind: 'invalid-regex';
  readonly message: string;
  readonly advice: string;
}

/** Reads a pattern of .NET; why it cannot be used is said with its place. */
export function preparePattern(text: string): PreparedPattern | RefusedPattern {
  const compiled = compilePattern(text);
  const quoted = JSON.stringify(text);
  if (!compiled.ok) {
    const message = `The pattern ${quoted} cannot be used: ${compiled.message} (at character ${compiled.position + 1}).`;
    return { kind: 'invalid-regex', message, advice: 'Correct the pattern, or use EQUALS, Includes or ENDS_WITH.' };
  }
  const { pattern } = compiled;
  const doubts = pattern.warnings.map((doubt) => ({
    message: `The pattern ${quoted}: ${doubt}.`,
    advice: 'docs/scoping.md has patterns that say what they mean.',
  }));
  return {
    isMatch: (value, budget) => pattern.isMatch(value, budget),
    warnings: [...doubts, ...looseEnds(text, pattern.open)],
  };
}

function looseEnds(text: string, { atStart, atEnd }: CompiledPattern['open']): PreparedPattern['warnings'] {
  if (!atStart && !atEnd) return [];
  const where = atStart && atEnd ? 'inside' : atStart ? 'at the end of' : 'at the start of';
  const whole = atStart && atEnd ? `^(?:${text})$` : atStart ? `^${text}` : `${text}$`;
  const message = `The pattern ${JSON.stringify(text)} is not anchored: it is also found ${where} longer values.`;
  return [{ message, advice: `Write ${whole} for the whole value, or .* on the side where anything may stand.` }];
}
