/**
 * Microsoft Entra's own provisioning of the application (`/servicePrincipals/{id}/synchronization/jobs`), as far as another
 * client can see it. There are no jobs until the admin interface sets some, and they provision nothing.
 */
import { z } from 'zod';
import { demand } from './access.ts';
import { GraphFault } from './graph-fault.ts';
import { parseQuery } from './odata.ts';
import type { GraphReply, GraphRequest } from './request.ts';
import type { Route } from './route.ts';
import { findServicePrincipal } from './routes-applications.ts';
import type { TenantState } from './tenant-state.ts';

/** What the admin interface takes: the jobs of the sandbox's application. */
export const synchronizationJobsBody = z.strictObject({
  jobs: z.array(
    z.strictObject({
      id: z.string().min(1),
      templateId: z.string().default('scim'),
      code: z.enum(['NotConfigured', 'NotRun', 'Active', 'Paused', 'Quarantine']).default('Active'),
      settings: z.array(z.strictObject({ name: z.string(), value: z.string() })).default([]),
      /** Answered as it is. */
      schema: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});

/** One provisioning job of Entra's. */
export type SynchronizationJob = z.infer<typeof synchronizationJobsBody>['jobs'][number];

/** Routes of this file. */
export const synchronizationRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: 'servicePrincipals/*/synchronization/jobs',
    handle: (state, request, [key = '']) => listJobs(state, request, key),
  },
  {
    method: 'GET',
    path: 'servicePrincipals/*/synchronization/jobs/*',
    handle: (state, request, [key = '', job = '']) => {
      const { id, found } = findJob(state, request, key, job);
      const context = `${request.origin}/v1.0/$metadata#servicePrincipals('${id}')/synchronization/jobs/$entity`;
      return { status: 200, body: { '@odata.context': context, ...jobEntity(found) } };
    },
  },
  {
    method: 'GET',
    path: 'servicePrincipals/*/synchronization/jobs/*/schema',
    handle: (state, request, [key = '', job = '']) => {
      const { id, found } = findJob(state, request, key, job);
      if (found.schema === undefined) throw notFound(job);
      const context = `${request.origin}/v1.0/$metadata#servicePrincipals('${id}')/synchronization/jobs('${found.id}')/schema/$entity`;
      return { status: 200, body: { '@odata.context': context, ...found.schema } };
    },
  },
];

function findJob(state: TenantState, request: GraphRequest, key: string, job: string) {
  demand(request, 'synchronization');
  parseQuery(request.search, []);
  const { id } = findServicePrincipal(state, key);
  const jobs = id === state.identity.servicePrincipalId ? state.synchronizationJobs : [];
  const found = jobs.find((each) => each.id === job);
  if (found === undefined) throw notFound(job);
  return { id, found };
}

function notFound(job: string): GraphFault {
  return new GraphFault(404, 'ResourceNotFound', `There is no synchronization job '${job.slice(0, 80)}'.`);
}

const NEVER = '0001-01-01T00:00:00Z';

function listJobs(state: TenantState, request: GraphRequest, key: string): GraphReply {
  demand(request, 'synchronization');
  parseQuery(request.search, []);
  const { id } = findServicePrincipal(state, key);
  const jobs = id === state.identity.servicePrincipalId ? state.synchronizationJobs : [];
  const context = `${request.origin}/v1.0/$metadata#servicePrincipals('${id}')/synchronization/jobs`;
  return { status: 200, body: { '@odata.context': context, value: jobs.map(jobEntity) } };
}

function jobEntity({ id, templateId, code, settings }: SynchronizationJob): Record<string, unknown> {
  return {
    id,
    templateId,
    schedule: { expiration: null, interval: 'PT40M', state: code === 'Active' ? 'Active' : 'Disabled' },
    status: {
      countSuccessiveCompleteFailures: 0,
      escrowsPruned: false,
      code,
      lastExecution: null,
      lastSuccessfulExecution: null,
      lastSuccessfulExecutionWithExports: null,
      quarantine: null,
      steadyStateFirstAchievedTime: NEVER,
      steadyStateLastAchievedTime: NEVER,
      synchronizedEntryCountByType: [],
      troubleshootingUrl: null,
    },
    synchronizationJobSettings: settings,
  };
}
