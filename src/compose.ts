// The composition root: configuration in, a store and running jobs out. The only file that knows the concrete adapters.
import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { smtpPort } from './config/check-smtp.ts';
import type { LoadedConfiguration } from './config/load.ts';
import { isReadOnly } from './config/read-only.ts';
import { secretProvider } from './config/secret-provider.ts';
import { resolveSecret } from './config/secrets.ts';
import { readCredential, sourceCredential } from './config/source-secrets.ts';
import { type CompiledJob, compileJob } from './engine/compiled-job.ts';
import { jobInForce } from './engine/configuration-in-force.ts';
import type { EngineIo, EngineLog, Progress } from './engine/context.ts';
import type { Clock } from './engine/ports.ts';
import type { ProcessIdentity } from './engine/run-job.ts';
import { JobFault } from './model/errors.ts';
import type { Job, SourceSettings } from './model/job.ts';
import { sendHeartbeat } from './notify/heartbeat.ts';
import { createMailer, type SendMail } from './notify/mailer.ts';
import { quotedHere } from './observe/foreign-text.ts';
import { secretsInUse } from './observe/secret-values.ts';
import { processIdentity } from './process-identity.ts';
import { CLOUDS } from './source/clouds.ts';
import { createGraphSource, type GraphSource } from './source/graph-source.ts';
import { openStore, type Store } from './store/database.ts';
import { copyStore } from './store/store-copy.ts';
import { claimStore } from './store/store-home.ts';
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

/** How an installation is opened. */
export interface OpenOptions {
  /** A store that belongs to another place belongs here from now on. */
  readonly takeOver?: boolean;
}

/**
 * Opens the store of a configuration to work for its jobs.
 * @throws JobFault StoreCopied when the store belongs to another place, StoreUnavailable when it cannot be opened.
 */
export async function openInstallation(
  configuration: LoadedConfiguration,
  options: OpenOptions = {},
): Promise<Installation> {
  const installation = await openToLook(configuration);
  const claimant = { host: hostname(), now: Date.now(), newId: randomUUID };
  try {
    await claimStore(installation.store, configuration.storeUrl, claimant, options.takeOver === true);
    return installation;
  } catch (error) {
    await installation.store.close();
    throw error;
  }
}

/** Opens the store of a configuration for somebody who writes to no target; wherever it belongs. */
export async function openToLook(configuration: LoadedConfiguration): Promise<Installation> {
  return {
    configuration,
    store: await openStore(configuration.storeUrl),
    identity: processIdentity(hostname(), process.pid),
  };
}

/** An installation on a copy of the store: whatever a job learns or plans there is gone when it is closed. */
export async function openPlanning(configuration: LoadedConfiguration): Promise<Installation> {
  return {
    configuration,
    store: await copyStore(configuration.storeUrl),
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
  const settings = sourceOf(configuration.sources, job);
  const source = await connectSource(configuration.directory, settings, surroundings.environment);
  const target = await connectTarget(configuration.directory, job, surroundings.environment);
  const { log, signal, progress } = surroundings;
  const readOnly = isReadOnly(surroundings.environment);
  return {
    compiled: compileJob(job, settings.tenantId, settings.defaultDomain),
    source,
    io: {
      store,
      source,
      target,
      clock: systemClock,
      newId: randomUUID,
      random: randomBytes,
      log,
      signal,
      progress,
      readOnly,
    },
  };
}

/**
 * A job with what is derived from its configuration, without connecting anything.
 * @throws JobFault ConfigurationInvalid when its source is not configured.
 */
export function compileJobOf({ sources }: Pick<LoadedConfiguration, 'sources'>, job: Job): CompiledJob {
  const { tenantId, defaultDomain } = sourceOf(sources, job);
  return compileJob(job, tenantId, defaultDomain);
}

/**
 * The job as it works now: while a changed configuration is held, by the last accepted one.
 * @throws JobFault ConfigurationInvalid when its source is not configured.
 */
export function compileJobInForce(
  configuration: Pick<LoadedConfiguration, 'sources'>,
  job: Job,
  store: Store,
): Promise<CompiledJob> {
  return jobInForce(store.db, compileJobOf(configuration, job));
}

function sourceOf(sources: LoadedConfiguration['sources'], job: Job): SourceSettings {
  const settings = sources.get(job.source.use);
  if (settings !== undefined) return settings;
  const message = `Job ${job.id} uses the source "${job.source.use}", which is not configured.`;
  throw new JobFault('ConfigurationInvalid', message);
}

/**
 * A source of the configuration by itself, without a job and without a store.
 * @throws JobFault ConfigurationInvalid when there is none of this name, or its secret cannot be read.
 */
export async function connectSourceCalled(
  { directory, sources }: Pick<LoadedConfiguration, 'directory' | 'sources'>,
  name: string,
  environment: JobSurroundings['environment'],
): Promise<GraphSource> {
  const settings = sources.get(name);
  if (settings === undefined) throw new JobFault('ConfigurationInvalid', `The source "${name}" is not configured.`);
  return connectSource(directory, settings, environment);
}

async function connectSource(
  directory: string,
  settings: SourceSettings,
  environment: JobSurroundings['environment'],
): Promise<GraphSource> {
  const cloud = CLOUDS[settings.cloud];
  const credential = sourceCredential(settings, { directory, environment, remember: secretsInUse.remember });
  await readCredential(credential);
  const ca = await readCertificate(directory, settings.caFile);
  return createGraphSource({
    tenantId: settings.tenantId,
    clientId: settings.clientId ?? '',
    credential,
    secrets: secretsInUse,
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
  const reference = job.target.auth.token;
  const token = secretProvider(() => resolveSecret(reference, directory, environment), secretsInUse.remember);
  await token.read();
  const ca = await readCertificate(directory, job.target.caFile);
  return createScimTarget({
    baseUrl: job.target.baseUrl,
    readOnly: isReadOnly(environment),
    token,
    redact: Object.assign((text: string) => secretsInUse.redact(text), { quoted: quotedHere.remember }),
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

/**
 * A sender through the mail server of the configuration; null without one.
 * @throws JobFault ConfigurationInvalid when its password or certificate file cannot be read.
 */
export async function connectMailer(
  { directory, smtp }: LoadedConfiguration,
  environment: JobSurroundings['environment'],
): Promise<SendMail | null> {
  if (smtp === undefined) return null;
  const { host, security, from, user } = smtp;
  const password = smtp.password === undefined ? null : await resolveSecret(smtp.password, directory, environment);
  if (password !== null) secretsInUse.remember(password);
  const login = user === undefined || password === null ? null : { user, password };
  const ca = await readCertificate(directory, smtp.caFile);
  return createMailer({ host, port: smtpPort(smtp), security, login, from, ca });
}

/**
 * Tells the monitoring service of a job that it works; false without one.
 * @throws JobFault ConfigurationInvalid when the address cannot be read, HeartbeatFault when it did not arrive.
 */
export async function beat(
  { directory }: LoadedConfiguration,
  job: Job,
  environment: JobSurroundings['environment'],
): Promise<boolean> {
  if (job.heartbeat === undefined) return false;
  const url = await resolveSecret(job.heartbeat.url, directory, environment);
  secretsInUse.remember(url);
  await sendHeartbeat(url);
  return true;
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
