// The part of the composition root that makes the client of a job's target: its credentials, its connections and its limits.
import { recorderOf, rehearserInUse } from './compose-recording.ts';
import { readCaFile } from './config/ca-file.ts';
import type { LoadedConfiguration } from './config/load.ts';
import { isReadOnly } from './config/read-only.ts';
import {
  readClientCertificate,
  readTargetCredential,
  targetCredential,
  targetHeaders,
} from './config/target-secrets.ts';
import { isTolerant } from './config/tolerant.ts';
import type { Clock, ScimTarget } from './engine/ports.ts';
import { bulkInForce } from './model/bulk.ts';
import { STRATEGIES } from './model/dialect.ts';
import type { Job } from './model/job.ts';
import { concurrencyBounds } from './model/profile.ts';
import { agentsFor } from './network/guarded-agents.ts';
import { quotedHere } from './observe/foreign-text.ts';
import { secretsInUse } from './observe/secret-values.ts';
import type { GraphSource } from './source/graph-source.ts';
import type { Adaptation } from './target/adaptation.ts';
import { createAuthentication, type TargetAuthentication } from './target/authentication.ts';
import type { Realm } from './target/realm.ts';
import { createScimTarget } from './target/scim-target.ts';
import { tokenMemory } from './target/token-memory.ts';

/**
 * Makes the client; no request is sent.
 * @throws JobFault ConfigurationInvalid when a secret or certificate file cannot be read.
 */
export async function connectTarget(
  { directory, network }: Pick<LoadedConfiguration, 'directory' | 'network'>,
  job: Job,
  source: GraphSource,
  realm: Realm,
  environment: Readonly<Record<string, string | undefined>>,
  clock: Clock,
  adapted: (use: Adaptation) => void,
): Promise<{ readonly target: ScimTarget; readonly authentication: TargetAuthentication }> {
  const surroundings = { directory, environment, remember: secretsInUse.remember };
  const credential = targetCredential(job.target.auth, surroundings, source.issueAssertion);
  await readTargetCredential(credential);
  const headers = targetHeaders(job.target, surroundings);
  await Promise.all([...headers.values()].map((header) => header.read()));
  const connection = {
    privateAddresses: network.privateTargets,
    ca: await readCaFile(directory, job.target.caFile),
    clientCertificate: await readClientCertificate(job.target, surroundings),
    environment,
  };
  const redact = Object.assign((text: string) => secretsInUse.redact(text), { quoted: quotedHere.remember });
  const common = { clock, random: Math.random, timeoutSeconds: job.target.timeoutSeconds };
  const authentication = createAuthentication({
    ...common,
    credential,
    headers,
    agentsFor: (url) => agentsFor(url, connection),
    secrets: { remember: secretsInUse.remember, redact },
    memory: tokenMemory(job.id, [job.target.auth, job.target.clientCertificate]),
  });
  const { adapts } = STRATEGIES[job.target.dialect];
  const tolerates = !adapts && isTolerant(environment);
  const exchanged = recorderOf(job.id);
  const target = createScimTarget({
    ...common,
    ...(exchanged === undefined ? {} : { exchanged }),
    rehearsed: rehearserInUse(),
    baseUrl: job.target.baseUrl,
    dialect: job.target.dialect,
    ladders: adapts || tolerates,
    readOnly: isReadOnly(environment),
    authorizer: authentication.authorizer,
    connection,
    redact,
    profile: { ...job.profile, rateLimits: job.target.rateLimits ?? job.profile.rateLimits },
    concurrency: concurrencyBounds(job.profile, job.target.concurrency),
    bulk: bulkInForce(job.profile.bulk, job.target.bulk, job.target.dialect),
    adapted,
    realm: { realm, job: job.id },
  });
  return { target, authentication };
}
