// Starts a SCIM 2.0 target on 127.0.0.1: the strict RFC 7643/7644 one or Peakon. Data lives in memory and ends with it.
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runExchange } from './exchange.ts';
import { createFaults, type TargetFaults } from './faults.ts';
import { DEFAULT_PEAKON_ATTRIBUTES, type PeakonAttribute } from './peakon-attributes.ts';
import { DEFAULT_PEAKON_SWITCHES, PEAKON_SWITCH_POSITIONS, type PeakonSwitches } from './peakon-switches.ts';
import { createPeakonTarget } from './peakon-target.ts';
import type { RateLimit } from './rate-window.ts';
import { MAX_BODY_BYTES } from './request-body.ts';
import { createRequestLog, type RequestLog } from './request-log.ts';
import { createRfcTarget } from './rfc-target.ts';
import type { ScimJson } from './scim-json.ts';
import type { ScimService } from './scim-message.ts';

/** A running target. */
export interface SandboxTarget {
  readonly kind: 'peakon' | 'rfc7644';
  /** The SCIM base URL; Peakon also answers under /scim/v2. */
  readonly url: string;
  readonly token: string;
  /** From now on only this token is accepted; a reset brings the first one back. Throws when it is too short. */
  setToken(token: string): void;
  readonly log: RequestLog;
  readonly faults: TargetFaults;
  /** Peakon's switches as they stand; undefined on the strict target, which has none. */
  readonly switches: Readonly<PeakonSwitches> | undefined;
  /** Moves switches; throws on the strict target, an unknown switch or an unknown position. */
  setSwitches(changes: Readonly<Record<string, unknown>>): void;
  /** Stops listening and cuts every connection. */
  close(): Promise<void>;
  /** All users as a GET would show them, in order of creation. */
  users(): readonly ScimJson[];
  groups(): readonly ScimJson[];
  /**
   * Forgets resources, log, faults and counted operations, and puts the switches and the token back. Requests that still
   * wait are cut: they were meant for what is gone.
   */
  reset(): void;
  /** Adds accounts that somebody else made; `id` is kept if given. Throws if one does not fit the schema or exists. */
  seed(resources: readonly ScimJson[]): void;
}

/** How a target is started. */
export interface ScimTargetOptions {
  readonly kind: 'peakon' | 'rfc7644';
  /** 0 or nothing: any free port. */
  readonly port?: number | undefined;
  /** Nothing: a random one. */
  readonly token?: string | undefined;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
  readonly switches?: Partial<PeakonSwitches> | undefined;
  /** Added to every answer. */
  readonly latencyMs?: number | undefined;
  /** Most resources in one page, 100 unless given. */
  readonly pageCap?: number | undefined;
  /** Peakon: 25,000 operations in an hour unless given. */
  readonly rateLimit?: RateLimit | undefined;
  /** Peakon: the company's attribute table. */
  readonly attributes?: readonly PeakonAttribute[] | undefined;
}

const PEAKON_RATE_LIMIT: RateLimit = { operations: 25_000, windowMs: 3_600_000 };

function createService(
  options: ScimTargetOptions,
  token: () => string,
  switches: PeakonSwitches,
  baseUrl: () => string,
): ScimService {
  const now = options.now ?? Date.now;
  const pageCap = options.pageCap ?? 100;
  const common = { token, now, baseUrl, pageCap };
  if (options.kind === 'rfc7644') return createRfcTarget(common);
  const rateLimit = options.rateLimit ?? PEAKON_RATE_LIMIT;
  const table = options.attributes ?? DEFAULT_PEAKON_ATTRIBUTES;
  return createPeakonTarget({ ...common, switches, rateLimit, table, maxBodyBytes: MAX_BODY_BYTES });
}

function moveSwitches(switches: PeakonSwitches, changes: Readonly<Record<string, unknown>>): void {
  for (const [name, position] of Object.entries(changes)) {
    const positions: readonly unknown[] | undefined = Object.entries(PEAKON_SWITCH_POSITIONS).find(
      ([key]) => key === name,
    )?.[1];
    if (!positions) throw new Error(`There is no switch "${name}".`);
    if (!positions.includes(position)) throw new Error(`Switch "${name}" is one of ${positions.join(', ')}.`);
  }
  Object.assign(switches, changes);
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('The target has no port.');
  return address.port;
}

/** Starts a target; rejects if the port is taken or a switch is unknown. */
export async function startScimTarget(options: ScimTargetOptions): Promise<SandboxTarget> {
  const firstToken = options.token ?? randomBytes(24).toString('base64url');
  let token = firstToken;
  const initial: PeakonSwitches = { ...DEFAULT_PEAKON_SWITCHES };
  moveSwitches(initial, options.switches ?? {});
  const switches: PeakonSwitches = { ...initial };
  const log = createRequestLog();
  const faults = createFaults();
  let waiting = new AbortController();
  let url = '';
  const service = createService(
    options,
    () => token,
    switches,
    () => url,
  );
  const now = options.now ?? Date.now;
  const latencyMs = options.latencyMs ?? 0;
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const context = { service, log, faults, now, latencyMs, waiting: waiting.signal };
    runExchange(context, request, response).catch(() => response.destroy());
  });
  const port = await listen(server, options.port ?? 0);
  url = `http://127.0.0.1:${port}${service.roots[0] ?? ''}`;
  return {
    kind: options.kind,
    url,
    get token() {
      return token;
    },
    setToken(next) {
      if (!/^[\x21-\x7e]{8,}$/.test(next)) throw new Error('A token has at least 8 characters, without blanks.');
      token = next;
    },
    log,
    faults,
    switches: options.kind === 'peakon' ? switches : undefined,
    setSwitches(changes) {
      if (options.kind !== 'peakon') throw new Error('The strict target has no switches.');
      moveSwitches(switches, changes);
    },
    close: () => {
      waiting.abort();
      return new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      });
    },
    users: () => service.users(),
    groups: () => service.groups(),
    reset() {
      waiting.abort();
      waiting = new AbortController();
      service.reset();
      log.clear();
      faults.clear();
      Object.assign(switches, initial);
      token = firstToken;
    },
    seed: (resources) => service.seed(resources),
  };
}
