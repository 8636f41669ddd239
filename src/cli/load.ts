// What most commands begin with: the configuration, the jobs that were named, and the store.
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { formatFaults } from '../config/format-faults.ts';
import type { LoadedConfiguration } from '../config/load.ts';
import { suggestion } from '../config/suggestion.ts';
import type { Job } from '../model/job.ts';
import type { Store } from '../store/database.ts';
import { CommandFault } from './command-fault.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { GlobalOptions } from './global-options.ts';
import type { Terminal } from './terminal.ts';
import { counted } from './terminal-text.ts';

/**
 * The configuration of the directory; job files with faults are in `refused`.
 * @throws CommandFault with all faults of all files when nothing can be started.
 */
export async function loadOrFail(options: Pick<GlobalOptions, 'config'>): Promise<LoadedConfiguration> {
  const { loadConfiguration } = await import('../config/load.ts');
  const result = await loadConfiguration(options.config, process.env);
  if (result.ok) return result.configuration;
  throw new CommandFault(
    `${formatFaults(result.faults)}\n${counted(result.faults.length, 'fault')} in the configuration; nothing was started.`,
  );
}

/**
 * Says on stderr which files were refused and why.
 * @returns EXIT.configuration when there are any.
 */
export function reportRefused(
  { refused }: Pick<LoadedConfiguration, 'refused'>,
  terminal: Pick<Terminal, 'err'>,
): ExitCode {
  if (refused.length === 0) return EXIT.well;
  const faults = refused.flatMap((file) => file.faults);
  terminal.err(`${formatFaults(faults)}\n${counted(refused.length, 'file')} refused; what has no faults goes on.\n`);
  return EXIT.configuration;
}

/**
 * The jobs with these ids, in the order of the configuration; without ids, all that are enabled.
 * @throws CommandFault when an id does not exist, or its file was refused.
 */
export function chosenJobs(configuration: LoadedConfiguration, ids: readonly string[] | undefined): readonly Job[] {
  if (ids === undefined) return configuration.jobs.filter((job) => job.enabled);
  const known = configuration.jobs.map((job) => job.id);
  for (const id of ids) {
    refuseRefused(configuration, known, id);
    requireKnownJob(id, known);
  }
  return configuration.jobs.filter((job) => ids.includes(job.id));
}

/**
 * The job with this id.
 * @throws CommandFault when it does not exist, or its file was refused.
 */
export function chosenJob(configuration: LoadedConfiguration, id: string): Job {
  const [job] = chosenJobs(configuration, [id]);
  if (job === undefined) throw new CommandFault(`There is no job ${JSON.stringify(id)}.`);
  return job;
}

/** A file that is no YAML may hold any job, so its faults are named with every id that is not found. */
function refuseRefused({ refused }: LoadedConfiguration, known: readonly string[], id: string): void {
  if (known.includes(id)) return;
  const own = refused.filter((file) => file.id === id);
  const candidates =
    own.length > 0 ? own : refused.filter((each) => each.id === null && basename(each.file) !== 'scimsync.yaml');
  if (candidates.length === 0) return;
  const faults = formatFaults(candidates.flatMap((file) => file.faults));
  const which =
    own.length > 0 ? `The job ${JSON.stringify(id)} was refused.` : `There is no job ${JSON.stringify(id)}.`;
  const perhaps = own.length > 0 ? '' : ' It may stand in a file that could not be read.';
  throw new CommandFault(`${faults}\n${which}${perhaps}`);
}

/**
 * Refuses the id of a job that does not exist.
 * @throws CommandFault naming the ids that do.
 */
export function requireKnownJob(id: string, known: readonly string[]): void {
  if (known.includes(id)) return;
  const advice = known.length === 0 ? 'There are no jobs.' : (suggestion(id, [...new Set(known)]) ?? '');
  throw new CommandFault(`There is no job ${JSON.stringify(id)}. ${advice}`.trimEnd());
}

/** The store, or null while nothing has been run yet; never creates it. */
export async function openExistingStore(configuration: LoadedConfiguration): Promise<Store | null> {
  if (!existsSync(configuration.storeUrl.slice('sqlite:'.length))) return null;
  const { openStore } = await import('../store/database.ts');
  return openStore(configuration.storeUrl);
}
