// Access tokens of one target: kept in memory until shortly before they end, asked for once however many requests wait, and
// asked for anew when one is refused. How one is asked for is in token-request.ts.
import type { Clock } from '../engine/ports.ts';
import { SingleFlight } from '../network/single-flight.ts';
import type { IssuedToken, TokenRequester } from './token-request.ts';

/** Where the token of a target is kept between cycles of one process. */
export interface TokenMemory {
  held: IssuedToken | undefined;
}

/** Methods reject with a JobFault, or the signal's reason. */
export interface AccessTokens {
  get(signal: AbortSignal): Promise<IssuedToken>;
  /** A token other than the refused one. */
  renew(refused: string, signal: AbortSignal): Promise<IssuedToken>;
  /** Requests to the token endpoint so far. */
  readonly requests: number;
}

/** So long before its end a token is not used any more: a tenth of its lifetime, at most five minutes. */
const LONGEST_MARGIN_SECONDS = 300;

/** Tokens by a requester; `memory` may hold one of an earlier cycle. */
export function createAccessTokens(requester: TokenRequester, memory: TokenMemory, clock: Clock): AccessTokens {
  const shared = new SingleFlight<IssuedToken>();

  async function fetchToken(signal: AbortSignal): Promise<IssuedToken> {
    const token = await requester.request(signal);
    memory.held = token;
    return token;
  }

  return {
    async get(signal) {
      const { held } = memory;
      if (held !== undefined && isGood(held, clock.now())) return held;
      return shared.join(fetchToken, signal);
    },
    async renew(refused, signal) {
      // Somebody else was refused before and has a new one already, or is waiting for it.
      const { held } = memory;
      if (held !== undefined && held.value !== refused && isGood(held, clock.now())) return held;
      return shared.join(fetchToken, signal);
    },
    get requests() {
      return requester.requests;
    },
  };
}

/** When a token ends; null when nobody said. */
export function endOf({ issued, lifetimeSeconds }: IssuedToken): Date | null {
  return lifetimeSeconds === null ? null : new Date(issued.getTime() + lifetimeSeconds * 1000);
}

function isGood(token: IssuedToken, now: Date): boolean {
  const end = endOf(token);
  if (end === null || token.lifetimeSeconds === null) return true;
  const margin = Math.min(LONGEST_MARGIN_SECONDS, token.lifetimeSeconds / 10) * 1000;
  return now.getTime() < end.getTime() - margin;
}
