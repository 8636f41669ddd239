// Whether this process may write to targets. The flag --read-only sets the variable, so that whatever the process connects
// obeys, and so do programs that it starts.
import { JobFault } from '../model/errors.ts';

/** The variable of the environment. */
export const READ_ONLY_VARIABLE = 'SCIMSYNC_READ_ONLY';

/**
 * Whether the environment forbids writing: 1, true or yes do, 0, false, no and nothing do not.
 * @throws JobFault ConfigurationInvalid for anything else, because a guess could be the wrong one.
 */
export function isReadOnly(environment: Readonly<Record<string, string | undefined>>): boolean {
  return statedFlag(READ_ONLY_VARIABLE, environment);
}

/**
 * A yes or no of the environment, read as `isReadOnly` reads its own.
 * @throws JobFault ConfigurationInvalid for anything else.
 */
export function statedFlag(variable: string, environment: Readonly<Record<string, string | undefined>>): boolean {
  const value = environment[variable]?.trim().toLowerCase() ?? '';
  if (['1', 'true', 'yes'].includes(value)) return true;
  if (['', '0', 'false', 'no'].includes(value)) return false;
  throw new JobFault(
    'ConfigurationInvalid',
    `${variable} is ${JSON.stringify(value)}, which says neither yes nor no: set it to 1 or to 0.`,
  );
}
