// Exit codes are a contract with scripts: 0 well, 1 configuration or usage, 2 some objects failed, 3 changes are held, a
// job is in quarantine or has lost its configuration, 4 a job could not run. The worst counts, in the order 1, 4, 3, 2.
import { InvalidArgumentError } from 'commander';

export const EXIT = { well: 0, configuration: 1, objectsFailed: 2, held: 3, jobFailed: 4 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What a non-zero exit code tells, by the names of --fail-on. */
const CONDITIONS = {
  config: EXIT.configuration,
  job: EXIT.jobFailed,
  held: EXIT.held,
  objects: EXIT.objectsFailed,
} as const;
export type FailureCondition = keyof typeof CONDITIONS;

/** Every condition counts unless --fail-on says otherwise. */
export const ALL_CONDITIONS: ReadonlySet<FailureCondition> = new Set(Object.keys(CONDITIONS) as FailureCondition[]);

const WORST_FIRST: readonly ExitCode[] = [EXIT.configuration, EXIT.jobFailed, EXIT.held, EXIT.objectsFailed];

/** The one exit code that stands for several. */
export function worstExitCode(codes: readonly ExitCode[]): ExitCode {
  return WORST_FIRST.find((code) => codes.includes(code)) ?? EXIT.well;
}

/** The worst of several codes among those that count. */
export function exitCodeFor(codes: readonly ExitCode[], failOn: ReadonlySet<FailureCondition>): ExitCode {
  const counting = new Set<ExitCode>([...failOn].map((condition) => CONDITIONS[condition]));
  return worstExitCode(codes.filter((code) => counting.has(code)));
}

/**
 * The conditions of `--fail-on`, separated by commas; `none` for an exit code that never tells anything.
 * @throws InvalidArgumentError naming what is not a condition.
 */
export function parseFailOn(text: string): ReadonlySet<FailureCondition> {
  const names = text.split(',').map((name) => name.trim());
  if (names.length === 1 && names[0] === 'none') return new Set();
  const known = Object.keys(CONDITIONS);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`${JSON.stringify(unknown)} is none of ${known.join(', ')}, none.`);
  return new Set(names as FailureCondition[]);
}
