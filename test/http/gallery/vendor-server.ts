// The strict target of the sandbox as the service of one vendor, by what its documents say (vendor-habits.ts). What it refuses,
// and every limit that was exceeded, is noted: a template that fits its application causes none.
import nock from 'nock';
import type { Clock } from '../../../src/engine/ports.ts';
import { createRfcTarget } from '../../../src/sandbox/target/rfc-target.ts';
import { isScimRefusal, scimErrorBody } from '../../../src/sandbox/target/scim-error.ts';
import { isScimJson, readText, type ScimJson } from '../../../src/sandbox/target/scim-json.ts';
import type { ScimRequest, ScimResponse } from '../../../src/sandbox/target/scim-message.ts';
import { RequestCounter } from './request-counter.ts';
import { answerOf } from './vendor-answers.ts';
import { judge, memberChanges, type VendorHabits } from './vendor-habits.ts';

const HOST = 'http://scim.test:8080';
export const ROOT = `${HOST}/scim/v2`;
export const TOKEN = 'tok-123456-secret';

/** A vendor's service, as it stands and as it was used. */
export interface Vendor {
  readonly service: ReturnType<typeof createRfcTarget>;
  readonly counter: RequestCounter;
  /** What was refused, and what should not have been asked. */
  readonly refused: string[];
  /** Membership changes of each request that had any, by method. */
  readonly memberChanges: { readonly method: string; readonly changes: number }[];
  /** How many requests have arrived. */
  readonly received: () => number;
}

/** Answers everything at `ROOT` until nock is cleaned. */
export function serveVendor(habits: VendorHabits, clock: Clock): Vendor {
  const service = createRfcTarget({
    token: () => TOKEN,
    now: () => clock.now().getTime(),
    baseUrl: () => ROOT,
    pageCap: habits.pageCap ?? 100,
  });
  const refused: string[] = [];
  const counter = new RequestCounter(habits.limits ?? []);
  const changed: Vendor['memberChanges'] = [];
  const hidden = new Set<string>();
  let received = 0;
  let atOnce = 0;
  let writes = 0;

  const answer = (request: ScimRequest, bytes: number): ScimResponse => {
    const [endpoint = ''] = request.segments;
    if (request.method !== 'GET') {
      writes += 1;
      if (habits.atOnce !== undefined && writes % habits.atOnce.everyWrite === 0)
        return { status: 500, body: { detail: habits.atOnce.says } };
    }
    if (endpoint !== 'Users' && endpoint !== 'Groups') return service.handle(discovered(habits, request));
    const changes = endpoint === 'Groups' ? memberChanges(request) : 0;
    if (changes > 0) changed.push({ method: request.method, changes });
    judge(habits, request, endpoint, bytes);
    const result = answerOf(habits, service, request, endpoint, hidden);
    if (request.method !== 'GET') refused.push(...excesses(habits, service));
    return result;
  };
  const scope = nock(HOST).persist();
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
    scope.intercept(/^\/scim\/v2\//, method).reply(respond);
  return { service, counter, refused, memberChanges: changed, received: () => received };

  async function respond(request: Request): Promise<[number, nock.Body]> {
    received += 1;
    const at = clock.now().getTime();
    const url = new URL(request.url);
    const text = await request.text();
    const segments = url.pathname.slice('/scim/v2/'.length).split('/').map(decodeURIComponent);
    const bytes = Buffer.byteLength(text);
    counter.note({ method: request.method, endpoint: segments[0] ?? '', bytes, at });
    atOnce += 1;
    try {
      // Others of the same moment arrive before the first is answered.
      await new Promise((resolve) => setImmediate(resolve));
      if (habits.atOnce !== undefined && atOnce > habits.atOnce.requests) refused.push(`${atOnce} requests at once`);
      const headers = Object.fromEntries(request.headers);
      const readBody = (): unknown => JSON.parse(text);
      const parts = { method: request.method, segments, query: url.searchParams, headers, readBody };
      const result = answer(parts, bytes);
      return [result.status, (result.body ?? '') as nock.Body];
    } catch (error) {
      if (!isScimRefusal(error)) throw error;
      const { status, scimType } = error.refusal;
      // To ask for what is gone is no misuse, nor for a description that is not there.
      if (status !== 404 || request.method !== 'GET')
        refused.push(`${request.method} ${segments[0]}${url.search}: ${status} ${error.message} ${text}`);
      return [status, scimErrorBody(status, scimType, error.message) as nock.Body];
    } finally {
      atOnce -= 1;
    }
  }
}

function discovered({ discoveryAt }: VendorHabits, request: ScimRequest): ScimRequest {
  const [endpoint = ''] = request.segments;
  if (discoveryAt === undefined) return request;
  if (endpoint === discoveryAt) return { ...request, segments: ['ServiceProviderConfig'] };
  return endpoint === 'ServiceProviderConfig' ? { ...request, segments: ['NotHere'] } : request;
}

/** What no document allows to be stored. */
function excesses(habits: VendorHabits, service: Vendor['service']): string[] {
  const found: string[] = [];
  const sizeOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0);
  for (const name of habits.singleValued ?? [])
    for (const user of service.users()) if (sizeOf(user[name]) > 1) found.push(`${sizeOf(user[name])} ${name}`);
  if (habits.mostMembers === undefined && habits.mostGroups === undefined) return found;
  const groupsOf = new Map<string, number>();
  for (const group of service.groups()) {
    const members = Array.isArray(group['members']) ? group['members'].filter(isScimJson) : [];
    if (members.length > (habits.mostMembers ?? Number.MAX_SAFE_INTEGER)) found.push(`${members.length} members`);
    for (const id of members.map(({ value }: ScimJson) => readText(value)))
      groupsOf.set(id, (groupsOf.get(id) ?? 0) + 1);
  }
  const most = Math.max(0, ...groupsOf.values());
  if (most > (habits.mostGroups ?? Number.MAX_SAFE_INTEGER)) found.push(`${most} groups of one person`);
  return found;
}
