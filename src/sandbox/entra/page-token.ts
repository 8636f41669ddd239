/**
 * `$skiptoken` and `$deltatoken`: opaque texts that hold the state of a round, sealed with a MAC so that a client cannot
 * make one up. Padded to the length real ones have, because code that cannot store a kilobyte of URL should fail here.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Where a list continues. */
interface ListCursor {
  readonly kind: 'list';
  /** Path and options the cursor belongs to. */
  readonly of: string;
  readonly position: number;
  readonly issuedAt: number;
}

/** The query a delta chain was started with. */
export interface DeltaQuery {
  readonly resource: 'users' | 'groups' | 'servicePrincipals';
  readonly select: readonly string[] | null;
  readonly ids: readonly string[] | null;
}

/** Where a delta round continues (`skip`) or the next one starts (`delta`). */
export interface DeltaState extends DeltaQuery {
  readonly kind: 'skip' | 'delta';
  readonly generation: string;
  readonly issuedAt: number;
  /** Full enumeration, or changes with `from < seq <= to`. */
  readonly phase: 'initial' | 'changes';
  readonly from: number;
  readonly to: number;
  readonly position: number;
  /** Link rows of the object at `position` that were delivered already. */
  readonly after: number;
  readonly page: number;
}

/** What a token can hold. */
type TokenState = ListCursor | DeltaState;

/** Seals and opens tokens. */
export interface TokenSealer {
  seal(state: TokenState): string;
  /** `undefined` for a text that was not sealed with this key. */
  open(token: string): TokenState | undefined;
}

const MAC_LENGTH = 43;
const MIN_LENGTH = 900;

/** Tokens sealed under `key`. */
export function makeTokenSealer(key: string): TokenSealer {
  const mac = (text: string): string => createHmac('sha256', key).update(text).digest('base64url');
  return {
    seal(state) {
      const payload = Buffer.from(JSON.stringify(state)).toString('base64url');
      const filler = state.kind === 'list' ? '' : '-'.concat(mac(payload).repeat(Math.ceil(MIN_LENGTH / MAC_LENGTH)));
      const padded = `${payload}${filler.slice(0, Math.max(0, MIN_LENGTH - payload.length))}`;
      return `${mac(padded)}${String(payload.length).padStart(6, '0')}${padded}`;
    },
    open(token) {
      const given = Buffer.from(token.slice(0, MAC_LENGTH));
      const length = Number(token.slice(MAC_LENGTH, MAC_LENGTH + 6));
      const padded = token.slice(MAC_LENGTH + 6);
      const wanted = Buffer.from(mac(padded));
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
      return JSON.parse(Buffer.from(padded.slice(0, length), 'base64url').toString()) as TokenState;
    },
  };
}
