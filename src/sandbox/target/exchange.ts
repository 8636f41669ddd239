// One HTTP exchange of a target: body, log, latency, fault, service, answer. The service is called at most once, and
// the log says whether it was.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Answer,
  sendAnswer,
  sendDripped,
  sendOversize,
  sendTruncated,
  toAnswer,
  withoutId,
} from './answer-writer.ts';
import type { FaultAction, FaultDecider } from './faults.ts';
import { MAX_BODY_BYTES, type RequestBody, readRequestBody } from './request-body.ts';
import type { OpenRequest, RequestRecorder } from './request-log.ts';
import { isScimRefusal, scimErrorBody, scimRefusal } from './scim-error.ts';
import type { ScimRequest, ScimResponse, ScimService } from './scim-message.ts';

/** What an exchange works with. */
export interface ExchangeContext {
  readonly service: ScimService;
  readonly log: RequestRecorder;
  readonly faults: FaultDecider;
  readonly now: () => number;
  readonly latencyMs: number;
  /** Aborted when the target closes or is reset: a request that waits ends without being carried out. */
  readonly waiting: AbortSignal;
}

interface Target {
  readonly path: string;
  readonly query: string;
  /** Path below the SCIM root; undefined outside of every root. */
  readonly below: string | undefined;
}

function locate(service: ScimService, url: string): Target {
  const [path, query] = splitOnce(url, '?');
  const root = service.roots.find((candidate) => path === candidate || path.startsWith(`${candidate}/`));
  return { path, query, below: root === undefined ? undefined : path.slice(root.length) };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function parseJson(text: string): { readonly parsed: unknown } | undefined {
  try {
    return { parsed: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function bodyReader(request: IncomingMessage, body: RequestBody, json: { readonly parsed: unknown } | undefined) {
  return (): unknown => {
    if (body.kind === 'tooLarge') {
      throw scimRefusal(413, undefined, `A request body may be ${MAX_BODY_BYTES} bytes long.`);
    }
    const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
    if (type !== 'application/scim+json' && type !== 'application/json') {
      throw scimRefusal(415, undefined, 'Send application/scim+json or application/json.');
    }
    if (!json) throw scimRefusal(400, 'invalidSyntax', 'The body is not JSON.');
    return json.parsed;
  };
}

function decodeSegments(below: string): string[] {
  try {
    return below.split('/').slice(1).map(decodeURIComponent);
  } catch {
    throw scimRefusal(400, 'invalidSyntax', 'The path is not well encoded.');
  }
}

/** Calls the service and turns refusals into answers. Other errors are ours: 500, with the text, as nothing here is secret. */
function perform(context: ExchangeContext, target: Target, request: () => ScimRequest): ScimResponse {
  try {
    if (target.below === undefined) throw scimRefusal(404, undefined, `There is nothing at ${target.path}.`);
    return context.service.handle(request());
  } catch (error) {
    if (!isScimRefusal(error)) {
      return { status: 500, body: scimErrorBody(500, undefined, `The sandbox failed: ${String(error)}`) };
    }
    const { status, scimType } = error.refusal;
    return { status, headers: error.headers, body: scimErrorBody(status, scimType, error.message) };
  }
}

/** Answers one request; never rejects because of the client. */
export async function runExchange(
  context: ExchangeContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = locate(context.service, request.url ?? '/');
  const method = (request.method ?? 'GET').toUpperCase();
  const body = await readRequestBody(request);
  const bytes = body.kind === 'read' ? body.bytes : Buffer.alloc(0);
  const json = bytes.length === 0 ? undefined : parseJson(bytes.toString('utf8'));
  const open = context.log.open({
    method,
    path: target.path,
    query: target.query,
    at: context.now(),
    bodyBytes: body.kind === 'read' ? bytes.length : Number(request.headers['content-length'] ?? MAX_BODY_BYTES + 1),
    body: json?.parsed,
  });
  const fault = context.faults.decide(method, target.below ?? target.path, target.query);
  const waitMs = context.latencyMs + (fault?.delayMs ?? 0);
  if (waitMs > 0) await sleep(waitMs, undefined, { signal: context.waiting });
  const contentType = context.service.mediaType(request.headers.accept);
  const run = (): ScimResponse =>
    perform(context, target, () => ({
      method,
      segments: decodeSegments(target.below ?? ''),
      query: new URLSearchParams(target.query),
      headers: request.headers,
      readBody: bodyReader(request, body, json),
    }));
  await conclude({ response, open, contentType, run, fault: fault ?? {} });
}

interface Conclusion {
  readonly response: ServerResponse;
  readonly open: OpenRequest;
  readonly contentType: string;
  readonly run: () => ScimResponse;
  readonly fault: FaultAction;
}

async function conclude(conclusion: Conclusion): Promise<void> {
  const { response, open, fault } = conclusion;
  if (fault.hang) return open.finish(0, false);
  const replaced =
    fault.status !== undefined || fault.html === true || fault.reset === true || fault.body !== undefined;
  if (fault.applyThenFail || !replaced) return concludePerformed(conclusion);
  if (fault.reset) return cut(response, open, false);
  const answer = faultAnswer(fault, conclusion.contentType);
  open.finish(answer.status, false);
  sendAnswer(response, answer);
}

async function concludePerformed({ response, open, fault, contentType, run }: Conclusion): Promise<void> {
  const performed = run();
  if (fault.applyThenFail && fault.reset) return cut(response, open, true);
  if (fault.applyThenFail) {
    const failure = faultAnswer(fault, contentType);
    open.finish(failure.status, true);
    return sendAnswer(response, failure);
  }
  const shown = fault.omitId && performed.body ? { ...performed, body: withoutId(performed.body) } : performed;
  const plain = toAnswer(shown, contentType);
  const answer: Answer = { ...plain, headers: { ...plain.headers, ...fault.headers } };
  open.finish(answer.status, true);
  if (fault.truncate) return sendTruncated(response, answer);
  if (fault.drip) return sendDripped(response, answer);
  if (fault.oversize) return sendOversize(response, answer, fault.oversize);
  sendAnswer(response, answer);
}

function cut(response: ServerResponse, open: OpenRequest, performed: boolean): void {
  open.finish(0, performed);
  response.destroy();
}

const HTML_PAGE =
  '<!doctype html><title>Bad gateway</title><h1>502 Bad gateway</h1><p>The upstream did not answer.</p>';

function faultAnswer(fault: FaultAction, contentType: string): Answer {
  const headers = fault.headers ?? {};
  if (fault.html)
    return { status: fault.status ?? 502, headers, contentType: 'text/html; charset=utf-8', text: HTML_PAGE };
  const status = fault.status ?? (fault.applyThenFail ? 500 : 200);
  if (typeof fault.body === 'string')
    return { status, headers, contentType: 'text/plain; charset=utf-8', text: fault.body };
  const body = fault.body ?? (status >= 400 ? scimErrorBody(status, undefined, 'A fault of the sandbox.') : undefined);
  return { status, headers, contentType, text: body === undefined ? undefined : JSON.stringify(body) };
}
