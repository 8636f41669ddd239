// The composition root: configuration in, a store and running jobs out. The only file, with
// compose-target.ts, that knows the concrete adapters.
import { randomBytes, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectTarget } from './compose-target.ts';
import { readCaFile } from './config/ca-file.ts';
import { smtpPort } from './config/check-smtp.ts';
import type { LoadedConfiguration } from './config/load.ts';
import { isReadOnly } from './config/read-only.ts';
import { resolveSecret } from './config/secrets.ts';
import { readCredential, sourceCredential } from './config/source-secrets.ts';
import { isTolerant } from './config/tolerant.ts';
import { type CompiledJob, compileJob } from './engine/compiled-job.ts';
import { jobInForce } from './engine/configuration-in-force.ts';
import type { EngineIo, EngineLog, Progress } from './engine/context.ts';
import type { Clock } from './engine/ports.ts';
import type { ProcessIdentity } from './engine/run-job.ts';
import { STRATEGIES } from './model/dialect.ts';
import { JobFault } from './model/errors.ts';
import type { Job, SourceSettings } from './model/job.ts';
import { agentsFor } from './network/guarded-agents.ts';
import { sendHeartbeat } from './notify/heartbeat.ts';
import { createMailer, type SendMail } from './notify/mailer.ts';
import { secretsInUse } from './observe/secret-values.ts';
import { processIdentity } from './process-identity.ts';
import { CLOUDS } from './source/clouds.ts';
import { createGraphSource, type GraphSource } from './source/graph-source.ts';
import { openStore, type Store } from './store/database.ts';
import { newRowId } from './store/row-id.ts';
import { copyStore } from './store/store-copy.ts';
import { claimStore } from './store/store-home.ts';
import { addTargetUsage, readTargetUsage } from './store/target-usage.ts';
import { type Adaptation, bulkNotice, tolerantNotice } from './target/adaptation.ts';
import type { TargetAuthentication } from './target/authentication.ts';
import { realmName, TargetRealms } from './target/realms.ts';

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
  /** What the jobs of this process know together about their targets. */
  readonly realms: TargetRealms;
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
  return installationOn(configuration, await openStore(configuration.storeUrl));
}

/** An installation on a copy of the store: whatever a job learns or plans there is gone when it is closed. */
export async function openPlanning(configuration: LoadedConfiguration): Promise<Installation> {
  return installationOn(configuration, await copyStore(configuration.storeUrl));
}

/** Realms that remember nothing: for whoever only looks, with few requests. */
export function forgetfulRealms(): TargetRealms {
  return new TargetRealms(systemClock, null);
}

/** Closing the store keeps first what was used of the limits of targets. */
function installationOn(configuration: LoadedConfiguration, opened: Store): Installation {
  const realms = new TargetRealms(systemClock, {
    read: async (realm) => {
      const rows = await readTargetUsage(opened.db, realm, Date.now());
      return rows.map(({ counted, at, operations }) => ({ limit: counted, at, operations, perSeconds: 0 }));
    },
    add: (realm, usage, now) =>
      opened.transaction((trx) =>
        addTargetUsage(
          trx,
          realm,
          usage.map(({ limit, at, operations, perSeconds }) => ({
            counted: limit,
            at,
            operations,
            expires: at + perSeconds * 1000,
          })),
          now,
        ),
      ),
  });
  const close = async (): Promise<void> => {
    await realms.save();
    await opened.close();
  };
  const identity = processIdentity(hostname(), process.pid);
  return { configuration, store: { ...opened, close }, identity, realms };
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
  readonly authentication: TargetAuthentication;
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
  const realm = await installation.realms.open(realmName(job.profile.realm, job.target.baseUrl, settings.tenantId));
  const { environment, log, signal, progress } = surroundings;
  const { adapts } = STRATEGIES[job.target.dialect];
  const adapted = (use: Adaptation): void => {
    const { rung, kind, id } = use;
    const notice = adapts ? bulkNotice(use) : tolerantNotice(use);
    if (notice !== undefined) log.warn({ jobId: job.id, rung, kind, id }, notice);
  };
  const { target, authentication } = await connectTarget(
    configuration,
    job,
    source,
    realm,
    environment,
    systemClock,
    adapted,
  );
  const readOnly = isReadOnly(surroundings.environment);
  return {
    compiled: compileJob(job, settings.tenantId, settings.defaultDomain),
    source,
    authentication,
    io: {
      store,
      source,
      target,
      clock: systemClock,
      newId: newRowId,
      random: randomBytes,
      log,
      signal,
      progress,
      readOnly,
      tolerant: isTolerant(environment),
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
  const ca = await readCaFile(directory, settings.caFile);
  return createGraphSource({
    tenantId: settings.tenantId,
    clientId: settings.clientId ?? '',
    credential,
    secrets: secretsInUse,
    authorityHost: settings.authorityHost ?? cloud.authorityHost,
    graphBaseUrl: settings.graphBaseUrl ?? cloud.graphBaseUrl,
    scope: settings.scope ?? cloud.scope,
    disableInstanceDiscovery: settings.authorityHost !== undefined,
    environment,
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
  const ca = await readCaFile(directory, smtp.caFile);
  return createMailer({ host, port: smtpPort(smtp), security, login, from, ca });
}

/**
 * Tells the monitoring service of a job that it works; false without one.
 * @throws JobFault ConfigurationInvalid when the address cannot be read, HeartbeatFault when it did not arrive.
 */
export async function beat(
  { directory, network }: LoadedConfiguration,
  job: Job,
  environment: JobSurroundings['environment'],
): Promise<boolean> {
  if (job.heartbeat === undefined) return false;
  const url = await resolveSecret(job.heartbeat.url, directory, environment);
  secretsInUse.remember(url);
  await sendHeartbeat(url, (address) => agentsFor(address, { privateAddresses: network.privateTargets, environment }));
  return true;
}
