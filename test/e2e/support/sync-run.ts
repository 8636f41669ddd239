// One `--sync-now --json` as a process, with its document parsed.
import { expect } from 'vitest';
import { type Ended, runCli, type StartOptions } from './child-processes.ts';

/** Counts of a job, as the document has them. */
export interface ReportedCounts {
  readonly imported: number;
  readonly inScope: number;
  readonly created: number;
  readonly adopted: number;
  readonly updated: number;
  readonly enabled: number;
  readonly disabled: number;
  readonly deleted: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly warnings: number;
  readonly failed: number;
  readonly escrowed: number;
  readonly held: number;
  readonly protected: number;
  readonly memberships: { readonly added: number; readonly removed: number };
}

/** One job in the document; a job that could not run has an error and may lack the rest. */
export interface ReportedJob {
  readonly id: string;
  readonly status: string;
  readonly cycle: { readonly id: string; readonly kind: string; readonly dryRun: boolean };
  readonly counts: ReportedCounts;
  readonly requests: { readonly graph: number; readonly scim: number; readonly tokens: number };
  readonly error?: { readonly code: string; readonly message: string };
}

/** A finished run. */
export interface SyncRun extends Ended {
  readonly seconds: number;
  /** All jobs of the document. */
  readonly jobs: readonly ReportedJob[];
  /** The job with this id, or the only one; fails the test when there is none. */
  job(id?: string): ReportedJob;
}

/** Runs one cycle of every job of the configuration directory. */
export async function syncNow(directory: string, args: readonly string[] = [], options: StartOptions = {}) {
  const began = performance.now();
  const ended = await runCli(['--sync-now', '--config', directory, '--json', ...args], options);
  return readRun(ended, (performance.now() - began) / 1000);
}

/** The run of a program that has ended. */
export function readRun(ended: Ended, seconds = 0): SyncRun {
  const jobs = jobsOf(ended.stdout);
  return {
    ...ended,
    seconds,
    jobs,
    job(id) {
      const found = id === undefined ? jobs[0] : jobs.find((each) => each.id === id);
      if (found === undefined) throw new Error(`no job ${id ?? ''} in the document: ${describe(ended)}`);
      return found;
    },
  };
}

function jobsOf(stdout: string): readonly ReportedJob[] {
  if (stdout.trim() === '') return [];
  const document = JSON.parse(stdout) as { readonly jobs?: readonly ReportedJob[] };
  return document.jobs ?? [];
}

/** Fails with everything the program said unless it ended with this exit code. */
export function expectExit(ended: Ended, exitCode: number): void {
  expect(ended.exitCode, describe(ended)).toBe(exitCode);
}

function describe({ exitCode, signal, stdout, stderr }: Ended): string {
  return `exit ${exitCode ?? signal}\nstdout: ${stdout.slice(-3000)}\nstderr: ${stderr.slice(-3000)}`;
}
