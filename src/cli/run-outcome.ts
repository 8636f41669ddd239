// What a run means for scripts: its exit code, and its part of the document that --json prints.
import type { RefusedFile } from '../config/load.ts';
import { ERROR_TABLE } from '../model/errors.ts';
import type { Quarantine } from '../model/quarantine.ts';
import { EXIT, type ExitCode, worstExitCode } from './exit-code.ts';
import type { VanishedJob } from './job-files.ts';
import { pauseDocument } from './pause-text.ts';
import { quarantineDocument } from './quarantine-text.ts';
import type { JobRun } from './run-cycle.ts';

/** The exit code of one run. */
export function runExitCode(run: JobRun): ExitCode {
  return worstExitCode(runExitCodes(run));
}

/** The exit codes of all conditions that a run ended in. */
export function runExitCodes(run: JobRun): readonly ExitCode[] {
  if ('pause' in run) return [EXIT.well];
  if ('fault' in run) return [faultExitCode(run.fault.code)];
  const { status, counts } = run.summary;
  return [
    counts.held > 0 || status === 'Quarantine' ? EXIT.held : EXIT.well,
    // An object that failed in an earlier cycle and waits for its next attempt is still not provisioned.
    counts.failed + counts.escrowed > 0 ? EXIT.objectsFailed : EXIT.well,
  ];
}

/** The exit code of a fault that kept a job from running. */
export function faultExitCode(code: string): ExitCode {
  // Nothing is broken: somebody has to say what is meant.
  if (code === 'JobRenamed') return EXIT.held;
  const scope = Object.entries(ERROR_TABLE).find(([name]) => name === code)?.[1].scope;
  return scope === 'config' ? EXIT.configuration : EXIT.jobFailed;
}

/**
 * The document of `--sync-now --json`; names are a contract. `vanished` is there when a job has lost its file, `refused`
 * when a file has faults.
 */
export function syncDocument(
  runs: readonly JobRun[],
  vanished: readonly VanishedJob[] = [],
  refused: readonly RefusedFile[] = [],
): unknown {
  return {
    jobs: runs.map(jobDocument),
    ...(refused.length === 0 ? {} : { refused }),
    ...(vanished.length === 0 ? {} : { vanished: vanished.map(({ id, links, file }) => ({ id, links, file })) }),
  };
}

function jobDocument(run: JobRun): unknown {
  if ('pause' in run) {
    const { job, pause, cycle, counts, requests } = run;
    return { id: job.id, status: 'Paused', pause: pauseDocument(pause), cycle, counts, requests };
  }
  if (!('fault' in run)) {
    const { jobId, status, cycle, counts, requests, limited, objects, quarantine, probe, configuration } = run.summary;
    const outcome = { cycle, counts, requests, limited, objects, configuration };
    return { id: jobId, status, ...quarantined(quarantine), probe, ...outcome };
  }
  const { job, status, cycle, counts, requests, fault, quarantine } = run;
  return { id: job.id, status, ...quarantined(quarantine), cycle, counts, requests, error: fault };
}

function quarantined(quarantine: Quarantine | undefined): { readonly quarantine?: unknown } {
  return quarantine === undefined ? {} : { quarantine: quarantineDocument(quarantine) };
}
