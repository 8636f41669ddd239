// The connections to one target: kept alive, at most so many, HTTP/1.1, one request at a time on each, so that it is known
// of every request whether it was sent. The address is checked when a connection is made; a proxy of the environment is used
// where it says so; TLS is always verified, and a CA adds to the trusted roots.
import { buildConnector, type Dispatcher, Pool, ProxyAgent } from 'undici';
import { isRefusedLiteral } from './address.ts';
import { type ConnectionSettings, certificatesOf, guardedLookup, refusal } from './guarded-agents.ts';
import { proxyFor } from './proxy.ts';

/** How many connections there may be, and how long a whole request may take. */
export interface ConnectionBounds {
  readonly connections: number;
  readonly timeoutSeconds: number;
}

/** The codes of a proxy that does not lead to the target: nothing was sent to it. */
export const PROXY_REFUSED: readonly string[] = ['UND_ERR_ABORTED', 'UND_ERR_PRX_CONN'];

/** A connection that is not there after this long is not to be had; sooner where a whole request may take less. */
const CONNECT_MS = 10_000;
const LEAST_CONNECT_MS = 1000;

/** Opens nothing yet; idle connections keep no process alive. */
export function openDispatcher(origin: string, settings: ConnectionSettings, bounds: ConnectionBounds): Dispatcher {
  const timeout = Math.max(LEAST_CONNECT_MS, Math.min(CONNECT_MS, bounds.timeoutSeconds * 500));
  const common = {
    connections: bounds.connections,
    pipelining: 1,
    allowH2: false,
    // The transport has a deadline for the whole request.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  const url = new URL(origin);
  const proxy = proxyFor(url, settings.environment);
  // A proxy looks names up by itself; it is not asked for an address that is not allowed.
  if (proxy !== undefined && !isRefusedLiteral(url.hostname, settings.privateAddresses)) {
    const proxyTunnel = url.protocol === 'https:';
    return new ProxyAgent({ ...common, uri: proxy, proxyTunnel, requestTls: certificatesOf(settings) });
  }
  return new Pool(origin, { ...common, connect: guardedConnector(settings, timeout) });
}

/** A name is checked when it is looked up; for a literal address nothing is looked up. */
function guardedConnector(settings: ConnectionSettings, timeout: number): buildConnector.connector {
  const { privateAddresses } = settings;
  const lookup = guardedLookup(privateAddresses);
  const connect = buildConnector({ ...certificatesOf(settings), allowH2: false, timeout, lookup });
  return (wanted, callback) => {
    if (!isRefusedLiteral(wanted.hostname, privateAddresses)) return connect(wanted, callback);
    queueMicrotask(() => callback(refusal(), null));
  };
}
