// Exit codes are a contract with scripts: 0 well, 1 configuration or usage, 2 some objects failed, 3 changes are held or
// a job is in quarantine, 4 a job could not run. The worst counts, in the order 1, 4, 3, 2.

export const EXIT = { well: 0, configuration: 1, objectsFailed: 2, held: 3, jobFailed: 4 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const WORST_FIRST: readonly ExitCode[] = [EXIT.configuration, EXIT.jobFailed, EXIT.held, EXIT.objectsFailed];

/** The one exit code that stands for several. */
export function worstExitCode(codes: readonly ExitCode[]): ExitCode {
  return WORST_FIRST.find((code) => codes.includes(code)) ?? EXIT.well;
}
