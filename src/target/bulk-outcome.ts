// What the answer to one operation of a bulk request means, by the rules for a request of its own.
import type { BulkResult } from '../engine/ports.ts';
import type { Redact } from '../model/secret.ts';
import { type BulkOperation, type BulkWrite, bytesOf } from '../scim/bulk.ts';
import { type BulkAnswer, createdId } from '../scim/bulk-answer.ts';
import { resourceId } from '../scim/resource.ts';
import { type Answer, resourceOf } from './answer.ts';
import { faultOfAnswer, incompatibleAnswer } from './faults.ts';
import type { CountedRequest } from './rate-window.ts';

/** What a request of its own may wait out, or renew its credentials for. */
const TO_WAIT_OUT = new Set([401, 429]);

/** The result; `alone` for what was not carried out for now, and may succeed as a request of its own. */
export function outcomeOf(
  write: BulkWrite,
  operation: BulkOperation,
  answer: BulkAnswer | undefined,
  redact: Redact,
): BulkResult | 'alone' {
  const request = { method: operation.method, path: operation.path };
  if (answer === undefined) {
    const fault = incompatibleAnswer(request, 'the answer to the bulk request does not say what became of it');
    return { type: write.type, result: { ok: false, fault } };
  }
  const { status, response } = answer;
  if (status >= 200 && status < 300) return carriedOut(write, operation, answer);
  if (write.type === 'remove' && (status === 404 || status === 410))
    return { type: 'remove', result: { ok: true, value: 'absent' } };
  if (TO_WAIT_OUT.has(status)) return 'alone';
  const fault = faultOfAnswer(asAnswer(status, response), request, redact);
  const isRefused = (status >= 400 && status < 500) || status === 501;
  return { type: write.type, result: { ok: false, fault: isRefused ? fault : { ...fault, ambiguous: true } } };
}

function carriedOut(write: BulkWrite, operation: BulkOperation, answer: BulkAnswer): BulkResult {
  if (write.type === 'remove') return { type: 'remove', result: { ok: true, value: 'removed' } };
  const resource = resourceOf(answer.response);
  if (write.type === 'patch') {
    const shown = resource !== undefined && resourceId(resource) !== undefined ? resource : null;
    return { type: 'patch', result: { ok: true, value: shown } };
  }
  const created = resourceOf({ ...resource, id: createdId(operation, answer) });
  if (created === undefined || resourceId(created) === undefined) {
    const what = 'it says success, but has no id of a resource';
    return {
      type: 'create',
      result: { ok: false, fault: incompatibleAnswer({ method: 'POST', path: operation.path }, what, answer.status) },
    };
  }
  return { type: 'create', result: { ok: true, value: created } };
}

function asAnswer(status: number, response: unknown): Answer {
  const text = response === undefined ? '' : typeof response === 'string' ? response : JSON.stringify(response);
  const contentType = typeof response === 'string' ? 'text/plain' : 'application/json';
  return {
    status,
    contentType,
    text,
    json: typeof response === 'string' ? undefined : response,
    location: undefined,
    retryAfter: undefined,
    date: undefined,
    etag: undefined,
    headers: {},
  };
}

/** What a limit counts of an operation, where each of them counts for itself. */
export function countedPart({ method, path, data }: BulkOperation): CountedRequest {
  return {
    method,
    endpoint: path.split('/')[1] ?? '',
    bodyBytes: data === undefined ? 0 : bytesOf(data),
    operations: 1,
  };
}
