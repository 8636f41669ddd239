// Forming bulk requests (RFC 7644 section 3.7). Reading what came back is bulk-answer.ts. `failOnErrors` is never
// said: what becomes of one person is no reason to leave the others alone.
import { PATCH_SCHEMA, type PatchOperation, type ScimKind, type ScimResource } from './resource.ts';
import { resourcePath } from './resource-path.ts';

const BULK_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const REFERENCE = 'bulkId:';

/** A write, with the name by which its answer is found, and other writes of the request refer to what it creates. */
export type BulkWrite = { readonly bulkId: string; readonly kind: ScimKind } & (
  | { readonly type: 'create'; readonly resource: ScimResource }
  | { readonly type: 'patch'; readonly id: string; readonly operations: readonly PatchOperation[] }
  | { readonly type: 'remove'; readonly id: string }
);

/** An operation as it stands in the request. */
export interface BulkOperation {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly bulkId: string;
  readonly data?: unknown;
}

/** The body of a bulk request. */
export interface BulkRequest {
  readonly schemas: readonly string[];
  readonly Operations: readonly BulkOperation[];
}

/** What one request may hold. */
export interface BulkLimits {
  readonly maxOperations: number;
  /** Bytes of the whole body. */
  readonly maxPayloadSize: number;
}

/** How a resource is referred to that an operation of the same request creates. */
export function bulkReference(bulkId: string): string {
  return `${REFERENCE}${bulkId}`;
}

/** The operation of a write. */
export function bulkOperation(write: BulkWrite): BulkOperation {
  const { bulkId, kind } = write;
  switch (write.type) {
    case 'create':
      return { method: 'POST', path: `/${kind}s`, bulkId, data: write.resource };
    case 'patch':
      return {
        method: 'PATCH',
        path: resourcePath(kind, write.id),
        bulkId,
        data: { schemas: [PATCH_SCHEMA], Operations: write.operations },
      };
    case 'remove':
      return { method: 'DELETE', path: resourcePath(kind, write.id), bulkId };
  }
}

/** The request of these operations. */
export function bulkRequest(operations: readonly BulkOperation[]): BulkRequest {
  return { schemas: [BULK_SCHEMA], Operations: operations };
}

/** Bytes of a body. */
export function bytesOf(body: unknown): number {
  return Buffer.byteLength(JSON.stringify(body));
}

const ENVELOPE = bytesOf(bulkRequest([]));

/**
 * The first of the operations, as many as one request may hold; never none, so that an operation that is too large for a
 * bulk request is alone.
 */
export function firstRequest(
  operations: readonly BulkOperation[],
  { maxOperations, maxPayloadSize }: BulkLimits,
): readonly BulkOperation[] {
  let bytes = ENVELOPE;
  let count = 0;
  for (const operation of operations.slice(0, Math.max(1, maxOperations))) {
    bytes += bytesOf(operation) + (count === 0 ? 0 : 1);
    if (count > 0 && bytes > maxPayloadSize) break;
    count += 1;
  }
  return operations.slice(0, count);
}

/** Whether a body keeps to the limit of its bytes. */
export function fits(operations: readonly BulkOperation[], { maxPayloadSize }: BulkLimits): boolean {
  return bytesOf(bulkRequest(operations)) <= maxPayloadSize;
}

/** The names that a write refers to; texts of people that only look like a reference are among them. */
export function referencesOf(write: BulkWrite): string[] {
  const found: string[] = [];
  visit(contentOf(write), (text) => found.push(text));
  return found;
}

/** The write with references replaced that are known by now. */
export function withIds(write: BulkWrite, ids: ReadonlyMap<string, string>): BulkWrite {
  if (referencesOf(write).every((each) => !ids.has(each))) return write;
  const replaced = replace(contentOf(write), ids);
  if (write.type === 'create') return { ...write, resource: replaced as ScimResource };
  return { ...write, operations: replaced as PatchOperation[] } as BulkWrite;
}

function contentOf(write: BulkWrite): unknown {
  if (write.type === 'create') return write.resource;
  return write.type === 'patch' ? write.operations : [];
}

function visit(value: unknown, found: (bulkId: string) => void): void {
  if (typeof value === 'string') {
    if (value.startsWith(REFERENCE)) found(value.slice(REFERENCE.length));
  } else if (typeof value === 'object' && value !== null) {
    for (const each of Object.values(value)) visit(each, found);
  }
}

function replace(value: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') {
    return value.startsWith(REFERENCE) ? (ids.get(value.slice(REFERENCE.length)) ?? value) : value;
  }
  if (Array.isArray(value)) return value.map((each) => replace(each, ids));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, replace(each, ids)]));
}
