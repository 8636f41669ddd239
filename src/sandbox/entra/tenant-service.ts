/**
 * The tenant behind its sockets: checks the token, throttles, injects faults into batch items and hands requests to the
 * router. Synchronous; everything that waits or breaks connections is in the https server.
 */

import { DEFAULT_GRANTS } from './access.ts';
import { answerBatch } from './batch.ts';
import { type AssertionTrust, NO_TRUST } from './client-assertion.ts';
import type { TenantClock } from './clock.ts';
import { type FaultBook, makeFaultBook } from './faults.ts';
import { type GenerateOptions, generateTenant } from './generate.ts';
import { badRequest, GraphFault } from './graph-fault.ts';
import { makeTokenSealer } from './page-token.ts';
import type { GraphReply, GraphRequest } from './request.ts';
import { makeRequestLog, type RequestLog } from './request-log.ts';
import { answerGraph, faultReply } from './router.ts';
import { defaultSettings, type Settings } from './settings.ts';
import type { TenantState } from './tenant-state.ts';
import { costOf, makeThrottle, type Penalty, retryAfter, type Throttle } from './throttle.ts';
import { GRAPH_RESOURCE, type TokenServiceState } from './token-service.ts';
import { makeTokenAuthority, type TokenAuthority } from './tokens.ts';

/** Options a tenant is made from, and remade on reset. */
export interface ServiceOptions extends GenerateOptions {
  readonly pageSize?: number;
  readonly memberSliceSize?: number;
}

/** See the file's comment. */
export interface TenantService extends TokenServiceState {
  readonly options: ServiceOptions;
  tenant: TenantState;
  readonly tokens: TokenAuthority;
  secret: { readonly value: string; readonly expired: boolean };
  trust: AssertionTrust;
  readonly faults: FaultBook;
  readonly log: RequestLog;
  readonly throttle: Throttle;
}

/** Generates a tenant and everything around it; `generation` must differ from every earlier start. */
export function makeTenantService(options: ServiceOptions, clock: TenantClock, generation: string): TenantService {
  const tenant = makeState(options, clock, generation);
  return {
    options,
    tenant,
    tokens: makeTokenAuthority(tenant.identity, clock),
    secret: { value: tenant.identity.clientSecret, expired: false },
    trust: NO_TRUST,
    faults: makeFaultBook(),
    log: makeRequestLog(),
    throttle: makeThrottle(),
  };
}

/** Back to the generated directory, the caller's clock, default settings, no faults and an empty log. */
export function resetTenant(service: TenantService, generation: string): void {
  const { clock } = service.tenant;
  clock.reset();
  service.tenant = makeState(service.options, clock, generation);
  service.secret = { value: service.tenant.identity.clientSecret, expired: false };
  service.trust = NO_TRUST;
  service.faults.clear();
  service.log.clear();
  service.throttle.reset();
}

function makeState(options: ServiceOptions, clock: TenantClock, generation: string): TenantState {
  const generated = generateTenant(options, () => clock.now());
  const sizes: { pageSize?: number; memberSliceSize?: number } = {};
  if (options.pageSize !== undefined) sizes.pageSize = options.pageSize;
  if (options.memberSliceSize !== undefined) sizes.memberSliceSize = options.memberSliceSize;
  return {
    ...generated,
    clock,
    sealer: makeTokenSealer(`page tokens ${options.seed}`),
    settings: defaultSettings(sizes),
    generation,
    granted: new Set(DEFAULT_GRANTS),
    synchronizationJobs: [],
  };
}

/** Resources a token may be for: Microsoft Graph, or the sandbox under the name the client uses. */
export function audiencesOf(origin: string): readonly string[] {
  return [GRAPH_RESOURCE, origin, new URL(origin).hostname === 'localhost' ? 'https://localhost' : origin];
}

/** Checks the token of a request and answers it, or each item of it when it is a batch. */
export function serveGraph(service: TenantService, request: Omit<GraphRequest, 'roles'>, seq: number): GraphReply {
  const { tenant } = service;
  try {
    const claims = service.tokens.check(request.headers['authorization'], audiencesOf(request.origin), request.origin);
    const roles = new Set(claims.roles.filter((role) => tenant.granted.has(role)));
    return serveTrusted(service, { ...request, roles }, seq);
  } catch (error) {
    if (error instanceof GraphFault) return faultReply(tenant, request, error);
    throw error;
  }
}

/** As `serveGraph` for a caller whose permissions are known. */
export function serveTrusted(service: TenantService, request: GraphRequest, seq: number): GraphReply {
  if (request.path !== '/$batch' && request.path !== '/%24batch') return serveOne(service, request);
  try {
    if (request.method !== 'POST') throw new GraphFault(405, 'Request_BadRequest', 'A batch must be sent by POST.');
    if (request.search !== '') throw badRequest('A batch has no query options.');
    return answerBatch(request, (item) => serveItem(service, item, seq));
  } catch (error) {
    if (error instanceof GraphFault) return faultReply(service.tenant, request, error);
    throw error;
  }
}

function serveItem(service: TenantService, item: GraphRequest, seq: number): GraphReply {
  const url = `/v1.0${item.path}${item.search === '' ? '' : `?${item.search}`}`;
  const action = service.faults.take({ method: item.method, url, seq, inBatch: true });
  if (action?.status !== undefined)
    return injectedReply(service, item, action.status, action.headers ?? {}, action.body);
  return serveOne(service, item);
}

function serveOne(service: TenantService, request: GraphRequest): GraphReply {
  const { tenant, throttle } = service;
  const cost = costOf(request.path, request.search);
  const now = tenant.clock.now();
  const penalty = request.roles === null ? undefined : throttle.spend(cost, now.getTime(), tenant.settings);
  if (penalty !== undefined) return throttledReply(tenant, request, penalty, now);
  const reply = answerGraph(tenant, request);
  const load = throttle.load(tenant.settings);
  const near = load > 0.8 ? { 'x-ms-throttle-limit-percentage': load.toFixed(1) } : {};
  return { ...reply, headers: { 'x-ms-resource-unit': String(cost), ...near, ...reply.headers } };
}

/** An injected status with the body Graph would have sent with it, unless the fault brings its own. */
export function injectedReply(
  service: TenantService,
  request: Pick<GraphRequest, 'headers'>,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: unknown,
): GraphReply {
  if (body !== undefined) return { status, headers, body };
  if (status < 400) return { status, headers };
  if (status === 429) return tooManyRequests(service.tenant, request, headers);
  const codes: Readonly<Record<number, string>> = {
    401: 'InvalidAuthenticationToken',
    403: 'Authorization_RequestDenied',
    404: 'Request_ResourceNotFound',
    410: 'SyncStateNotFound',
    500: 'InternalServerError',
    503: 'ServiceUnavailable',
    504: 'GatewayTimeout',
  };
  const message = 'A fault that was injected through the admin interface of the sandbox.';
  return faultReply(service.tenant, request, { status, code: codes[status] ?? 'UnknownError', message, headers });
}

function throttledReply(tenant: TenantState, request: GraphRequest, penalty: Penalty, now: Date): GraphReply {
  const { clientId, tenantId } = tenant.identity;
  return tooManyRequests(tenant, request, {
    ...retryAfter(penalty, tenant.settings.retryAfterForm, now),
    'x-ms-throttle-scope': `Tenant_Application/ReadWrite/${clientId}/${tenantId}`,
    'x-ms-throttle-information': 'ResourceUnitLimitExceeded',
  });
}

function tooManyRequests(
  tenant: TenantState,
  request: Pick<GraphRequest, 'headers'>,
  headers: Readonly<Record<string, string>>,
): GraphReply {
  const reply = faultReply(tenant, request, { status: 429, code: '429', message: 'Please retry after', headers });
  const { error } = reply.body as { error: { innerError?: object } };
  const innerError = { code: '429', message: 'Please retry after', status: '429', ...error.innerError };
  return { ...reply, body: { error: { code: 'TooManyRequests', innerError, message: 'Please retry again later.' } } };
}

/** Changes some settings and keeps the others. */
export function changeSettings(service: TenantService, changes: Partial<Settings>): Settings {
  service.tenant.settings = { ...service.tenant.settings, ...changes };
  return service.tenant.settings;
}
