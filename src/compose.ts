// The composition root: configuration in, a store and running jobs out. The only file that knows the concrete adapters.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadedConfiguration } from './config/load.ts';
import { resolveSecret } from './config/secrets.ts';
import { type CompiledJob, compileJob } from './engine/compiled-job.ts';
import type { EngineIo, EngineLog, Progress } from './engine/context.ts';
import type { Clock } from './engine/ports.ts';
import type { ProcessIdentity } from './engine/run-job.ts';
import { JobFault } from './model/errors.ts';
import type { Job, SourceSettings } from './model/job.ts';
import { processIdentity } from './process-identity.ts';
import { CLOUDS } from './source/clouds.ts';
import { createGraphSource, type GraphSource } from './source/graph-source.ts';
import { openStore, type Store } from './store/database.ts';
import { createScimTarget } from './target/scim-target.ts';

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (milliseconds, signal) => {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
  },
};

/** An installation: configuration with an opened store. */
export interface Installation {
  readonly configuration: LoadedConfiguration;
  readonly store: Store;
  readonly identity: ProcessIdentity;
}

/** Opens the store of a configuration. */
export async function openInstallation(configuration: LoadedConfiguration): Promise<Installation> {
  return {
    configuration,
    store: await openStore(configuration.storeUrl),
    identity: processIdentity(hostname(), process.pid),
  };
}

/** What a job is run with, besides its configuration. */
export interface JobSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: EngineLog;
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
}

/** A job with its adapters connected (no request has been sent yet). */
export interface ConnectedJob {
  readonly compiled: CompiledJob;
  readonly source: GraphSource;
  readonly io: EngineIo;
}

/**
 * Builds source, target and engine surroundings of one job.
 * @throws JobFault ConfigurationInvalid when a secret or certificate file cannot be read.
 */
export async function connectJob(
  installation: Installation,
  job: Job,
  surroundings: JobSurroundings,
): Promise<ConnectedJob> {
  const { configuration, store } = installation;
  const settings = configuration.sources.get(job.source.use);
  if (settings === undefined)
    throw new JobFault(
      'ConfigurationInvalid',
      `Job ${job.id} uses the source "${job.source.use}", which is not configured.`,
    );
  const source = await connectSource(configuration.directory, settings, surroundings.environment);
  const target = await connectTarget(configuration.directory, job, surroundings.environment);
  const { log, signal, progress } = surroundings;
  return {
    compiled: compileJob(job),
    source,
    io: { store, source, target, clock: systemClock, newId: randomUUID, log, signal, progress },
  };
}

async function connectSource(
  directory: string,
  settings: SourceSettings,
  environment: JobSurroundings['environment'],
): Promise<GraphSource> {
  const cloud = CLOUDS[settings.cloud];
  const secret = await resolveSecret(settings.clientSecret, directory, environment);
  const ca = await readCertificate(directory, settings.caFile);
  return createGraphSource({
    tenantId: settings.tenantId,
    clientId: settings.clientId,
    clientSecret: () => secret,
    authorityHost: settings.authorityHost ?? cloud.authorityHost,
    graphBaseUrl: settings.graphBaseUrl ?? cloud.graphBaseUrl,
    scope: settings.scope ?? cloud.scope,
    disableInstanceDiscovery: settings.authorityHost !== undefined,
    ...(ca === undefined ? {} : { ca }),
    clock: systemClock,
    random: Math.random,
  });
}

async function connectTarget(directory: string, job: Job, environment: JobSurroundings['environment']) {
  const token = await resolveSecret(job.target.auth.token, directory, environment);
  const ca = await readCertificate(directory, job.target.caFile);
  return createScimTarget({
    baseUrl: job.target.baseUrl,
    token: () => token,
    profile: {
      ...job.profile,
      rateLimits: job.target.rateLimits ?? job.profile.rateLimits,
      concurrency: job.target.concurrency ?? job.profile.concurrency,
    },
    timeoutSeconds: job.target.timeoutSeconds,
    ...(ca === undefined ? {} : { ca }),
    clock: systemClock,
    random: Math.random,
  });
}

async function readCertificate(directory: string, file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const path = resolve(directory, file);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new JobFault(
      'ConfigurationInvalid',
      `The certificate file ${path} cannot be read: ${error instanceof Error ? error.message : 'unknown'}`,
      { cause: error },
    );
  }
}
