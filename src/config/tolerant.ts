// Whether the dialects of Entra may adapt to a target after all. The flag --tolerant sets the variable, so that whatever the
// process connects obeys.
import { statedFlag } from './read-only.ts';

/** The variable of the environment. */
export const TOLERANT_VARIABLE = 'SCIMSYNC_TOLERANT';

/**
 * Whether the environment allows it: 1, true or yes do, 0, false, no and nothing do not.
 * @throws JobFault ConfigurationInvalid for anything else.
 */
export function isTolerant(environment: Readonly<Record<string, string | undefined>>): boolean {
  return statedFlag(TOLERANT_VARIABLE, environment);
}
