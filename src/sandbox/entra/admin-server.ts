/**
 * The admin interface of a sandbox tenant: plain http, bound to 127.0.0.1, no token. It refuses requests that a web page could
 * have sent (foreign `Host`, any `Origin`), because it can change everything.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { federatedCredentialSchema } from './client-assertion.ts';
import { parseDuration } from './clock.ts';
import { faultsSchema } from './faults.ts';
import { BodyFault, headersOf, parseJson, readBody, sendReply } from './http-io.ts';
import type { GraphReply } from './request.ts';
import { settingsSchema } from './settings.ts';
import { synchronizationJobsBody } from './synchronization.ts';
import { changeSettings, resetTenant, serveTrusted, type TenantService } from './tenant-service.ts';

type Handler = (service: TenantService, body: unknown) => unknown;

const GRAPH_PREFIX = '/_emu/graph/v1.0';

const clockBody = z.strictObject({ advance: z.string() });
const revokeBody = z.strictObject({ cae: z.boolean().default(false) }).default({ cae: false });
const lifetimeBody = z.strictObject({ seconds: settingsSchema.shape.tokenLifetimeSeconds });
const permissionsBody = z.strictObject({ granted: z.array(z.string().regex(/^[A-Za-z.-]+$/)) });
const secretBody = z.strictObject({ value: z.string().min(8).optional(), expired: z.boolean().default(false) });

const trustBody = z.strictObject({
  certificates: z.array(z.string().includes('-----BEGIN CERTIFICATE-----')).default([]),
  federated: z.array(federatedCredentialSchema).default([]),
});

const HANDLERS: Readonly<Record<string, Handler>> = {
  'GET /_emu/log': (service) => service.log.list(),
  'DELETE /_emu/log': (service) => service.log.clear(),
  'GET /_emu/counters': (service) => ({ requests: service.log.counters(), impatient: service.throttle.impatient }),
  'GET /_emu/faults': (service) => service.faults.list(),
  'POST /_emu/faults': (service, body) => {
    service.faults.add(faultsSchema.parse(body));
    return service.faults.list();
  },
  'DELETE /_emu/faults': (service) => service.faults.clear(),
  'GET /_emu/clock': clockOf,
  'POST /_emu/clock': advanceClock,
  'GET /_emu/settings': (service) => service.tenant.settings,
  'POST /_emu/settings': (service, body) => changeSettings(service, changesOf(body)),
  'POST /_emu/revoke-tokens': (service, body) => service.tokens.revokeAll(revokeBody.parse(body).cae),
  'POST /_emu/token-lifetime': (service, body) =>
    changeSettings(service, { tokenLifetimeSeconds: lifetimeBody.parse(body).seconds }),
  'GET /_emu/permissions': (service) => ({ granted: [...service.tenant.granted] }),
  'POST /_emu/permissions': (service, body) => {
    service.tenant.granted = new Set(permissionsBody.parse(body).granted);
    return { granted: [...service.tenant.granted] };
  },
  'GET /_emu/synchronization-jobs': (service) => ({ jobs: service.tenant.synchronizationJobs }),
  'POST /_emu/synchronization-jobs': (service, body) => {
    service.tenant.synchronizationJobs = synchronizationJobsBody.parse(body).jobs;
    return { jobs: service.tenant.synchronizationJobs };
  },
  'POST /_emu/client-secret': (service, body) => {
    const { value, expired } = secretBody.parse(body);
    service.secret = { value: value ?? service.secret.value, expired };
  },
  'POST /_emu/client-trust': (service, body) => {
    service.trust = trustBody.parse(body);
  },
  'POST /_emu/expire-delta': (service) => {
    service.tenant.generation = randomUUID();
  },
  'POST /_emu/reset': (service) => resetTenant(service, randomUUID()),
};

/** Settings that were given, without the keys that were not. */
function changesOf(body: unknown): Partial<TenantService['tenant']['settings']> {
  const parsed = settingsSchema.partial().parse(body);
  return Object.fromEntries(Object.entries(parsed).filter(([, value]) => value !== undefined));
}

function clockOf(service: TenantService): unknown {
  const { clock } = service.tenant;
  return { now: clock.now().toISOString(), offsetMs: clock.offsetMs() };
}

function advanceClock(service: TenantService, body: unknown): unknown {
  const { advance } = clockBody.parse(body);
  const ms = parseDuration(advance);
  if (ms === undefined) throw new BodyFault(400, "advance must look like '31d', '8h' or '1d12h'.");
  service.tenant.clock.advance(ms);
  const purged = service.tenant.directory.sweepRecycleBin();
  return { now: service.tenant.clock.now().toISOString(), offsetMs: service.tenant.clock.offsetMs(), purged };
}

/** A server that is not listening yet. */
export function makeAdminServer(service: TenantService): Server {
  return createServer((request, response) => {
    void serve(service, request, response).catch(() => response.destroy());
  });
}

async function serve(service: TenantService, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const reply = await replyTo(service, request);
  const headers = { 'Cache-Control': 'no-store', ...reply.headers };
  await sendReply(request, response, { ...reply, headers }, undefined);
}

async function replyTo(service: TenantService, request: IncomingMessage): Promise<GraphReply> {
  const host = request.headers.host ?? '';
  if (!/^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(host) || request.headers.origin !== undefined) {
    return problem(403, 'The admin interface answers loopback clients only, and no web pages.');
  }
  try {
    const [path = '/', ...search] = (request.url ?? '/').split('?');
    const body = parseJson(await readBody(request));
    if (path.startsWith(`${GRAPH_PREFIX}/`)) return graphReply(service, request, path, search.join('?'), body);
    const handler = HANDLERS[`${request.method ?? 'GET'} ${path}`];
    if (handler === undefined) return problem(404, `There is no ${request.method ?? 'GET'} ${path.slice(0, 80)} here.`);
    const answer = handler(service, body);
    return answer === undefined
      ? { status: 204 }
      : { status: 200, headers: { 'Content-Type': 'application/json' }, body: answer };
  } catch (error) {
    if (error instanceof BodyFault) return problem(error.status, error.message);
    if (error instanceof z.ZodError) return problem(400, z.prettifyError(error));
    if (error instanceof SyntaxError) return problem(400, error.message);
    throw error;
  }
}

function graphReply(
  service: TenantService,
  request: IncomingMessage,
  path: string,
  search: string,
  body: unknown,
): GraphReply {
  const method = request.method ?? 'GET';
  const origin = `http://${request.headers.host ?? '127.0.0.1'}/_emu/graph`;
  const graphPath = path.slice(GRAPH_PREFIX.length);
  return serveTrusted(
    service,
    { method, path: graphPath, search, headers: headersOf(request), body, origin, roles: null },
    0,
  );
}

function problem(status: number, message: string): GraphReply {
  return {
    status,
    headers: { 'Content-Type': 'application/json' },
    body: { error: { code: 'SandboxAdmin', message } },
  };
}
