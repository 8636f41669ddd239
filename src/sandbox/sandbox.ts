// Starts the whole sandbox: a local Entra tenant, SCIM targets, and one admin address for all of them. State is in
// memory and ends with it; everything listens on 127.0.0.1.
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  request as sendRequest,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { type EntraTenant, startEntraTenant, type TenantOptions } from './entra/tenant.ts';
import { handleTargetAdmin } from './target/admin.ts';
import { type SandboxTarget, type ScimTargetOptions, startScimTarget } from './target/scim-server.ts';

/** What is started. */
export interface SandboxOptions extends TenantOptions {
  readonly targets: readonly SandboxTarget['kind'][];
  readonly graphPort?: number;
  readonly adminPort?: number;
  /** Port of the first target; further ones take any free port. */
  readonly targetPort?: number;
  readonly peakon?: Pick<ScimTargetOptions, 'switches' | 'rateLimit' | 'latencyMs'>;
}

/** A running sandbox. */
export interface Sandbox {
  readonly tenant: EntraTenant;
  readonly targets: readonly SandboxTarget[];
  /** For instance `http://127.0.0.1:41235`. */
  readonly adminUrl: string;
  close(): Promise<void>;
}

/** Starts the sandbox; rejects when a port is taken, leaving nothing running. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { targets: kinds, graphPort, adminPort, targetPort, peakon, ...content } = options;
  const running: { close(): Promise<void> }[] = [];
  try {
    const tenant = await startEntraTenant({ ...content, port: graphPort ?? 0 });
    running.push(tenant);
    const targets: SandboxTarget[] = [];
    for (const [index, kind] of kinds.entries()) {
      const target = await startScimTarget({
        kind,
        port: index === 0 ? targetPort : 0,
        ...(kind === 'peakon' ? peakon : {}),
      });
      running.push(target);
      targets.push(target);
    }
    const admin = createServer((request, response) => serveAdmin(tenant, targets, request, response));
    const port = await listen(admin, adminPort ?? 0);
    running.push({ close: () => stop(admin) });
    return { tenant, targets, adminUrl: `http://127.0.0.1:${port}`, close: () => closeAll(running) };
  } catch (error) {
    await closeAll(running);
    throw error;
  }
}

async function closeAll(running: readonly { close(): Promise<void> }[]): Promise<void> {
  await Promise.all(running.map((each) => each.close()));
}

/** Loopback clients only, and no web pages: a page could otherwise edit the directory with the reader's browser. */
function isLocal(request: IncomingMessage): boolean {
  return (
    /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(request.headers.host ?? '') && request.headers.origin === undefined
  );
}

function serveAdmin(
  tenant: EntraTenant,
  targets: readonly SandboxTarget[],
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  if (!isLocal(request)) {
    response.writeHead(403).end();
    return;
  }
  if (targets.some((target) => handleTargetAdmin(target, request, response, path))) return;
  forward(tenant.adminUrl, request, response);
}

/** Everything that is not about a target is the tenant's. */
function forward(origin: string, request: IncomingMessage, response: ServerResponse): void {
  const { host: _host, ...headers } = request.headers;
  const forwarded = sendRequest(
    new URL(request.url ?? '/', origin),
    { method: request.method ?? 'GET', headers },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  forwarded.on('error', () => response.destroy());
  request.pipe(forwarded);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
