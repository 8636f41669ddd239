// Which proxy of the environment a request goes through: HTTPS_PROXY, HTTP_PROXY and NO_PROXY, as curl and Go read them. It
// opens no connection, and must not put the credentials of a proxy into a text.
import { BlockList, isIP } from 'node:net';
import { addressKind, bareHost } from './address.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The URL of the proxy for a request; undefined for a direct connection. This machine is always reached directly. */
export function proxyFor(url: URL, environment: Environment): string | undefined {
  const read = (name: string): string => environment[name.toLowerCase()]?.trim() || environment[name]?.trim() || '';
  const proxy = read(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (proxy === '' || isHere(url.hostname) || isExempt(url, read('NO_PROXY'))) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

/** A proxy as messages may name it; without its credentials. */
export function proxyName(proxy: string): string {
  return URL.canParse(proxy) ? new URL(proxy).host : 'the proxy';
}

/** Names and addresses of this machine, and link-local ones, which no proxy knows. */
function isHere(hostname: string): boolean {
  const bare = bareHost(hostname).toLowerCase();
  if (isIP(bare) === 0) return bare === 'localhost' || bare.endsWith('.localhost');
  const kind = addressKind(bare);
  return kind === 'loopback' || kind === 'forbidden';
}

function isExempt(url: URL, list: string): boolean {
  const host = bareHost(url.hostname).toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => matches(entry.toLowerCase(), host, port));
}

/** `*`, `host`, `.domain`, `*.domain`, an address, a range such as 10.0.0.0/8; all but the range also with `:port`. */
function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const range = /^(.+)\/(\d{1,3})$/.exec(entry);
  if (range !== null) return isInRange(host, range[1] ?? '', Number(range[2]));
  const [, name = entry, entryPort] = isIP(entry) === 6 ? [] : (/^\[?(.+?)\]?(?::(\d+))?$/.exec(entry) ?? []);
  if (entryPort !== undefined && entryPort !== port) return false;
  if (isIP(name) !== 0) return name === host;
  const domain = name.replace(/^\*?\./, '');
  return host === domain || host.endsWith(`.${domain}`);
}

function isInRange(host: string, network: string, prefix: number): boolean {
  const version = isIP(host);
  if (version === 0 || isIP(network) !== version || prefix > (version === 4 ? 32 : 128)) return false;
  const type = version === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(network, prefix, type);
  return list.check(host, type);
}
