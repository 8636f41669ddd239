// The admin face of a target, mounted by the sandbox's admin server under /_emu/target/{kind}/: log, faults, switches,
// reset, users. No token: the admin server listens on loopback only. Nothing here reaches a SCIM rule of its own.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readRequestBody } from './request-body.ts';
import { isScimJson, readText, type ScimJson } from './scim-json.ts';
import type { SandboxTarget } from './scim-server.ts';

interface AdminAnswer {
  readonly status: number;
  readonly body?: unknown;
}
type AdminAction = (body: unknown, query: URLSearchParams) => AdminAnswer;

const DONE: AdminAnswer = { status: 204 };

function page(resources: readonly ScimJson[], query: URLSearchParams): AdminAnswer {
  const start = Math.max(1, Number(query.get('startIndex') ?? 1) || 1);
  const count = Math.max(0, Number(query.get('count') ?? 100) || 0);
  const shown = resources.slice(start - 1, start - 1 + count);
  return { status: 200, body: { totalResults: resources.length, startIndex: start, Resources: shown } };
}

function showLog(target: SandboxTarget, query: URLSearchParams): AdminAnswer {
  const since = Number(query.get('since') ?? 0) || 0;
  const entries = target.log.all().filter(({ seq }) => seq > since);
  return { status: 200, body: { totals: target.log.totals(), entries } };
}

function actionsOf(target: SandboxTarget): Readonly<Record<string, AdminAction>> {
  const run = (change: () => void): AdminAnswer => {
    change();
    return DONE;
  };
  return {
    'GET log': (_, query) => showLog(target, query),
    'DELETE log': () => run(() => target.log.clear()),
    'GET faults': () => ({ status: 200, body: target.faults.list() }),
    'POST faults': (body) => run(() => target.faults.add(body)),
    'DELETE faults': () => run(() => target.faults.clear()),
    'GET switches': () => ({ status: 200, body: target.switches ?? {} }),
    'POST switches': (body) => run(() => target.setSwitches(isScimJson(body) ? body : {})),
    'POST token': (body) => run(() => target.setToken(isScimJson(body) ? readText(body['value']) : '')),
    'POST reset': () => run(() => target.reset()),
    'GET users': (_, query) => page(target.users(), query),
    'GET groups': (_, query) => page(target.groups(), query),
    'POST users': (body) => run(() => target.seed((Array.isArray(body) ? body : [body]).filter(isScimJson))),
  };
}

function send(response: ServerResponse, answer: AdminAnswer): void {
  if (answer.body === undefined) {
    response.writeHead(answer.status).end();
    return;
  }
  const text = Buffer.from(JSON.stringify(answer.body));
  response.writeHead(answer.status, { 'content-type': 'application/json', 'content-length': text.length }).end(text);
}

async function act(
  action: AdminAction,
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
): Promise<void> {
  const body = await readRequestBody(request);
  if (body.kind === 'tooLarge') return send(response, { status: 413, body: { error: 'The body is too large.' } });
  try {
    const text = body.bytes.toString('utf8');
    send(response, action(text === '' ? undefined : JSON.parse(text), query));
  } catch (error) {
    send(response, { status: 400, body: { error: error instanceof Error ? error.message : String(error) } });
  }
}

/**
 * Serves `/_emu/target/{kind}/log|faults|switches|token|reset|users|groups`. `path` is the request's path without the query.
 * False if the path belongs to somebody else; nothing was touched then. POST faults takes a rule or a list and adds
 * them, POST switches an object of positions, POST token `{ value }`, POST users an account or a list.
 */
export function handleTargetAdmin(
  target: SandboxTarget,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): boolean {
  const prefix = `/_emu/target/${target.kind}/`;
  if (!path.startsWith(prefix)) return false;
  const name = path.slice(prefix.length);
  const actions = actionsOf(target);
  const action = actions[`${request.method ?? 'GET'} ${name}`];
  if (!action) {
    const known = Object.keys(actions).some((key) => key.endsWith(` ${name}`));
    request.resume();
    send(response, { status: known ? 405 : 404, body: { error: `${request.method ?? ''} ${name} is not served.` } });
    return true;
  }
  const query = new URL(request.url ?? '/', 'http://admin.invalid').searchParams;
  act(action, request, response, query).catch(() => response.destroy());
  return true;
}
