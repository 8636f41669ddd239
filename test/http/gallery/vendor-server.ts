// The strict target of the sandbox with the habits of one vendor, as that vendor's documents tell them. A request that the
// vendor would refuse is refused, and noted: a template that fits its application causes none.
import nock from 'nock';
import type { Clock } from '../../../src/engine/ports.ts';
import { createRfcTarget } from '../../../src/sandbox/target/rfc-target.ts';
import { isScimRefusal, scimErrorBody, scimRefusal } from '../../../src/sandbox/target/scim-error.ts';
import { isScimJson, readText, type ScimJson } from '../../../src/sandbox/target/scim-json.ts';
import type { ScimRequest, ScimResponse } from '../../../src/sandbox/target/scim-message.ts';

const HOST = 'http://scim.test:8080';
export const ROOT = `${HOST}/scim/v2`;
export const TOKEN = 'tok-123456-secret';

/** What is documented of a vendor beyond the RFC. */
export interface VendorHabits {
  /** Top-level attributes that are taken. */
  readonly attributes: { readonly Users: readonly string[]; readonly Groups: readonly string[] };
  /** Attributes of users that a POST must have. */
  readonly required?: readonly string[];
  /** The only attributes that filters may name. */
  readonly filterable?: { readonly Users: readonly string[]; readonly Groups: readonly string[] };
  readonly pageCap: number;
  /** startIndex is refused, pages come by cursor and are short. */
  readonly cursorOnly?: boolean;
  /** Groups are answered without members. */
  readonly hidesMembers?: boolean;
  /** Membership changes in one request. */
  readonly mostMemberChanges?: number;
  /** Paths of a PATCH must not have a filter. */
  readonly plainPaths?: boolean;
  /** Multi-valued attributes of users take one element. */
  readonly singleValued?: boolean;
  /** An e-mail address as userName becomes a handle. */
  readonly handles?: boolean;
  /** active: false removes the account. */
  readonly disableRemoves?: boolean;
  /** Writes to /Users within any minute. */
  readonly userWritesPerMinute?: number;
  /** Requests at once; one more is answered 500 with `says`. */
  readonly atOnce?: { readonly requests: number; readonly says: string; readonly everyWrite: number };
}

/** A vendor's service, as it stands and as it was used. */
export interface Vendor {
  readonly service: ReturnType<typeof createRfcTarget>;
  /** What was refused. */
  readonly refused: string[];
}

/** Answers everything at `ROOT` until nock is cleaned. */
export function serveVendor(habits: VendorHabits, clock: Clock): Vendor {
  const service = createRfcTarget({
    token: () => TOKEN,
    now: () => clock.now().getTime(),
    baseUrl: () => ROOT,
    pageCap: habits.pageCap,
  });
  const refused: string[] = [];
  const writtenAt: number[] = [];
  let atOnce = 0;
  let writes = 0;

  const noteUserWrite = (): void => {
    const now = clock.now().getTime();
    writtenAt.push(now);
    const within = writtenAt.filter((at) => at > now - 60_000).length;
    if (within > (habits.userWritesPerMinute ?? Number.MAX_SAFE_INTEGER))
      refused.push(`${within} writes to users within a minute`);
  };
  const answer = (request: ScimRequest): ScimResponse => {
    const [endpoint = ''] = request.segments;
    const isUser = endpoint === 'Users';
    if (request.method !== 'GET') {
      writes += 1;
      if (habits.atOnce !== undefined && writes % habits.atOnce.everyWrite === 0)
        return { status: 500, body: { detail: habits.atOnce.says } };
      if (isUser) noteUserWrite();
    }
    if (endpoint !== 'Users' && endpoint !== 'Groups') return service.handle(request);
    const changes = endpoint === 'Groups' ? memberChanges(request) : 0;
    judge(habits, request, endpoint, changes);
    const result = pageOf(habits, service.handle(handled(habits, request, isUser)), request);
    if (isUser && habits.disableRemoves === true && result.body?.['active'] === false)
      service.handle({ ...request, method: 'DELETE' });
    return habits.hidesMembers === true && !isUser ? { ...result, ...hidden(result.body) } : result;
  };
  nock(HOST)
    .persist()
    .intercept(/^\/scim\/v2\//, 'GET')
    .reply(respond)
    .intercept(/^\/scim\/v2\//, 'POST')
    .reply(respond)
    .intercept(/^\/scim\/v2\//, 'PATCH')
    .reply(respond)
    .intercept(/^\/scim\/v2\//, 'DELETE')
    .reply(respond);
  return { service, refused };

  async function respond(request: Request): Promise<[number, nock.Body]> {
    const url = new URL(request.url);
    const text = await request.text();
    const segments = url.pathname.slice('/scim/v2/'.length).split('/').map(decodeURIComponent);
    atOnce += 1;
    try {
      // Others of the same moment arrive before the first is answered.
      await new Promise((resolve) => setImmediate(resolve));
      if (habits.atOnce !== undefined && atOnce > habits.atOnce.requests) refused.push(`${atOnce} requests at once`);
      const headers = Object.fromEntries(request.headers);
      const readBody = (): unknown => JSON.parse(text);
      const result = answer({ method: request.method, segments, query: url.searchParams, headers, readBody });
      return [result.status, (result.body ?? '') as nock.Body];
    } catch (error) {
      if (!isScimRefusal(error)) throw error;
      const { status, scimType } = error.refusal;
      // To ask for what is gone is no misuse.
      if (status !== 404 || request.method !== 'GET')
        refused.push(`${request.method} ${segments[0]}${url.search}: ${status} ${error.message} ${text}`);
      return [status, scimErrorBody(status, scimType, error.message) as nock.Body];
    } finally {
      atOnce -= 1;
    }
  }
}

type Operation = { readonly op: string; readonly path?: string; readonly value?: unknown };

function operationsOf(request: ScimRequest): readonly Operation[] {
  return request.method === 'PATCH' ? (request.readBody() as { Operations: Operation[] }).Operations : [];
}

const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 1);

function memberChanges(request: ScimRequest): number {
  if (request.method === 'POST') {
    const { members = [] } = request.readBody() as { members?: unknown[] };
    return members.length;
  }
  return operationsOf(request)
    .filter(({ path }) => path?.startsWith('members') === true)
    .reduce((sum, { value }) => sum + lengthOf(value), 0);
}

/** Throws what the vendor would refuse. */
function judge(habits: VendorHabits, request: ScimRequest, endpoint: 'Users' | 'Groups', changes: number): void {
  const { query, method } = request;
  const refuse = (detail: string): never => {
    throw scimRefusal(400, 'invalidValue', detail);
  };
  if (changes > (habits.mostMemberChanges ?? Number.MAX_SAFE_INTEGER)) refuse(`${changes} membership changes`);
  if (habits.cursorOnly === true && query.has('startIndex')) refuse('startIndex is not supported');
  const filtered = /^(\S+) eq /.exec(query.get('filter') ?? '')?.[1];
  if (filtered !== undefined && habits.filterable?.[endpoint].includes(filtered) === false)
    refuse(`no filter by ${filtered}`);
  const known = ['schemas', ...habits.attributes[endpoint]];
  const body = method === 'POST' ? (request.readBody() as ScimJson) : {};
  const named = [...Object.keys(body), ...operationsOf(request).map(({ path }) => /^\w+/.exec(path ?? '')?.[0] ?? '')];
  for (const name of named) if (!known.includes(name)) refuse(`${name} is not supported`);
  if (habits.plainPaths === true && operationsOf(request).some(({ path }) => path?.includes('[') === true))
    refuse('paths with filters are not supported');
  if (method !== 'POST' || endpoint !== 'Users') return;
  for (const name of habits.required ?? []) if (readDeep(body, name) === undefined) refuse(`${name} is required`);
  if (habits.singleValued === true && Object.values(body).some((value, index) => index > 0 && tooMany(value)))
    refuse('one value each');
}

const tooMany = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 1 && value.every((each) => isScimJson(each));

function readDeep(body: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, name) => (isScimJson(at) ? at[name] : undefined), body);
}

/** The request as the strict target is to see it: a cursor is a place, an address as userName a handle. */
function handled(habits: VendorHabits, request: ScimRequest, isUser: boolean): ScimRequest {
  const { query } = request;
  if (habits.cursorOnly === true && query.has('cursor')) {
    const startIndex = query.get('cursor') === '' ? '1' : (query.get('cursor') ?? '');
    return { ...request, query: new URLSearchParams({ startIndex, count: '40' }) };
  }
  if (habits.handles !== true || !isUser || request.method !== 'POST') return request;
  const body = request.readBody() as ScimJson;
  const userName = readText(body['userName']).split('@')[0] ?? '';
  return { ...request, readBody: () => ({ ...body, userName }) };
}

function pageOf(habits: VendorHabits, result: ScimResponse, { query }: ScimRequest): ScimResponse {
  if (habits.cursorOnly !== true || !query.has('cursor') || result.body === undefined) return result;
  const { startIndex, itemsPerPage, totalResults, ...body } = result.body;
  const next = Number(startIndex) + Number(itemsPerPage);
  const more = next <= Number(totalResults) ? { nextCursor: String(next) } : {};
  return { ...result, body: { ...body, totalResults: Number(itemsPerPage), ...more } };
}

function hidden(body: ScimJson | undefined): { body?: ScimJson } {
  if (body === undefined) return {};
  const without = ({ members: _members, ...group }: ScimJson): ScimJson => ({ ...group, members: [] });
  const { Resources } = body;
  if (Array.isArray(Resources)) return { body: { ...body, Resources: Resources.filter(isScimJson).map(without) } };
  return body['displayName'] === undefined ? { body } : { body: without(body) };
}
