// A loaded configuration with the given jobs.
import type { LoadedConfiguration } from '../../../src/config/load.ts';
import type { Job } from '../../../src/model/job.ts';

export function aConfiguration(...jobs: readonly Job[]): LoadedConfiguration {
  return {
    directory: '/etc/scimsync',
    storeUrl: 'sqlite::memory:',
    sources: new Map(),
    jobs,
    files: new Map(jobs.map(({ id }) => [id, `/etc/scimsync/jobs/${id}.yaml`])),
    refused: [],
    network: { privateTargets: 'allow' },
    daemon: { maxConcurrentJobs: 2 },
    logging: { personalData: 'ids' },
    warnings: [],
  };
}
