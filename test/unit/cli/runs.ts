// Runs as --sync-now and the daemon get them.
import type { CompletedRun, FailedRun } from '../../../src/cli/run-cycle.ts';
import { type CycleCounts, type JobStatus, zeroCounts } from '../../../src/model/cycle.ts';
import { type Job, jobSchema } from '../../../src/model/job.ts';

export function aJob(id = 'wiki', changes: Partial<Job> = {}): Job {
  const job = jobSchema.parse({
    id,
    tenant: 'acme',
    source: { use: 'acme', servicePrincipalId: '11111111-2222-3333-4444-555555555555' },
    target: {
      baseUrl: 'https://wiki.example.com/scim/v2',
      auth: { type: 'bearer', token: { fromEnv: 'TOKEN' } },
    },
    objectMappings: [
      {
        sourceObjectName: 'user',
        targetObjectName: 'User',
        attributeMappings: [
          { targetAttributeName: 'userName', source: { type: 'Attribute', name: 'mail' }, matchingPriority: 1 },
        ],
      },
    ],
  });
  return { ...job, ...changes };
}

export function aCompletedRun(
  counts: Partial<CycleCounts>,
  status: JobStatus = 'Active',
  dryRun = false,
): CompletedRun {
  return {
    job: aJob(),
    summary: {
      jobId: 'wiki',
      status,
      cycle: {
        id: 'c1',
        kind: 'incremental',
        dryRun,
        mode: 'enforce',
        timeBegan: '2026-05-31T08:00:00.000Z',
        timeEnded: '2026-05-31T08:01:05.000Z',
      },
      counts: { ...zeroCounts(), ...counts },
      requests: { graph: 4, scim: 7, tokens: 1 },
    },
  };
}

export function aFailedRun(code: string, message = 'what happened'): FailedRun {
  return {
    job: aJob(),
    status: 'Active',
    fault: { code, message, advice: 'what helps' },
    requests: { graph: 3, scim: 1, tokens: 2 },
  };
}
