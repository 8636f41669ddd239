// The strict target: RFC 7643 and RFC 7644 taken at their word. Users, groups, discovery, filters, sorting, paging,
// PATCH, Bulk, entity tags; /Me and searches over all types are answered 501. A PATCH is answered 200 with the resource.
import { isDeepStrictEqual } from 'node:util';
import { BULK_MAX_OPERATIONS, readBulkRequest, runBulk } from './bulk.ts';
import { type Capabilities, resourceTypes, schemas, serviceProviderConfig } from './discovery.ts';
import { checkIfMatch, entityTag, isNotModified } from './entity-tag.ts';
import { parseFilter } from './filter.ts';
import { mentionsAttribute } from './filter-evaluate.ts';
import { findIds, listResponse, readPage, sortIds } from './list-response.ts';
import { applyPatch, readPatchOperations } from './patch.ts';
import { type Projection, readProjection } from './projection.ts';
import { MAX_BODY_BYTES } from './request-body.ts';
import type { StoredResource } from './resource-store.ts';
import { createRfcCollections, type RfcCollection, type RfcCollections } from './rfc-resources.ts';
import { normaliseResource } from './schema-validate.ts';
import { scimRefusal } from './scim-error.ts';
import { isScimJson, readMember, readText, type ScimJson } from './scim-json.ts';
import {
  methodNotAllowed,
  requireBearer,
  type ScimRequest,
  type ScimResponse,
  type ScimService,
} from './scim-message.ts';

/** What the strict target is made of. */
export interface RfcTargetOptions {
  /** The accepted token; asked for every request, so that it can be replaced. */
  readonly token: () => string;
  readonly now: () => number;
  readonly baseUrl: () => string;
  /** Most resources in one page. */
  readonly pageCap: number;
}

const NOT_THERE = new Set(['Me', '.search']);

/** Makes the service; nothing is stored outside of it. */
export function createRfcTarget(options: RfcTargetOptions): ScimService {
  const collections = createRfcCollections(options.now, options.baseUrl);
  const world = { ...options, collections };
  const all = ({ store, render }: RfcCollection): ScimJson[] =>
    store.ids().flatMap((id) => {
      const stored = store.get(id);
      return stored ? [render(stored, () => true)] : [];
    });
  return {
    roots: ['/scim/v2'],
    mediaType: () => 'application/scim+json',
    handle(request) {
      requireBearer(request, options.token());
      return route(world, request);
    },
    users: () => all(collections.users),
    groups: () => all(collections.groups),
    seed: (resources) => seed(collections, resources),
    reset() {
      collections.users.store.clear();
      collections.groups.store.clear();
    },
  };
}

interface World extends RfcTargetOptions {
  readonly collections: RfcCollections;
}

function seed(collections: RfcCollections, resources: readonly ScimJson[]): void {
  for (const resource of resources) {
    const collection = resource['userName'] === undefined ? collections.groups : collections.users;
    const urns = [collection.type.core.id, ...collection.type.extensions.map(({ id }) => id)];
    const attributes = normaliseResource(collection.type, { ...resource, schemas: urns });
    const id = typeof resource['id'] === 'string' ? resource['id'] : undefined;
    if (id !== undefined && collection.store.get(id)) throw new Error(`There is already a resource with id ${id}.`);
    collection.store.insert(collection.prepare(attributes, undefined, {}), id);
  }
}

function route(world: World, request: ScimRequest): ScimResponse {
  const [endpoint = '', id, ...deeper] = request.segments;
  if (deeper.length > 0) throw scimRefusal(404, undefined, 'There is nothing at this path.');
  if (endpoint === 'Users') return routeCollection(world, world.collections.users, request, id);
  if (endpoint === 'Groups') return routeCollection(world, world.collections.groups, request, id);
  if (endpoint === 'Bulk' && id === undefined) return bulk(world, request);
  if (NOT_THERE.has(endpoint)) throw scimRefusal(501, undefined, `/${endpoint} is not implemented here.`);
  return discover(world, request, endpoint, id);
}

function bulk(world: World, request: ScimRequest): ScimResponse {
  if (request.method !== 'POST') throw methodNotAllowed(request.method, ['POST']);
  const { authorization } = request.headers;
  const headers = authorization === undefined ? {} : { authorization };
  const body = runBulk(readBulkRequest(request.readBody()), ['Users', 'Groups'], (method, segments, data) =>
    route(world, { method, segments, query: new URLSearchParams(), headers, readBody: () => data }),
  );
  return { status: 200, body };
}

function discover(world: World, request: ScimRequest, endpoint: string, id: string | undefined): ScimResponse {
  const base = world.baseUrl();
  const types = [world.collections.users.type, world.collections.groups.type];
  const schemaList = types.flatMap((type) => [type.core, ...type.extensions]);
  const answers: Record<string, () => ScimJson> = {
    ServiceProviderConfig: () => serviceProviderConfig(capabilities(world.pageCap), base),
    ResourceTypes: () => resourceTypes(types, id, base),
    Schemas: () => schemas(schemaList, id, base),
  };
  const answer = answers[endpoint];
  if (!answer) throw scimRefusal(404, undefined, `There is no endpoint "/${endpoint}".`);
  if (request.method !== 'GET') throw methodNotAllowed(request.method, ['GET']);
  if (request.query.has('filter')) throw scimRefusal(403, undefined, 'Discovery cannot be filtered.');
  return { status: 200, body: answer() };
}

function capabilities(pageCap: number): Capabilities {
  const authenticationNote = 'The token that the sandbox prints, in the Authorization header.';
  const bulk = { maxOperations: BULK_MAX_OPERATIONS, maxPayloadSize: MAX_BODY_BYTES };
  return { bulk, sort: true, etag: true, maxResults: pageCap, authenticationNote };
}

function routeCollection(
  world: World,
  collection: RfcCollection,
  request: ScimRequest,
  id: string | undefined,
): ScimResponse {
  const projection = readProjection(collection.type, request.query);
  if (id === '.search') return search(world, collection, request);
  if (id === undefined) {
    if (request.method === 'GET') return list(world, collection, request.query, projection);
    if (request.method === 'POST') return create(collection, request, projection);
    throw methodNotAllowed(request.method, ['GET', 'POST']);
  }
  const stored = collection.store.get(id);
  if (!stored) throw scimRefusal(404, undefined, `There is no ${collection.type.name} "${id}".`);
  switch (request.method) {
    case 'GET':
      if (isNotModified(request, stored.version)) return { status: 304, headers: { etag: entityTag(stored.version) } };
      return answer(200, collection, stored, projection);
    case 'PUT':
      return put(collection, request, stored, projection);
    case 'PATCH':
      return patch(collection, request, stored, projection);
    case 'DELETE':
      checkIfMatch(request, stored.version);
      collection.remove(stored.id);
      return { status: 204 };
    default:
      throw methodNotAllowed(request.method, ['GET', 'PUT', 'PATCH', 'DELETE']);
  }
}

function answer(
  status: number,
  collection: RfcCollection,
  stored: StoredResource,
  projection: Projection,
): ScimResponse {
  const headers: Record<string, string> = { etag: entityTag(stored.version) };
  const body = collection.render(stored, projection.wants);
  const meta = body['meta'];
  if (isScimJson(meta)) headers['location'] = readText(meta['location']);
  return { status, headers, body: projection.apply(body) };
}

function create(collection: RfcCollection, request: ScimRequest, projection: Projection): ScimResponse {
  const attributes = normaliseResource(collection.type, request.readBody());
  const stored = collection.store.insert(collection.prepare(attributes, undefined, {}));
  return answer(201, collection, stored, projection);
}

function put(
  collection: RfcCollection,
  request: ScimRequest,
  stored: StoredResource,
  projection: Projection,
): ScimResponse {
  checkIfMatch(request, stored.version);
  return write(collection, stored, normaliseResource(collection.type, request.readBody()), projection);
}

function patch(
  collection: RfcCollection,
  request: ScimRequest,
  stored: StoredResource,
  projection: Projection,
): ScimResponse {
  checkIfMatch(request, stored.version);
  const operations = readPatchOperations(request.readBody());
  return write(collection, stored, applyPatch(collection.type, stored.attributes, operations), projection);
}

/** Stores what changed; a request that changes nothing leaves version and lastModified alone (section 3.5.2). */
function write(
  collection: RfcCollection,
  stored: StoredResource,
  attributes: ScimJson,
  projection: Projection,
): ScimResponse {
  const prepared = collection.prepare(attributes, stored.id, stored.attributes);
  const same = isDeepStrictEqual(prepared, stored.attributes);
  const written = same ? stored : collection.store.replace(stored.id, prepared);
  return answer(200, collection, written, projection);
}

function list(world: World, collection: RfcCollection, query: URLSearchParams, projection: Projection): ScimResponse {
  const page = readPage(query, world.pageCap);
  const text = query.get('filter');
  const filter = text === null ? undefined : parseFilter(collection.type, text);
  const rendered = filter !== undefined && mentionsAttribute(filter, ['groups', 'members', 'meta', 'schemas']);
  const plain = (stored: StoredResource): ScimJson => ({ ...stored.attributes, id: stored.id });
  const found = findIds(collection.store, filter, rendered ? (stored) => collection.render(stored, () => true) : plain);
  const renderId = (id: string, wants: Projection['wants']): ScimJson => {
    const stored = collection.store.get(id);
    return stored ? collection.render(stored, wants) : {};
  };
  const sorted = sortIds(collection.type, found, query, (id) => renderId(id, () => false));
  const ids = sorted.slice(page.startIndex - 1, page.startIndex - 1 + page.count);
  const resources = ids.map((id) => projection.apply(renderId(id, projection.wants)));
  return { status: 200, body: listResponse(resources, found.length, page.startIndex) };
}

/** POST /.search of RFC 7644 section 3.4.3: the query parameters as members of a SearchRequest. */
function search(world: World, collection: RfcCollection, request: ScimRequest): ScimResponse {
  if (request.method !== 'POST') throw methodNotAllowed(request.method, ['POST']);
  const body = request.readBody();
  if (!isScimJson(body)) throw scimRefusal(400, 'invalidSyntax', 'The body must be a SearchRequest.');
  const query = new URLSearchParams();
  for (const name of ['filter', 'startIndex', 'count', 'sortBy', 'sortOrder', 'attributes', 'excludedAttributes']) {
    const value = readMember(body, name);
    const text = Array.isArray(value) ? value.map(readText).join(',') : readText(value);
    if (text !== '') query.set(name, text);
  }
  return list(world, collection, query, readProjection(collection.type, query));
}
