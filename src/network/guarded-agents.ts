// Connections for requests that carry credentials or personal data: the address is checked when the connection is made, so
// that a name which resolves to something else the second time is caught as well; a proxy of the environment is used where
// it says so; certificates are always verified. Sends nothing itself.
import { lookup as resolveName } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { Duplex } from 'node:stream';
import tls from 'node:tls';
import { isAllowed, isRefusedLiteral, type PrivateAddresses } from './address.ts';
import { proxyFor, proxyName } from './proxy.ts';

/** The code of the error with which a connection to an address that is not allowed is refused. */
export const ADDRESS_NOT_ALLOWED = 'ERR_ADDRESS_NOT_ALLOWED';

/** A certificate that proves this machine. */
export interface ClientCertificate {
  /** PEM: the certificate, then what it was issued by. */
  readonly certificate: string;
  /** PEM, without a password. */
  readonly key: string;
}

/** What connections may do. */
export interface ConnectionSettings {
  readonly privateAddresses: PrivateAddresses;
  /** PEM of an authority that is trusted besides the usual ones. */
  readonly ca?: string | undefined;
  readonly clientCertificate?: ClientCertificate | undefined;
  /** Where HTTPS_PROXY, HTTP_PROXY and NO_PROXY are read. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Connections that are kept open at most. */
  readonly maxSockets?: number;
}

/** The agents for one origin. */
export interface ConnectionAgents {
  readonly httpAgent: http.Agent;
  readonly httpsAgent: https.Agent;
  /** The proxy that is used; may hold credentials. */
  readonly proxy: string | undefined;
}

/** For messages about connections that failed: empty without a proxy, never its credentials. */
export function viaProxy({ proxy }: Pick<ConnectionAgents, 'proxy'>): string {
  return proxy === undefined ? '' : ` through the proxy ${proxyName(proxy)}`;
}

/** Agents for the origin of `url`, and for no other. A literal address in a URL is checked although a proxy is used. */
export function agentsFor(url: string, settings: ConnectionSettings): ConnectionAgents {
  const { privateAddresses, maxSockets } = settings;
  const proxy = proxyFor(new URL(url), settings.environment);
  const common = {
    keepAlive: true,
    ...(maxSockets === undefined ? {} : { maxSockets }),
    ...(proxy === undefined ? {} : { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } }),
  };
  return {
    httpAgent: guarded(new http.Agent(common), privateAddresses),
    httpsAgent: guarded(new https.Agent({ ...common, ...certificatesOf(settings) }), privateAddresses),
    proxy,
  };
}

/** What TLS trusts, and what proves this machine. */
export function certificatesOf({ ca, clientCertificate }: ConnectionSettings) {
  return {
    ...(ca === undefined ? {} : { ca: [...tls.getCACertificates('default'), ca] }),
    ...(clientCertificate === undefined ? {} : { cert: clientCertificate.certificate, key: clientCertificate.key }),
  };
}

function guarded<T extends http.Agent>(agent: T, privateAddresses: PrivateAddresses): T {
  const connect = agent.createConnection.bind(agent);
  // Node has read it by now. axios, which is told to use no proxy of its own, would go round the one of an agent that has it.
  const options: unknown = Reflect.get(agent, 'options');
  if (typeof options === 'object' && options !== null) Reflect.deleteProperty(options, 'proxyEnv');
  // With a proxy Node does not look the host up, and connects to the proxy without this lookup.
  const lookup = guardedLookup(privateAddresses);
  agent.createConnection = (wanted, callback) => {
    if (!isRefusedLiteral(String(wanted.host ?? ''), privateAddresses)) return connect({ ...wanted, lookup }, callback);
    queueMicrotask(() => callback?.(refusal(), new Duplex()));
    return undefined;
  };
  return agent;
}

/** Resolves a name to those of its addresses that are allowed; an error when none is. */
export function guardedLookup(privateAddresses: PrivateAddresses): LookupFunction {
  return (hostname, options, callback) => {
    resolveName(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, []);
      const allowed = addresses.filter(({ address }) => isAllowed(address, privateAddresses));
      const [first] = allowed;
      if (first === undefined) return callback(refusal(), []);
      if (options.all === true) return callback(null, allowed);
      callback(null, first.address, first.family);
    });
  };
}

/** The error with which such a connection is refused. */
export function refusal(): NodeJS.ErrnoException {
  return Object.assign(new Error('The address is not allowed.'), { code: ADDRESS_NOT_ALLOWED });
}
