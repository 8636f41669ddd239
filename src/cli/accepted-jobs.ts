// What a daemon runs when its configuration changes while it runs: a job whose file has become invalid goes on with what was
// accepted last, together with the sources of that time; everything else follows the new files.
import { claimOf } from '../config/check-jobs.ts';
import { jobFileKey } from '../config/job-files.ts';
import type { LoadedConfiguration, RefusedFile } from '../config/load.ts';
import type { Job } from '../model/job.ts';

/** A job that goes on although its file was refused. */
export interface KeptJob {
  readonly jobId: string;
  readonly refused: RefusedFile;
}

/** The outcome of a change. */
export interface AcceptedChange {
  /** The new configuration; its jobs are those without faults, and those that are kept. */
  readonly configuration: LoadedConfiguration;
  readonly kept: readonly KeptJob[];
  /** Refused files for which nothing runs. */
  readonly idle: readonly RefusedFile[];
}

/** The jobs that run, each with the configuration it was accepted with. */
export class AcceptedJobs {
  #configuration: LoadedConfiguration;
  readonly #origins = new Map<string, LoadedConfiguration>();

  constructor(configuration: LoadedConfiguration) {
    this.#configuration = configuration;
    for (const job of configuration.jobs) this.#origins.set(job.id, configuration);
  }

  /** What runs now: the jobs without faults, and those that are kept. */
  get configuration(): LoadedConfiguration {
    return this.#configuration;
  }

  /** The configuration that a job was accepted with: its sources belong to it. */
  configurationOf(jobId: string): LoadedConfiguration {
    return this.#origins.get(jobId) ?? this.#configuration;
  }

  /** Takes over what is valid. */
  change(next: LoadedConfiguration): AcceptedChange {
    const claimed = new Set(next.jobs.flatMap(claimsOf));
    const kept = this.#configuration.jobs.flatMap((job) => {
      const refused = refusedFileOf(job.id, this.#configuration.files.get(job.id), next);
      // Whoever took over its target must not have a rival.
      return refused === undefined || claimsOf(job).some((claim) => claimed.has(claim)) ? [] : [{ job, refused }];
    });
    const files = new Map(next.files);
    for (const { job } of kept) files.set(job.id, this.#configuration.files.get(job.id) ?? '');
    for (const id of this.#origins.keys()) if (!kept.some(({ job }) => job.id === id)) this.#origins.delete(id);
    for (const job of next.jobs) this.#origins.set(job.id, next);
    this.#configuration = { ...next, jobs: [...next.jobs, ...kept.map(({ job }) => job)], files };
    return {
      configuration: this.#configuration,
      kept: kept.map(({ job, refused }) => ({ jobId: job.id, refused })),
      idle: next.refused.filter((file) => !kept.some(({ refused }) => refused === file)),
    };
  }
}

/** The refused file that holds this job: the one it was read from, or the one that has its id. */
function refusedFileOf(id: string, file: string | undefined, next: LoadedConfiguration): RefusedFile | undefined {
  if (next.jobs.some((job) => job.id === id)) return undefined;
  const sameFile = next.refused.find((refused) => file !== undefined && jobFileKey(refused.file) === jobFileKey(file));
  return sameFile ?? next.refused.find((refused) => refused.id === id);
}

function claimsOf(job: Job): string[] {
  if (!job.enabled) return [];
  const kinds = job.objectMappings.filter(({ enabled }) => enabled).map(({ sourceObjectName }) => sourceObjectName);
  return kinds.map((kind) => claimOf(kind, job.target.baseUrl));
}
