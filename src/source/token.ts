// Access tokens for Microsoft Graph by the client credentials flow (OAuth 2.0, RFC 6749 section 4.4), through a credential
// of the identity library. Adds what the library does not do: one request for parallel callers, one retry policy with
// the injected clock, another try with a replaced secret, a count of requests. Must not log or put a token or the secret
// into a message.
import type { Agent } from 'node:https';
import type { Clock } from '../engine/ports.ts';
import { JobFault } from '../model/errors.ts';
import type { Redact } from '../model/secret.ts';
import { agentsFor } from '../network/guarded-agents.ts';
import { SingleFlight } from '../network/single-flight.ts';
import {
  type BuiltCredential,
  buildCredential,
  type CredentialSettings,
  type Policy,
  tokenServiceName,
} from './credential.ts';
import { type Attempt, type Backoff, createBackoff } from './retry.ts';
import { aadstsCodes, judgeTokenFailure, type TokenExchange } from './token-errors.ts';

/** What the token service needs to know. */
export interface TokenSettings extends CredentialSettings {
  readonly scope: string;
  readonly secrets: { readonly remember: (value: string) => void; readonly redact: Redact };
  readonly clock: Clock;
  readonly random: () => number;
  readonly maxWaitSeconds: number;
  /** Where HTTPS_PROXY and NO_PROXY are read. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Access tokens, cached by the library until shortly before they expire. Methods throw JobFault. */
export interface AccessTokens {
  get(signal: AbortSignal): Promise<string>;
  /** A token other than the refused one; `claims` is the decoded claims challenge of the 401, if it had one. */
  renew(refused: string, claims: string | undefined, signal: AbortSignal): Promise<string>;
  /** HTTP requests to the token service so far: discovery, tokens, retries. Those of the Azure CLI are not seen. */
  readonly requests: number;
}

/** Refusals that a replaced secret, certificate or assertion may cure. */
const CURABLE: ReadonlySet<JobFault['code']> = new Set(['SourceCredentialsInvalid', 'SourceSecretExpired']);

/** Tokens of one application; the identity library is loaded with the first request. */
export function createAccessTokens(settings: TokenSettings): AccessTokens {
  const backoff: Backoff = createBackoff(settings);
  const traffic: { requests: number; last: TokenExchange | undefined } = { requests: 0, last: undefined };
  const names = { ...settings, service: tokenServiceName(settings) };
  let credential: BuiltCredential | undefined;
  const shared = new SingleFlight<string>();
  let latest: string | undefined;

  async function request(claims: string | undefined): Promise<Attempt<string>> {
    const refused = { credential };
    try {
      return await requestOnce(claims, refused);
    } catch (error) {
      const curable = error instanceof JobFault && CURABLE.has(error.code);
      if (!curable || (await refused.credential?.isOutdated()) !== true) throw error;
      return requestOnce(claims, refused);
    }
  }

  async function requestOnce(
    claims: string | undefined,
    used: { credential: BuiltCredential | undefined },
  ): Promise<Attempt<string>> {
    traffic.last = undefined;
    try {
      credential ??= await buildCredential(settings, observe(traffic, settings));
      used.credential = credential;
      const token = await credential.instance.getToken(settings.scope, {
        enableCae: true,
        ...(claims === undefined ? {} : { claims }),
      });
      if (token === null) throw new Error('the identity library returned no token');
      latest = token.token;
      settings.secrets.remember(token.token);
      return { outcome: 'done', value: token.token };
    } catch (error) {
      if (error instanceof JobFault) throw error;
      // After a failure the library answers from memory for a minute; a new instance asks again.
      credential = undefined;
      return judgeTokenFailure(error, traffic.last, names, settings.clock.now());
    }
  }

  const begin = (claims: string | undefined) => (signal: AbortSignal) => backoff.run(() => request(claims), signal);

  return {
    async get(signal) {
      return shared.join(begin(undefined), signal);
    },
    async renew(refused, claims, signal) {
      if (shared.isUnderWay || (latest !== undefined && latest !== refused)) return this.get(signal);
      // Without claims the library would answer from its cache, so the cache goes with the credential.
      if (claims === undefined) credential = undefined;
      return shared.join(begin(claims), signal);
    },
    get requests() {
      return traffic.requests;
    },
  };
}

/** Counts and remembers each exchange; also bounds it in time, which the library does not. */
function observe(traffic: { requests: number; last: TokenExchange | undefined }, settings: TokenSettings): Policy {
  const agent = agentOf(settings);
  return {
    name: 'scimsyncTokenTraffic',
    async sendRequest(request, next) {
      traffic.requests += 1;
      request.timeout = settings.timeoutSeconds * 1000;
      if (agent !== undefined) request.agent = agent;
      try {
        const response = await next(request);
        const failed = response.status >= 400;
        traffic.last = {
          status: response.status,
          retryAfter: response.headers.get('retry-after'),
          codes: failed ? aadstsCodes(response.bodyAsText ?? '') : [],
        };
        return response;
      } catch (error) {
        traffic.last = { codes: [], failure: error };
        throw error;
      }
    },
  };
}

/**
 * The library reads proxies of the environment itself, but drops the authority of `ca` then, and takes NO_PROXY otherwise than
 * everybody else here.
 */
function agentOf({ credential, authorityHost, ca, environment = {} }: TokenSettings): Agent | undefined {
  if (credential.kind === 'azureCli' || credential.kind === 'managedIdentity') return undefined;
  return agentsFor(authorityHost, { privateAddresses: 'allow', ca, environment }).httpsAgent;
}
