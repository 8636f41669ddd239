// One GET that tells a monitoring service "this job works". The address is a secret (whoever knows it can say so too), so no
// message repeats any part of it.
import axios from 'axios';
import { ADDRESS_NOT_ALLOWED, type ConnectionAgents } from '../network/guarded-agents.ts';

/** Why a heartbeat did not arrive; the message never contains the address. */
export class HeartbeatFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'HeartbeatFault';
  }
}

const TIMEOUT_MS = 10_000;
const LOOPBACK = /^(localhost|\[::1\]|127\.\d{1,3}\.\d{1,3}\.\d{1,3})$/;

/**
 * Sends the GET, once, over the connections that `agentsFor` makes for the address. Redirects are followed within the same
 * origin only.
 * @throws HeartbeatFault when the address is not usable, or nobody answered with success.
 */
export async function sendHeartbeat(
  address: string,
  agentsFor: (url: string) => Pick<ConnectionAgents, 'httpAgent' | 'httpsAgent'>,
): Promise<void> {
  const url = checked(address);
  const { httpAgent, httpsAgent } = agentsFor(url.href);
  let leaves = false;
  const status = await axios
    .get<string>(url.href, {
      timeout: TIMEOUT_MS,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      httpAgent,
      httpsAgent,
      proxy: false,
      maxRedirects: 3,
      beforeRedirect: (options: Record<string, unknown>) => {
        leaves = new URL(String(options['href'])).origin !== url.origin;
        if (leaves) throw new HeartbeatFault(ELSEWHERE);
      },
      maxContentLength: 1024 * 1024,
      responseType: 'text',
      headers: { 'User-Agent': 'scimsync' },
      validateStatus: () => true,
    })
    .then(
      (answer) => answer.status,
      (error: unknown) => {
        throw leaves ? new HeartbeatFault(ELSEWHERE) : faultOf(error);
      },
    );
  if (status < 200 || status > 299) throw new HeartbeatFault(`The monitoring service answered ${status}.`);
}

const ELSEWHERE = 'The monitoring service redirects to another host; that is not followed.';

function checked(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null) throw new HeartbeatFault('What heartbeat.url points to is not a URL.');
  if (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname))) return url;
  throw new HeartbeatFault('The URL of the heartbeat must begin with https://.');
}

/** Keeps the code only: the message of an error may repeat the address. */
function faultOf(error: unknown): HeartbeatFault {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ECONNABORTED' || code === 'ERR_CANCELED' || code === 'ETIMEDOUT')
    return new HeartbeatFault('The monitoring service did not answer within 10 seconds.');
  if (code === ADDRESS_NOT_ALLOWED)
    return new HeartbeatFault('The monitoring service is at an address to which no connection is allowed.');
  const shown = /^[A-Z_]{1,40}$/.test(code) ? code : 'unknown';
  return new HeartbeatFault(`The monitoring service cannot be reached (${shown}).`);
}
