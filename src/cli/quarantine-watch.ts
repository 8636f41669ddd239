// Notices that somebody has put right what may keep a job in quarantine: another configuration, or a secret or certificate
// file that was written. Such a job is due at once instead of at its next attempt. Files are only looked at, not read; what
// commands print is not asked for, because they may cost something: every attempt runs them anyway.
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { compileJobInForce } from '../compose.ts';
import type { LoadedConfiguration } from '../config/load.ts';
import type { EngineLog } from '../engine/context.ts';
import type { Job } from '../model/job.ts';
import type { Store } from '../store/database.ts';
import { findJob, updateJob } from '../store/jobs.ts';
import { findQuarantine } from '../store/quarantines.ts';

/** Keys whose value is the path of a file with a secret or a certificate. */
const FILE_KEYS: ReadonlySet<string> = new Set(['fromFile', 'caFile', 'file', 'tokenFile']);

/** What it works with. */
export interface QuarantineWatchOptions {
  readonly store: Store;
  readonly configuration: () => Pick<LoadedConfiguration, 'jobs' | 'sources' | 'directory'>;
  readonly now: () => number;
  readonly log: EngineLog;
}

/** See the comment of the file. Nothing here rejects. */
export class QuarantineWatch {
  readonly #options: QuarantineWatchOptions;
  readonly #seen = new Map<string, string>();

  constructor(options: QuarantineWatchOptions) {
    this.#options = options;
  }

  /** Looks at every job; to be called before a tick of the daemon. */
  async tick(): Promise<void> {
    const { store, configuration, now, log } = this.#options;
    try {
      const current = configuration();
      for (const job of current.jobs) {
        const before = this.#seen.get(job.id);
        const present = await fingerprint(job, current);
        this.#seen.set(job.id, present);
        const quarantine = job.enabled ? await findQuarantine(store.db, job.id) : null;
        if (quarantine === null) continue;
        // What was put right while nobody looked is noticed by trying, where trying is one question.
        const isNew =
          before === undefined
            ? quarantine.reason === 'EncounteredQuarantineException' || (await isReconfigured(store, job, current))
            : before !== present;
        if (!isNew) continue;
        log.info({ jobId: job.id, reason: quarantine.reason }, 'in quarantine, and something changed: tried at once');
        await updateJob(store.db, job.id, { next_attempt: now() });
      }
    } catch (error) {
      log.warn({ err: error }, 'whether a quarantine can end was not found out; looked at again within a minute');
    }
  }
}

async function isReconfigured(
  store: Store,
  job: Job,
  configuration: Pick<LoadedConfiguration, 'sources'>,
): Promise<boolean> {
  const row = await findJob(store.db, job.id);
  if (row === undefined) return false;
  const compiled = await compileJobInForce(configuration, job, store);
  return compiled.configurationHash !== row.configuration_hash;
}

/** Changes with the configuration of a job and of its source, and when a file that they name is written. */
async function fingerprint(
  job: Job,
  { sources, directory }: Pick<LoadedConfiguration, 'sources' | 'directory'>,
): Promise<string> {
  const settings = [job, sources.get(job.source.use) ?? null];
  const files: string[] = [];
  JSON.stringify(settings, (key, value: unknown) => {
    if (FILE_KEYS.has(key) && typeof value === 'string') files.push(resolve(directory, value));
    return value;
  });
  const stamps = await Promise.all(files.map(stampOf));
  return createHash('sha256')
    .update(JSON.stringify([settings, stamps]))
    .digest('hex');
}

async function stampOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return 'absent';
  }
}
