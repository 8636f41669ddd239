// What a daemon says by itself while it runs: in the store that it is there, and in the log which jobs have accounts but no
// configuration any more. Such a job looks like nothing from inside: nobody processes its leavers, and nothing fails.
import type { LoadedConfiguration } from '../config/load.ts';
import type { EngineLog } from '../engine/context.ts';
import type { ProcessIdentity } from '../engine/run-job.ts';
import { announceDaemon, retractDaemon } from '../store/daemons.ts';
import type { Store } from '../store/database.ts';
import { readVanishedJobs, vanishedText } from './job-files.ts';

const DAY_MS = 86_400_000;

/** What it works with. */
export interface WatchOptions {
  readonly store: Store;
  readonly identity: ProcessIdentity;
  readonly configuration: () => Pick<LoadedConfiguration, 'jobs' | 'refused'>;
  readonly now: () => number;
  readonly log: EngineLog;
}

/** See the comment of the file. Nothing here rejects: a daemon does not stop for want of a remark. */
export class DaemonWatch {
  readonly #options: WatchOptions;
  #lastTold = Number.NEGATIVE_INFINITY;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** Every minute: the daemon is there; once a day the jobs that have vanished are named again. */
  async tick(): Promise<void> {
    const { store, identity, now } = this.#options;
    await this.#try(() => store.transaction((trx) => announceDaemon(trx, identity.owner, now())));
    if (now() - this.#lastTold >= DAY_MS) await this.tellVanished();
  }

  /** Names the jobs that have vanished; at the start and after every change of the configuration. */
  async tellVanished(): Promise<void> {
    const { store, configuration, now, log } = this.#options;
    this.#lastTold = now();
    await this.#try(async () => {
      for (const job of await readVanishedJobs(store.db, configuration()))
        log.warn(
          { jobId: job.id, links: job.links, ...(job.file === null ? {} : { file: job.file }) },
          `${vanishedText(job)}; put the file back, or: scimsync job rename ${job.id} NEW, scimsync job forget ${job.id}`,
        );
    });
  }

  /** The daemon stops. */
  async end(): Promise<void> {
    const { store, identity } = this.#options;
    await this.#try(() => store.transaction((trx) => retractDaemon(trx, identity.owner)));
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the store could not be asked about the jobs; asked again later');
    }
  }
}
