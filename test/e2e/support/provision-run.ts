// One `scimsync provision --json` as a process, with its document parsed.
import type { ObjectReport } from '../../../src/model/object-report.ts';
import { runCli, type StartOptions } from './child-processes.ts';
import { type ReportedJob, readRun, type SyncRun } from './sync-run.ts';

/** A finished run. */
export interface ProvisionRun extends SyncRun {
  /** The reports of the named objects. */
  readonly objects: readonly ObjectReport[];
  readonly document: { readonly written?: boolean; readonly because?: string | null };
}

/** Provisions on demand. */
export async function provision(
  directory: string,
  names: readonly string[],
  args: readonly string[] = [],
  options: StartOptions = {},
): Promise<ProvisionRun> {
  const ended = await runCli(['provision', '--config', directory, '--json', ...args, ...names], options);
  const run = readRun(ended);
  const [job] = run.jobs as readonly (ReportedJob & { readonly objects?: readonly ObjectReport[] })[];
  const document = ended.stdout.trim() === '' ? {} : (JSON.parse(ended.stdout) as ProvisionRun['document']);
  return { ...run, objects: job?.objects ?? [], document };
}
