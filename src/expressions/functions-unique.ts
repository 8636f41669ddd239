// SelectUniqueValue: the first of several values that nobody in the target has. The engine knows what the target holds; an
// evaluation that needs an answer it does not have yet ends with the question.
import { toText } from './coerce.ts';
import type { CallSite, Evaluate, PartResult, SlotInput } from './evaluation.ts';
import { errorStop, plain, Redacted, Stop, tainted } from './evaluation.ts';
import type { FunctionDefinition } from './function-definition.ts';
import { lazy } from './function-definition.ts';

export const uniqueFunctions: readonly FunctionDefinition[] = [
  {
    name: 'SelectUniqueValue',
    parameters: ['rule', 'rule...'],
    body: lazy(selectUniqueValue),
    needs: () => 'target',
    outermost: true,
  },
];

/** Rules are evaluated in order until one gives a free value; those that give nothing are passed over. */
function selectUniqueValue(rules: readonly (Evaluate | undefined)[], input: SlotInput, site: CallSite): PartResult {
  let candidates = 0;
  let redacted = false;
  for (const rule of rules) {
    const result = rule?.(input) ?? null;
    if (result instanceof Stop) return result;
    redacted ||= result instanceof Redacted;
    const candidate = toText(plain(result));
    if (!candidate.ok) return errorStop('type', `SelectUniqueValue: each rule ${candidate.message}.`, site);
    if (candidate.value === null || candidate.value === '') continue;
    candidates += 1;
    const isTaken = input.isTaken?.(candidate.value);
    if (isTaken === undefined) return new Stop({ type: 'asks', candidate: candidate.value });
    if (!isTaken) return tainted(candidate.value, redacted);
  }
  if (candidates === 0) return tainted(null, redacted);
  const taken = candidates === 1 ? 'the only value is' : `all ${candidates} values are`;
  const message = `SelectUniqueValue: ${taken} taken in the target. Add a rule that gives another one.`;
  return errorStop('not-unique', message, site);
}
