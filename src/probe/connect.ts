// Opens the session of a probe: credentials and connections as for any target, and the first question, which says whether there
// is anything to look at.

import type { RecordedExchange } from '../model/recorded-exchange.ts';
import type { Redact, SecretProvider } from '../model/secret.ts';
import type { TargetCredential } from '../model/target-credential.ts';
import { addressKind, bareHost } from '../network/address.ts';
import { agentsFor } from '../network/guarded-agents.ts';
import { openDispatcher } from '../network/guarded-dispatcher.ts';
import { createAuthentication } from '../target/authentication.ts';
import { isWithoutTls } from '../target/faults.ts';
import { listed, objectOf, type ProbeExchange } from './exchange.ts';
import { Session } from './session.ts';
import type { ProbeNames } from './stage.ts';

export interface ConnectionOptions {
  readonly root: string;
  readonly credential: TargetCredential;
  readonly mayWrite: boolean;
  readonly prefix: string;
  readonly timeoutSeconds: number;
  /** Aborted after so many milliseconds; by the clock of the machine where it is left out. */
  readonly deadline?: (milliseconds: number) => AbortSignal;
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly secrets: { readonly remember: (value: string) => void; readonly redact: Redact };
  readonly clock: { now(): Date; sleep(milliseconds: number, signal: AbortSignal): Promise<void> };
  /** Told of every exchange, for a recording. */
  readonly record: ((exchange: RecordedExchange) => void) | undefined;
}

/** Sends nothing yet. */
export function openSession(options: ConnectionOptions): Session {
  const { root, environment, timeoutSeconds, clock, secrets, version } = options;
  const connection = { privateAddresses: 'allow', environment } as const;
  const userAgent = `scimsync-probe/${version}`;
  const authentication = createAuthentication({
    credential: options.credential,
    headers: new Map(),
    agentsFor: (url) => agentsFor(url, connection),
    secrets,
    memory: { held: undefined },
    clock,
    random: Math.random,
    timeoutSeconds,
    userAgent,
  });
  return new Session({
    root,
    dispatcher: openDispatcher(new URL(root).origin, connection, { connections: 32, timeoutSeconds }),
    authorizer: authentication.authorizer,
    tokenFacts: (signal) => authentication.tokenFacts(signal),
    mayWrite: options.mayWrite,
    mayBeOpen: options.credential.kind === 'none' && isLoopback(new URL(root)),
    prefix: options.prefix,
    timeoutMs: timeoutSeconds * 1000,
    deadline: options.deadline ?? ((milliseconds) => AbortSignal.timeout(milliseconds)),
    userAgent,
    redact: secrets.redact,
    clock,
    observe: ({ recorded }) => options.record?.(recorded),
  });
}

/** True where an endpoint is on this machine, which is always reached directly, so that what is written to is the caller's own. */
export function isLoopback(url: URL): boolean {
  const host = bareHost(url.hostname).toLowerCase();
  return host === 'localhost' || addressKind(host) === 'loopback';
}

/** A secret that was given once and is not kept anywhere. */
export function givenSecret(value: string): SecretProvider {
  return { read: () => Promise.resolve(value), reread: () => Promise.resolve(undefined) };
}

/** Why there is nothing to look at, with what helps; null where a SCIM service answers. */
export async function notReachable(
  session: Session,
  { prefix, domain }: ProbeNames,
  signal: AbortSignal,
): Promise<string | null> {
  const query = { filter: `userName eq "${prefix}nobody@${domain}"` };
  const users = await session.send({ method: 'GET', path: '/Users', query }, signal);
  if (users.failure === 'timeout') return `It does not answer: ${users.detail}.`;
  if (users.failure === 'tls' && isWithoutTls(users.detail))
    return `It does not answer in TLS (${users.detail}). Look at the port, and whether the address begins with https or http.`;
  if (users.failure === 'tls')
    return `Its certificate is not trusted (${users.detail}). NODE_EXTRA_CA_CERTS=FILE adds an authority of your own.`;
  if (users.failure === 'reset')
    return `It closes the connection without an answer (${users.detail}). Look at the log of the service, and whether the address begins with https or http.`;
  if (users.failure !== null) return `It cannot be reached (${users.detail}). Look at the host and the port.`;
  if (users.status === 401 || users.status === 403)
    return `It refuses the credentials (${users.status}). Look at the token; --token-file FILE, SCIM_TOKEN or --oauth gives it.`;
  if (users.status >= 300 && users.status < 400)
    return `It leads elsewhere (${users.status} to ${users.headers['location'] ?? 'nowhere'}). Redirects are not followed: give the address itself.`;
  if (users.status === 429) {
    const after = users.headers['retry-after'];
    return `It answers 429 to the first request${after === undefined ? '' : `, with Retry-After: ${after}`}. The probe waits for 30 s at most: come back later, or raise the limit for this token.`;
  }
  if (looksLikeScim(users)) return null;
  const provider = await session.send({ method: 'GET', path: '/ServiceProviderConfig' }, signal);
  if (looksLikeScim(provider)) return null;
  return `It is no SCIM service: GET /Users is answered ${users.status} without a SCIM message, and so is /ServiceProviderConfig (${provider.status}). Give the SCIM root, for instance https://app.example/scim/v2.`;
}

/** Whether an endpoint serves groups at all. */
export async function servesGroups(session: Session, { prefix }: ProbeNames, signal: AbortSignal): Promise<boolean> {
  const query = { filter: `displayName eq "${prefix}nobody"` };
  const { status } = await session.send({ method: 'GET', path: '/Groups', query }, signal);
  return ![404, 405, 501].includes(status);
}

/** A 404 says nothing: a SCIM service answers it for every path that it does not serve. */
function looksLikeScim(exchange: ProbeExchange): boolean {
  if (listed(exchange) !== undefined) return true;
  const schemas = objectOf(exchange.json)?.['schemas'];
  return Array.isArray(schemas) && exchange.status !== 404;
}
