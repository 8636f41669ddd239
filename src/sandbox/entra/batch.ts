/**
 * JSON batching (`POST /$batch`): up to 20 items, each with its own status, throttled one by one, answered in another order
 * than asked. `dependsOn` runs after what it names and fails with 424 when that failed.
 */
import { z } from 'zod';
import { badRequest } from './graph-fault.ts';
import { GRAPH_JSON, type GraphReply, type GraphRequest, type Headers } from './request.ts';

const MAX_ITEMS = 20;

const itemSchema = z.object({
  id: z.string().min(1),
  method: z.string().min(1),
  url: z.string().min(1),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
  dependsOn: z.array(z.string()).optional(),
});
const batchSchema = z.object({ requests: z.array(itemSchema) });

type Item = z.infer<typeof itemSchema>;

/** Answers a batch; `serve` answers one item as if it had come alone. A malformed batch throws Graph's 400. */
export function answerBatch(outer: GraphRequest, serve: (item: GraphRequest) => GraphReply): GraphReply {
  const items = readItems(outer.body);
  const replies = new Map<string, GraphReply>();
  const pending = [...items];
  while (pending.length > 0) {
    const index = pending.findIndex((item) => (item.dependsOn ?? []).every((id) => replies.has(id.toLowerCase())));
    const [item] = pending.splice(index, 1);
    if (index < 0 || item === undefined)
      throw badRequest('The dependsOn properties of the batch name unknown or circular requests.');
    const blocked = (item.dependsOn ?? []).some((id) => (replies.get(id.toLowerCase())?.status ?? 500) >= 400);
    replies.set(item.id.toLowerCase(), blocked ? failedDependency() : serve(itemRequest(outer, item)));
  }
  const responses = items.toReversed().map((item) => responseOf(item, replies.get(item.id.toLowerCase())));
  return { status: 200, body: { responses } };
}

function readItems(body: unknown): readonly Item[] {
  const parsed = batchSchema.safeParse(body);
  if (!parsed.success) throw badRequest('Invalid batch payload format.');
  const items = parsed.data.requests;
  if (items.length === 0 || items.length > MAX_ITEMS) {
    throw badRequest(`Number of batch request steps exceeds the maximum value of ${MAX_ITEMS}, or there are none.`);
  }
  if (new Set(items.map((item) => item.id.toLowerCase())).size !== items.length) {
    throw badRequest('Duplicate request id found in batch request.');
  }
  return items;
}

/** Addresses of the items, for the request log. */
export function batchAddresses(body: unknown): readonly string[] | undefined {
  const parsed = batchSchema.safeParse(body);
  return parsed.success ? parsed.data.requests.map((item) => `${item.method} ${item.url}`) : undefined;
}

function itemRequest(outer: GraphRequest, item: Item): GraphRequest {
  const [path = '', ...search] = item.url.split('?');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(item.headers ?? {})) headers[name.toLowerCase()] = value;
  const traced = outer.headers['client-request-id'];
  return {
    method: item.method.toUpperCase(),
    path: path.startsWith('/') ? path : `/${path}`,
    search: search.join('?'),
    headers: traced === undefined ? headers : { ...headers, 'client-request-id': traced },
    body: item.body,
    origin: outer.origin,
    roles: outer.roles,
  };
}

function failedDependency(): GraphReply {
  const error = { code: 'FailedDependency', message: 'A request this one depends on failed.' };
  return { status: 424, body: { error } };
}

function responseOf(item: Item, reply: GraphReply | undefined): Record<string, unknown> {
  if (reply === undefined) throw badRequest('Invalid batch payload format.');
  const ok = reply.status < 400;
  const { 'request-id': _requestId, ...own } = reply.headers ?? {};
  const headers: Headers = {
    'Cache-Control': 'no-cache',
    'x-ms-resource-unit': '1',
    ...(ok ? { 'OData-Version': '4.0' } : {}),
    ...(reply.body === undefined ? {} : { 'Content-Type': ok ? GRAPH_JSON : 'application/json' }),
    ...own,
  };
  return { id: item.id, status: reply.status, headers, ...(reply.body === undefined ? {} : { body: reply.body }) };
}
