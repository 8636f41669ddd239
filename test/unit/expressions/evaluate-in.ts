// The input of one evaluation in tests: attributes given, a clock that stands still, and the same random bytes each time.
import type { EvaluationInput, SourceValue } from '../../../src/expressions/compile.ts';
import { randomFrom } from './random-bytes.ts';

const NOW = new Date('2025-07-30T15:33:38.123Z');

/** Attributes by name; `more` replaces parts of the input. */
export function evaluateIn(
  attributes: Readonly<Record<string, SourceValue>>,
  more: Partial<EvaluationInput> = {},
): EvaluationInput {
  return {
    attribute: (name) => (Object.hasOwn(attributes, name) ? (attributes[name] ?? null) : null),
    now: NOW,
    random: randomFrom(1),
    ...more,
  };
}
