// The advice for a name that does not exist: the one that was probably meant, or the ones there are.
import { nearest } from '../expressions/suggest.ts';

const MAX_LISTED = 25;

/** Undefined when there is nothing to offer. */
export function suggestion(name: string, candidates: readonly string[]): string | undefined {
  const meant = nearest(name, candidates);
  if (meant !== undefined) return `Did you mean "${meant}"?`;
  if (candidates.length === 0 || candidates.length > MAX_LISTED) return undefined;
  return `There is: ${candidates.toSorted().join(', ')}.`;
}
