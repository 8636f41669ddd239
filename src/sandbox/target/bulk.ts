// Bulk of RFC 7644 section 3.7. A bulkId stands for an id once its operation was carried out; references to later
// operations are refused. For Peakon this is *assumed*: it documents that bulk exists and that every operation in it counts
// against the limit; path, caps (1,000 operations) and answer are the RFC's.
import { isScimRefusal, type ScimRefusal, scimErrorBody, scimRefusal } from './scim-error.ts';
import { isScimJson, type JsonValue, readMember, readText, type ScimJson, stringItems } from './scim-json.ts';
import type { ScimResponse } from './scim-message.ts';

/** Most operations in one request. */
export const BULK_MAX_OPERATIONS = 1000;

const REQUEST_URN = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const RESPONSE_URN = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

/** A bulk request whose envelope was checked. */
export interface BulkRequest {
  readonly operations: readonly ScimJson[];
  /** Errors after which the rest is left undone; Infinity if not said. */
  readonly failOnErrors: number;
}

/** Performs one operation; throws refusals. */
export type BulkExecute = (method: string, segments: readonly string[], data: JsonValue | undefined) => ScimResponse;

/** Reads the BulkRequest message; throws 400 invalidSyntax or 413. */
export function readBulkRequest(body: unknown): BulkRequest {
  if (!isScimJson(body) || !stringItems(readMember(body, 'schemas')).includes(REQUEST_URN)) {
    throw scimRefusal(400, 'invalidSyntax', `"schemas" must contain "${REQUEST_URN}".`);
  }
  const operations = readMember(body, 'Operations');
  if (!Array.isArray(operations) || !operations.every(isScimJson)) {
    throw scimRefusal(400, 'invalidSyntax', '"Operations" must be a list of objects.');
  }
  if (operations.length > BULK_MAX_OPERATIONS) {
    throw scimRefusal(413, undefined, `A bulk request may hold ${BULK_MAX_OPERATIONS} operations.`);
  }
  const failOnErrors = readMember(body, 'failOnErrors');
  return { operations, failOnErrors: typeof failOnErrors === 'number' ? failOnErrors : Number.POSITIVE_INFINITY };
}

/** Performs the operations in order, on these endpoints only, and makes the BulkResponse. */
export function runBulk(request: BulkRequest, endpoints: readonly string[], execute: BulkExecute): ScimJson {
  const ids = new Map<string, string>();
  const results: ScimJson[] = [];
  let errors = 0;
  for (const operation of request.operations) {
    if (errors >= request.failOnErrors) break;
    const result = runOperation(operation, endpoints, ids, execute);
    if (Number(result['status']) >= 400) errors += 1;
    results.push(result);
  }
  return { schemas: [RESPONSE_URN], Operations: results };
}

function runOperation(
  operation: ScimJson,
  endpoints: readonly string[],
  ids: Map<string, string>,
  execute: BulkExecute,
): ScimJson {
  const method = readText(readMember(operation, 'method')).toUpperCase();
  const bulkId = readMember(operation, 'bulkId');
  const head: ScimJson = { method, ...(typeof bulkId === 'string' ? { bulkId } : {}) };
  try {
    const segments = readPath(operation, method, endpoints, ids);
    if (method === 'POST' && typeof bulkId !== 'string') {
      throw scimRefusal(400, 'invalidSyntax', 'A POST inside Bulk needs a bulkId.');
    }
    const data = readMember(operation, 'data');
    const response = execute(method, segments, data === undefined ? undefined : resolveIds(data, ids));
    const id = response.body?.['id'];
    if (typeof bulkId === 'string' && typeof id === 'string') ids.set(bulkId, id);
    return { ...head, ...locationOf(response), status: String(response.status) };
  } catch (error) {
    if (!isScimRefusal(error)) throw error;
    return { ...head, status: String(error.refusal.status), response: errorBody(error) };
  }
}

function errorBody(error: ScimRefusal): ScimJson {
  return scimErrorBody(error.refusal.status, error.refusal.scimType, error.message);
}

function locationOf(response: ScimResponse): ScimJson {
  const meta = response.body?.['meta'];
  return isScimJson(meta) && typeof meta['location'] === 'string' ? { location: meta['location'] } : {};
}

function readPath(
  operation: ScimJson,
  method: string,
  endpoints: readonly string[],
  ids: ReadonlyMap<string, string>,
): string[] {
  const path = readMember(operation, 'path');
  if (typeof path !== 'string') throw scimRefusal(400, 'invalidPath', 'A bulk operation needs a path.');
  const [endpoint = '', id, ...deeper] = path.split('/').filter((segment) => segment !== '');
  if (!endpoints.includes(endpoint) || deeper.length > 0) {
    throw scimRefusal(404, undefined, `Bulk works on ${endpoints.join(' and ')} only, not on "${path}".`);
  }
  if (!['POST', 'PUT', 'PATCH', 'DELETE'].includes(method)) {
    throw scimRefusal(400, 'invalidSyntax', `Bulk has no method "${method}".`);
  }
  return id === undefined ? [endpoint] : [endpoint, resolveId(readSegment(id), ids)];
}

function readSegment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw scimRefusal(400, 'invalidPath', `"${text}" is no part of a path.`);
  }
}

function resolveId(text: string, ids: ReadonlyMap<string, string>): string {
  if (!text.startsWith('bulkId:')) return text;
  const id = ids.get(text.slice('bulkId:'.length));
  if (id === undefined) throw scimRefusal(400, 'invalidValue', `"${text}" is not the bulkId of an earlier operation.`);
  return id;
}

function resolveIds(value: JsonValue, ids: ReadonlyMap<string, string>): JsonValue {
  if (typeof value === 'string') return resolveId(value, ids);
  if (Array.isArray(value)) return value.map((item) => resolveIds(item, ids));
  if (!isScimJson(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, resolveIds(item, ids)]));
}
