// What most commands begin with: the configuration, the jobs that were named, and the store.
import { existsSync } from 'node:fs';
import type { LoadedConfiguration } from '../config/load.ts';
import { suggestion } from '../config/suggestion.ts';
import type { Job } from '../model/job.ts';
import type { Store } from '../store/database.ts';
import { CommandFault } from './command-fault.ts';
import type { GlobalOptions } from './global-options.ts';
import { counted } from './terminal-text.ts';

/**
 * The configuration of the directory.
 * @throws CommandFault with all faults of all files.
 */
export async function loadOrFail(options: Pick<GlobalOptions, 'config'>): Promise<LoadedConfiguration> {
  const { loadConfiguration } = await import('../config/load.ts');
  const result = await loadConfiguration(options.config, process.env);
  if (result.ok) return result.configuration;
  const { formatFaults } = await import('../config/format-faults.ts');
  throw new CommandFault(
    `${formatFaults(result.faults)}\n${counted(result.faults.length, 'fault')} in the configuration; nothing was started.`,
  );
}

/**
 * The jobs with these ids, in the order of the configuration; without ids, all that are enabled.
 * @throws CommandFault when an id does not exist.
 */
export function chosenJobs(configuration: LoadedConfiguration, ids: readonly string[] | undefined): readonly Job[] {
  if (ids === undefined) return configuration.jobs.filter((job) => job.enabled);
  for (const id of ids)
    requireKnownJob(
      id,
      configuration.jobs.map((job) => job.id),
    );
  return configuration.jobs.filter((job) => ids.includes(job.id));
}

/**
 * Refuses the id of a job that does not exist.
 * @throws CommandFault naming the ids that do.
 */
export function requireKnownJob(id: string, known: readonly string[]): void {
  if (known.includes(id)) return;
  const advice = known.length === 0 ? 'There are no jobs.' : (suggestion(id, known) ?? '');
  throw new CommandFault(`There is no job ${JSON.stringify(id)}. ${advice}`.trimEnd());
}

/** The store, or null while nothing has been run yet; never creates it. */
export async function openExistingStore(configuration: LoadedConfiguration): Promise<Store | null> {
  if (!existsSync(configuration.storeUrl.slice('sqlite:'.length))) return null;
  const { openStore } = await import('../store/database.ts');
  return openStore(configuration.storeUrl);
}
