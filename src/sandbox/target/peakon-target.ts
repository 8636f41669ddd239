// The Peakon target, after Peakon's public documents. Served under /api/scim/v2 and /scim/v2; users only; the operations
// that the reference lists and no others. *Assumed*, as undocumented: the error body is SCIM's, PUT replaces, `active`
// left out means false, unknown attributes are passed over, `active` may be the text "True"/"False", pages are cut at
// 100, an exceeded limit is 429 with Retry-After, what stands in PeakonSwitches. None of this proves how Peakon behaves.
import { isDeepStrictEqual } from 'node:util';
import { BULK_MAX_OPERATIONS, readBulkRequest, runBulk } from './bulk.ts';
import { schemas, serviceProviderConfig } from './discovery.ts';
import { findIds, listResponse, readPage } from './list-response.ts';
import { applyPatch, readPatchOperations } from './patch.ts';
import { type PeakonAttribute, peakonUserType } from './peakon-attributes.ts';
import { parsePeakonFilter } from './peakon-filter.ts';
import * as rules from './peakon-rules.ts';
import type { PeakonSwitches } from './peakon-switches.ts';
import { createRateWindow, type RateLimit, type RateWindow } from './rate-window.ts';
import { createResourceStore, type ResourceStore, type StoredResource } from './resource-store.ts';
import { renderResource } from './rfc-resources.ts';
import { ENTERPRISE_URN } from './schema-data.ts';
import type { ResourceTypeDefinition } from './schema-definition.ts';
import { normaliseResource } from './schema-validate.ts';
import { scimRefusal } from './scim-error.ts';
import { isScimJson, readText, type ScimJson } from './scim-json.ts';
import {
  methodNotAllowed,
  requireBearer,
  type ScimRequest,
  type ScimResponse,
  type ScimService,
} from './scim-message.ts';

/** What the Peakon target is made of. */
export interface PeakonTargetOptions {
  /** The accepted token; asked for every request, so that it can be replaced. */
  readonly token: () => string;
  readonly now: () => number;
  readonly baseUrl: () => string;
  readonly pageCap: number;
  /** Read at every request, so that a switch can be moved while the target runs. */
  readonly switches: PeakonSwitches;
  readonly rateLimit: RateLimit;
  readonly table: readonly PeakonAttribute[];
  /** Largest request body in bytes, as ServiceProviderConfig says it for Bulk. */
  readonly maxBodyBytes: number;
}

interface World extends PeakonTargetOptions {
  readonly type: ResourceTypeDefinition;
  readonly store: ResourceStore;
  readonly rate: RateWindow;
}

/** Makes the service; nothing is stored outside of it. */
export function createPeakonTarget(options: PeakonTargetOptions): ScimService {
  const store = createResourceStore({
    indexes: [
      { key: 'username', caseExact: false, valuesOf: (attributes) => [attributes['userName']] },
      { key: 'emails.value', caseExact: false, valuesOf: rules.emailValues },
      { key: 'externalid', caseExact: true, valuesOf: (attributes) => [attributes['externalId']] },
      {
        key: `${ENTERPRISE_URN.toLowerCase()}:employeenumber`,
        caseExact: false,
        valuesOf: (attributes) => [rules.employeeNumber(attributes)],
      },
    ],
    referencesOf: (attributes) => rules.referencesOf(options.table, attributes),
    now: options.now,
  });
  const rate = createRateWindow(options.rateLimit);
  const world: World = { ...options, type: peakonUserType(options.table), store, rate };
  return {
    roots: ['/api/scim/v2', '/scim/v2'],
    mediaType: (accept) => (accept?.includes('application/scim+json') ? 'application/scim+json' : 'application/json'),
    handle: (request) => route(world, request),
    users: () => store.ids().map((id) => renderId(world, id)),
    groups: () => [],
    seed: (resources) => seed(world, resources),
    reset() {
      store.clear();
      rate.clear();
    },
  };
}

function render(world: World, stored: StoredResource): ScimJson {
  const attributes = rules.toWire(world, stored.attributes);
  return renderResource(world.type, { ...stored, attributes }, world.baseUrl(), undefined);
}

function renderId(world: World, id: string): ScimJson {
  const stored = world.store.get(id);
  return stored ? render(world, stored) : {};
}

/** Accounts of an import: stored in two passes, so that managers may stand after their reports. */
function seed(world: World, resources: readonly ScimJson[]): void {
  const judged = resources.map((resource) => {
    const urns = [world.type.core.id, ...world.type.extensions.map(({ id }) => id)];
    const attributes = normaliseResource(world.type, { active: true, ...resource, schemas: urns });
    return { attributes: rules.checkEmail(attributes), id: resource['id'] };
  });
  const made = judged.map(({ attributes, id }) => {
    if (rules.duplicatesOf(world.store, attributes, undefined).length > 0) {
      throw new Error(`There is already an employee like ${readText(attributes['userName'])}.`);
    }
    const bare = Object.fromEntries(Object.entries(attributes).filter(([name]) => !name.startsWith('urn:')));
    const kept = rules.employeeNumber(attributes);
    const first = kept === undefined ? bare : { ...bare, [ENTERPRISE_URN]: { employeeNumber: kept } };
    return { attributes, stored: world.store.insert(first, typeof id === 'string' ? id : undefined) };
  });
  for (const { attributes, stored } of made) {
    const complete = rules.toStored(world, attributes, {});
    if (!isDeepStrictEqual(complete, stored.attributes)) world.store.replace(stored.id, complete);
  }
}

function charge(world: World, cost: number): void {
  const waitMs = world.rate.charge(cost, world.now());
  if (waitMs === 0) return;
  throw scimRefusal(429, undefined, 'Too many operations in the last hour.', {
    'retry-after': String(Math.ceil(waitMs / 1000)),
  });
}

function route(world: World, request: ScimRequest): ScimResponse {
  const [endpoint = '', id, ...deeper] = request.segments;
  if (deeper.length > 0) throw scimRefusal(404, undefined, 'There is nothing at this path.');
  switch (endpoint) {
    case 'Users':
      requireBearer(request, world.token());
      charge(world, 1);
      return routeUsers(world, request, id);
    case 'Bulk':
      requireBearer(request, world.token());
      return bulk(world, request);
    case 'ServiceProviderConfig':
    case 'Schemas':
      charge(world, 1);
      return discover(world, request, endpoint, id);
    default:
      throw scimRefusal(404, undefined, `There is no endpoint "/${endpoint}".`);
  }
}

function discover(
  world: World,
  request: ScimRequest,
  endpoint: 'ServiceProviderConfig' | 'Schemas',
  id: string | undefined,
): ScimResponse {
  if (request.method !== 'GET') throw methodNotAllowed(request.method, ['GET']);
  const base = world.baseUrl();
  if (endpoint === 'Schemas') {
    return { status: 200, body: schemas([world.type.core, ...world.type.extensions], id, base) };
  }
  const capabilities = {
    bulk: { maxOperations: BULK_MAX_OPERATIONS, maxPayloadSize: world.maxBodyBytes },
    sort: false,
    etag: false,
    maxResults: world.pageCap,
    authenticationNote: 'The company token of the employee provisioning integration.',
  };
  return { status: 200, body: serviceProviderConfig(capabilities, base) };
}

function bulk(world: World, request: ScimRequest): ScimResponse {
  if (request.method !== 'POST') throw methodNotAllowed(request.method, ['POST']);
  const message = readBulkRequest(request.readBody());
  charge(world, Math.max(1, message.operations.length));
  const body = runBulk(message, ['Users'], (method, segments, data) =>
    routeUsers(
      world,
      { ...request, method, segments, query: new URLSearchParams(), readBody: () => data },
      segments[1],
    ),
  );
  return { status: 200, body };
}

function routeUsers(world: World, request: ScimRequest, id: string | undefined): ScimResponse {
  if (id === '.search') throw scimRefusal(404, undefined, 'There is no search endpoint.');
  if (id === undefined) {
    if (request.method === 'GET') return list(world, request.query);
    if (request.method === 'POST') return create(world, request);
    throw methodNotAllowed(request.method, ['GET', 'POST']);
  }
  const stored = world.store.get(id);
  if (!stored) throw scimRefusal(404, undefined, `There is no user "${id}".`);
  switch (request.method) {
    case 'GET':
      return { status: 200, body: render(world, stored) };
    case 'PUT':
      return put(world, request, stored);
    case 'PATCH':
      return patch(world, request, stored);
    case 'DELETE':
      return remove(world, stored.id);
    default:
      throw methodNotAllowed(request.method, ['GET', 'PUT', 'PATCH', 'DELETE']);
  }
}

function list(world: World, query: URLSearchParams): ScimResponse {
  const page = readPage(query, world.pageCap);
  const text = query.get('filter');
  const filter = text === null ? undefined : parsePeakonFilter(world.type, text);
  const found = findIds(world.store, filter, (stored) => ({
    ...rules.toWire(world, stored.attributes),
    id: stored.id,
  }));
  const ids = found.slice(page.startIndex - 1, page.startIndex - 1 + page.count);
  const resources = ids.map((id) => renderId(world, id));
  return { status: 200, body: listResponse(resources, found.length, page.startIndex) };
}

function readUser(world: World, request: ScimRequest): ScimJson {
  const attributes = normaliseResource(world.type, request.readBody());
  return rules.checkEmail({ active: false, ...attributes });
}

function located(world: World, status: number, stored: StoredResource): ScimResponse {
  const body = render(world, stored);
  const meta = body['meta'];
  return { status, headers: isScimJson(meta) ? { location: readText(meta['location']) } : {}, body };
}

function refuseDuplicates(duplicates: readonly string[]): void {
  if (duplicates.length === 0) return;
  const what = 'There is already an employee with this userName, e-mail, externalId or employeeNumber.';
  throw scimRefusal(409, 'uniqueness', what);
}

function create(world: World, request: ScimRequest): ScimResponse {
  const attributes = readUser(world, request);
  const duplicates = rules.duplicatesOf(world.store, attributes, undefined);
  const [only, ...others] = duplicates;
  const twin = only === undefined ? undefined : world.store.get(only);
  if (twin && others.length === 0 && world.switches.duplicateOnPost === 'adopt') return adopt(world, twin, attributes);
  refuseDuplicates(duplicates);
  return located(world, 201, world.store.insert(rules.toStored(world, attributes, {})));
}

/** The record of an import becomes the one that was posted; what the POST does not name stays. */
function adopt(world: World, twin: StoredResource, attributes: ScimJson): ScimResponse {
  const merged: ScimJson = { ...rules.toWire(world, twin.attributes) };
  for (const [name, value] of Object.entries(attributes)) {
    const held = merged[name];
    merged[name] = name.startsWith('urn:') && isScimJson(held) && isScimJson(value) ? { ...held, ...value } : value;
  }
  return located(world, 200, world.store.replace(twin.id, rules.toStored(world, merged, twin.attributes)));
}

function put(world: World, request: ScimRequest, stored: StoredResource): ScimResponse {
  const attributes = readUser(world, request);
  refuseDuplicates(rules.duplicatesOf(world.store, attributes, stored.id));
  return { status: 200, body: render(world, write(world, stored, attributes)) };
}

function write(world: World, stored: StoredResource, attributes: ScimJson): StoredResource {
  const next = rules.toStored(world, attributes, stored.attributes);
  return isDeepStrictEqual(next, stored.attributes) ? stored : world.store.replace(stored.id, next);
}

function patch(world: World, request: ScimRequest, stored: StoredResource): ScimResponse {
  const operations = readPatchOperations(request.readBody());
  const spaced = operations.find(({ path }) => path?.replace(/\[.*\]/s, '').includes(' '));
  if (spaced && world.switches.pathWithSpace === '400') {
    throw scimRefusal(400, 'invalidPath', `"${spaced.path}" holds a space.`);
  }
  const before = rules.toWire(world, stored.attributes);
  const attributes = rules.alignEmail(applyPatch(world.type, before, operations), before);
  refuseDuplicates(rules.duplicatesOf(world.store, attributes, stored.id));
  const written = write(world, stored, attributes);
  return world.switches.patchAnswer === '204' ? { status: 204 } : { status: 200, body: render(world, written) };
}

function remove(world: World, id: string): ScimResponse {
  world.store.remove(id);
  for (const referrer of world.store.referrersOf(id)) {
    const attributes = world.store.get(referrer)?.attributes;
    if (attributes) world.store.replace(referrer, rules.withoutReferencesTo(world, attributes, id));
  }
  return { status: 204 };
}
