// Stands between the program and its target and stops the program at a chosen request: before the target has seen it, or
// after the target has carried it out and before the program hears of it. No clock is involved.
import { createServer, type IncomingMessage, type ServerResponse, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

/** At which request of the program it is stopped. */
export interface Moment {
  /** From 1. */
  readonly request: number;
  readonly moment: 'before' | 'after';
}

/** See the comment of the file. */
export interface KillingProxy extends AsyncDisposable {
  /** The address that the configuration gets. */
  readonly url: string;
  /** Stops whatever runs next at this moment; resolves when it has come. */
  arm(moment: Moment, kill: () => void): Promise<void>;
  /** Lets everything through. */
  disarm(): void;
  /** Requests since it was armed or disarmed. */
  seen(): number;
  /** Requests that the target has not answered yet. */
  passing(): number;
}

/** Told of a request that is passed on; what it answers is called when the target has answered, or will not. */
export type Watch = (method: string, path: string) => () => void;

interface Trap extends Moment {
  readonly spring: () => void;
}

/** Starts a proxy before the target at `origin`; `path` is the SCIM root. */
export async function startKillingProxy(origin: string, path: string, watch?: Watch): Promise<KillingProxy> {
  let trap: Trap | undefined;
  let seen = 0;
  let passing = 0;
  const passOn = (request: IncomingMessage, answerTo: () => ServerResponse | undefined, carriedOut?: () => void) => {
    const told = watch?.(request.method ?? 'GET', request.url ?? '/');
    passing += 1;
    forward(origin, request, answerTo, carriedOut, () => {
      passing -= 1;
      told?.();
    });
  };
  const server = createServer((request, response) => {
    seen += 1;
    const sprung = trap !== undefined && seen >= trap.request ? trap : undefined;
    if (sprung === undefined) return passOn(request, () => response);
    if (sprung.moment === 'before') return sprung.spring();
    return passOn(request, () => undefined, sprung.spring);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    arm(moment, kill) {
      seen = 0;
      return new Promise((resolve) => {
        const spring = (): void => {
          kill();
          resolve();
        };
        trap = { ...moment, spring };
      });
    },
    disarm() {
      trap = undefined;
      seen = 0;
    },
    seen: () => seen,
    passing: () => passing,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

/** Passes a request on; the answer goes to `answerTo()`, or nowhere. */
function forward(
  origin: string,
  request: IncomingMessage,
  answerTo: () => ServerResponse | undefined,
  carriedOut: (() => void) | undefined,
  ended: () => void,
): void {
  const { host: _host, ...headers } = request.headers;
  const passed = sendRequest(new URL(request.url ?? '/', origin), { method: request.method ?? 'GET', headers });
  // `close` comes once, after the answer or without one.
  passed.once('close', ended);
  request.once('aborted', () => passed.destroy());
  passed.on('response', (answer) => {
    carriedOut?.();
    const response = answerTo();
    if (response === undefined) {
      answer.resume();
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  passed.on('error', () => request.destroy());
  request.pipe(passed);
}
