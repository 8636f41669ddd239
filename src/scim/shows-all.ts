// Whether an answer repeats what was sent. Most targets answer a creation with all of it, letter by letter: that is seen
// much sooner than every wanted attribute is looked for by its name without case and its value by meaning (diff.ts).
import { isComplex, isMultiple } from './read.ts';
import type { ScimValue } from './resource.ts';

/** Whether a value holds another one, written alike; complex values may hold more. False says nothing. */
export function showsAll(shown: ScimValue | undefined, sent: ScimValue | undefined): boolean {
  if (shown === sent || sent === undefined) return true;
  if (isMultiple(sent)) {
    if (!isMultiple(shown) || shown.length !== sent.length) return false;
    for (let index = 0; index < sent.length; index += 1) if (!showsAll(shown[index], sent[index])) return false;
    return true;
  }
  if (!isComplex(sent) || !isComplex(shown)) return false;
  for (const name in sent) if (!showsAll(shown[name], sent[name])) return false;
  return true;
}
