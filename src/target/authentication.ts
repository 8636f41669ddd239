// How one target knows who is asking, put together from its credential and its headers. Sends nothing by itself.
import type { Clock } from '../engine/ports.ts';
import type { Redact, SecretProvider } from '../model/secret.ts';
import type { TargetCredential, TokenClient } from '../model/target-credential.ts';
import type { ConnectionAgents } from '../network/guarded-agents.ts';
import { type AccessTokens, createAccessTokens, endOf, type TokenMemory } from './access-tokens.ts';
import {
  type Authorizer,
  basicAuthorizer,
  bearerAuthorizer,
  combined,
  headerAuthorizer,
  tokenAuthorizer,
} from './authorizer.ts';
import { createTokenRequester } from './token-request.ts';

/** What authentication needs to know. */
export interface AuthenticationSettings {
  readonly credential: TargetCredential;
  /** Headers of every request, by name. */
  readonly headers: ReadonlyMap<string, SecretProvider>;
  /** Connections to the origin of a token endpoint. */
  readonly agentsFor: (url: string) => ConnectionAgents;
  /** Told of every token and encoded secret, and asked to take them out of what the target says. */
  readonly secrets: { readonly remember: (value: string) => void; readonly redact: Redact };
  /** Where an access token is kept when this object is gone. */
  readonly memory: TokenMemory;
  readonly clock: Clock;
  readonly random: () => number;
  readonly timeoutSeconds: number;
  readonly userAgent?: string;
}

/** An access token as people may see it. */
export interface TokenFacts {
  /** Null when the target does not say. */
  readonly lifetimeSeconds: number | null;
  readonly ends: Date | null;
}

/** The authorizer of a target, and what test-connection asks. */
export interface TargetAuthentication {
  readonly authorizer: Authorizer;
  /** An access token's facts, asked for if there is none; null for credentials that need no token. */
  tokenFacts(signal: AbortSignal): Promise<TokenFacts | null>;
}

/** Authentication of one target. */
export function createAuthentication(settings: AuthenticationSettings): TargetAuthentication {
  const { credential, headers } = settings;
  const tokens = credential.kind === 'tokenClient' ? tokensOf(credential.client, settings) : undefined;
  const parts = [
    ...(credential.kind === 'bearer' ? [bearerAuthorizer(credential.token)] : []),
    ...(credential.kind === 'basic'
      ? [basicAuthorizer(credential.username, credential.password, settings.secrets.remember)]
      : []),
    ...(tokens === undefined ? [] : [tokenAuthorizer(tokens)]),
    ...[...headers].map(([name, secret]) => headerAuthorizer(name, secret)),
  ];
  return {
    authorizer: combined(parts),
    async tokenFacts(signal) {
      if (tokens === undefined) return null;
      const token = await tokens.get(signal);
      return { lifetimeSeconds: token.lifetimeSeconds, ends: endOf(token) };
    },
  };
}

function tokensOf(client: TokenClient, settings: AuthenticationSettings): AccessTokens {
  const { secrets, clock, random, timeoutSeconds, memory, userAgent = 'scimsync' } = settings;
  const agents = settings.agentsFor(client.tokenUrl);
  const requester = createTokenRequester({ client, agents, secrets, clock, random, timeoutSeconds, userAgent });
  return createAccessTokens(requester, memory, clock);
}
