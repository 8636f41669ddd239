// Microsoft Entra's own provisioning of an enterprise application, read only: its jobs, their settings and their schema (Graph
// synchronizationJob, synchronizationSchema). Needs an optional permission. Secrets of these jobs are never read.
import { z } from 'zod';
import { JobFault } from '../model/errors.ts';
import type { Subject } from './errors.ts';
import { oneLine } from './json.ts';
import { synchronizationJobPath, synchronizationJobsPath, synchronizationSchemaPath } from './queries.ts';

/** One provisioning job of Entra. */
export interface SynchronizationJob {
  readonly id: string;
  /** Id, template and status as one text for people. */
  readonly shown: string;
  readonly templateId: string | null;
  /** Whether it writes to the application, now or when its quarantine ends. */
  readonly active: boolean;
  /** `synchronizationJobSettings` as Graph answered it. */
  readonly settings: unknown;
}

/** Reads them. Methods throw JobFault; SourcePermissionMissing names the permission. */
export interface SynchronizationReader {
  jobs(servicePrincipalId: string, signal: AbortSignal): Promise<readonly SynchronizationJob[]>;
  /** The settings of one job; a list of jobs may leave them out. */
  settings(servicePrincipalId: string, jobId: string, signal: AbortSignal): Promise<unknown>;
  /** The answer, unjudged. */
  schema(servicePrincipalId: string, jobId: string, signal: AbortSignal): Promise<unknown>;
}

/** The reader over a function that gets a path below the version. */
export function createSynchronizationReader(
  get: (path: string, subject: Subject, signal: AbortSignal) => Promise<unknown>,
): SynchronizationReader {
  const subject = (rest: string): Subject => ({
    concern: 'synchronization',
    what: `GET /servicePrincipals/{id}/synchronization/jobs${rest}`,
  });
  return {
    async jobs(servicePrincipalId, signal) {
      const jobs = readJobs(await get(synchronizationJobsPath(servicePrincipalId), subject(''), signal));
      if (jobs !== undefined) return jobs;
      throw new JobFault('SourceProtocolError', 'Microsoft Graph answered no usable list of provisioning jobs.');
    },
    async settings(servicePrincipalId, jobId, signal) {
      const answer = await get(synchronizationJobPath(servicePrincipalId, jobId), subject('/{id}'), signal);
      return jobSchema.safeParse(answer).data?.synchronizationJobSettings ?? [];
    },
    schema: (servicePrincipalId, jobId, signal) =>
      get(synchronizationSchemaPath(servicePrincipalId, jobId), subject('/{id}/schema'), signal),
  };
}

const jobSchema = z.looseObject({
  id: z.string(),
  templateId: z.string().nullish(),
  schedule: z.looseObject({ state: z.string().nullish() }).nullish(),
  status: z.looseObject({ code: z.string().nullish() }).nullish(),
  synchronizationJobSettings: z.unknown().optional(),
});

const jobsSchema = z.looseObject({ value: z.array(jobSchema) });

/** The jobs of an answer; undefined when it is no such list. */
export function readJobs(answer: unknown): readonly SynchronizationJob[] | undefined {
  return jobsSchema.safeParse(answer).data?.value.map(({ id, templateId, schedule, status, ...job }) => ({
    id,
    shown: oneLine(`${id} (${[templateId, status?.code].filter((text) => text != null).join(', ')})`, 150),
    templateId: templateId ?? null,
    active: schedule?.state === 'Active' || status?.code === 'Active' || status?.code === 'Quarantine',
    settings: job.synchronizationJobSettings,
  }));
}
