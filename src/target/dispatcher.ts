// The connections to one target: kept alive, at most so many, HTTP/1.1, one request at a time on each, so that it is known
// of every request whether it was sent. Proxies named in the environment are not used. TLS is always verified; a CA adds to
// the trusted roots.
import tls from 'node:tls';
import { type Dispatcher, Pool } from 'undici';

export interface DispatcherOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly connections: number;
  readonly timeoutSeconds: number;
  /** PEM of an authority that is trusted besides the usual ones. */
  readonly ca: string | undefined;
}

/** A connection that is not there after this long is not to be had; sooner where a whole request may take less. */
const CONNECT_MS = 10_000;
const LEAST_CONNECT_MS = 1000;

/** Opens nothing yet; idle connections keep no process alive. */
export function openDispatcher({ origin, connections, timeoutSeconds, ca }: DispatcherOptions): Dispatcher {
  const trusted = ca === undefined ? {} : { ca: [...tls.getCACertificates('default'), ca] };
  return new Pool(origin, {
    connections,
    pipelining: 1,
    allowH2: false,
    // The transport has a deadline for the whole request.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { ...trusted, timeout: Math.max(LEAST_CONNECT_MS, Math.min(CONNECT_MS, timeoutSeconds * 500)) },
  });
}
