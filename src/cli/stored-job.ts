// What commands that change the store itself have in common: the store must exist, and refusals are said in words.
import type { LoadedConfiguration } from '../config/load.ts';
import { suggestion } from '../config/suggestion.ts';
import type { Store } from '../store/database.ts';
import type { Refusal } from '../store/inventory.ts';
import { CommandFault } from './command-fault.ts';
import { openExistingStore, requireKnownJob } from './load.ts';
import { programName } from './program-name.ts';

/**
 * Opens the store, gives it to `work` and closes it.
 * @throws CommandFault when nothing has run yet.
 */
export async function withStore<T>(configuration: LoadedConfiguration, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openExistingStore(configuration);
  if (store === null) throw new CommandFault('Nothing has run yet: there is no store.');
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/**
 * Refuses the id of a job that neither the store nor a file knows.
 * @throws CommandFault naming the ids that are known.
 */
export async function requireStoredJob(store: Store, id: string, { jobs }: LoadedConfiguration): Promise<void> {
  const { listJobs } = await import('../store/jobs.ts');
  requireKnownJob(
    id,
    [...jobs, ...(await listJobs(store.db))].map((job) => job.id),
  );
}

/** A refusal as the fault that ends the command; `suffix` is added to the command that it names (--config …). */
export async function refusalFault(store: Store, refusal: Refusal, suffix: string): Promise<CommandFault> {
  switch (refusal.reason) {
    case 'unknown': {
      const { listJobs } = await import('../store/jobs.ts');
      const known = (await listJobs(store.db)).map((row) => row.id);
      const advice = suggestion(refusal.id, known) ?? `Those it knows: ${programName()} job list${suffix}`;
      return new CommandFault(`The store knows no job ${JSON.stringify(refusal.id)}. ${advice}`);
    }
    case 'exists':
      return new CommandFault(
        `Job ${refusal.id} has worked already, and two jobs cannot be made one. Nothing was changed. If it began by mistake: ${programName()} job forget ${refusal.id}${suffix}`,
      );
    case 'busy':
      return new CommandFault(
        `A cycle of the job is running (${refusal.owner}). Wait for its end, or stop the daemon. Nothing was changed.`,
      );
    default:
      throw new Error(`unknown refusal ${String(refusal satisfies never)}`);
  }
}
