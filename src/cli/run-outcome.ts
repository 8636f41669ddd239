// What a run means for scripts: its exit code, and its part of the document that --json prints.
import { ERROR_TABLE } from '../model/errors.ts';
import { EXIT, type ExitCode, worstExitCode } from './exit-code.ts';
import type { JobRun } from './run-cycle.ts';

/** The exit code of one run. */
export function runExitCode(run: JobRun): ExitCode {
  if ('fault' in run) return faultExitCode(run.fault.code);
  const { status, counts } = run.summary;
  return worstExitCode([
    counts.held > 0 || status === 'Quarantine' ? EXIT.held : EXIT.well,
    // An object that failed in an earlier cycle and waits for its next attempt is still not provisioned.
    counts.failed + counts.escrowed > 0 ? EXIT.objectsFailed : EXIT.well,
  ]);
}

/** The exit code of a fault that kept a job from running. */
export function faultExitCode(code: string): ExitCode {
  const scope = Object.entries(ERROR_TABLE).find(([name]) => name === code)?.[1].scope;
  return scope === 'config' ? EXIT.configuration : EXIT.jobFailed;
}

/** The document of `--sync-now --json`; names are a contract. */
export function syncDocument(runs: readonly JobRun[]): unknown {
  return { jobs: runs.map(jobDocument) };
}

function jobDocument(run: JobRun): unknown {
  if (!('fault' in run)) {
    const { jobId, status, cycle, counts, requests } = run.summary;
    return { id: jobId, status, cycle, counts, requests };
  }
  const { job, status, cycle, counts, requests, fault } = run;
  return { id: job.id, status, cycle, counts, requests, error: fault };
}
