/**
 * Finds the handler of a Graph request and turns thrown faults into Graph's error answers. Segments and casts are matched
 * whatever their casing; a path nobody knows is a 400 that names the segment, a known path with another method a 405.
 */
import { randomUUID } from 'node:crypto';
import { demand, type Need } from './access.ts';
import type { ObjectKind } from './change-log.ts';
import { answerDelta } from './delta.ts';
import { badRequest, directoryRefusal, GraphFault } from './graph-fault.ts';
import { decodePart } from './odata.ts';
import type { GraphReply, GraphRequest } from './request.ts';
import type { Route } from './route.ts';
import { applicationRoutes } from './routes-applications.ts';
import { directoryRoutes } from './routes-directory.ts';
import { groupRoutes } from './routes-groups.ts';
import { membershipRoutes } from './routes-memberships.ts';
import { userRoutes } from './routes-users.ts';
import { synchronizationRoutes } from './synchronization.ts';
import type { TenantState } from './tenant-state.ts';
import { applicationWrites } from './writes-applications.ts';
import { groupWrites } from './writes-groups.ts';
import { userWrites } from './writes-users.ts';

const ACTIONS = ['delta', 'getByIds', 'getAvailableExtensionProperties', 'restore'];

function deltaRoute(path: string, kind: ObjectKind, need: Need): Route {
  return {
    method: 'GET',
    path,
    handle: (state, request) => {
      demand(request, need);
      return answerDelta(state, kind, request);
    },
  };
}

const ROUTES: readonly Route[] = [
  deltaRoute('users/delta', 'user', 'users'),
  deltaRoute('groups/delta', 'group', 'groups'),
  deltaRoute('servicePrincipals/delta', 'servicePrincipal', 'applications'),
  ...userRoutes,
  ...groupRoutes,
  ...membershipRoutes,
  ...applicationRoutes,
  ...synchronizationRoutes,
  ...directoryRoutes,
  ...userWrites,
  ...groupWrites,
  ...applicationWrites,
];

const PATTERNS = ROUTES.map((route) => ({ route, segments: route.path.toLowerCase().split('/') }));

/** Decoded segments; the spellings of functions (`microsoft.graph.delta()`) and alternate keys are brought to one form. */
function segmentsOf(path: string): string[] {
  return path
    .split('/')
    .filter((segment) => segment !== '')
    .flatMap((raw) => {
      const segment = decodePart(raw.replaceAll('+', '%2B'));
      const byAppId = /^servicePrincipals\(appId='([^']*)'\)$/i.exec(segment);
      if (byAppId !== null) return ['servicePrincipals', `appId=${byAppId[1] ?? ''}`];
      const action = segment.replace(/^microsoft\.graph\.(?=[a-z]+(?:\(\))?$)/i, '').replace(/\(\)$/, '');
      return [ACTIONS.find((known) => known.toLowerCase() === action.toLowerCase()) ?? segment];
    });
}

function paramsOf(pattern: readonly string[], segments: readonly string[]): string[] | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: string[] = [];
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (part === '*') params.push(segment);
    else if (part !== segment.toLowerCase()) return undefined;
  }
  return params;
}

/** Answers a request below the version; never throws for what a client can do wrong. */
export function answerGraph(state: TenantState, request: GraphRequest): GraphReply {
  try {
    return dispatch(state, request);
  } catch (error) {
    if (error instanceof GraphFault) return faultReply(state, request, error);
    throw error;
  }
}

function dispatch(state: TenantState, request: GraphRequest): GraphReply {
  const segments = segmentsOf(request.path);
  let otherMethod = false;
  for (const { route, segments: pattern } of PATTERNS) {
    const params = paramsOf(pattern, segments);
    if (params === undefined) continue;
    if (route.method === request.method) return route.handle(state, request, params);
    otherMethod = true;
  }
  if (otherMethod)
    throw new GraphFault(405, 'Request_BadRequest', 'Specified HTTP method is not allowed for the request target.');
  const known = new Set(PATTERNS.flatMap((entry) => entry.segments));
  const culprit = segments.find((segment, index) => (index === 0 || index > 1) && !known.has(segment.toLowerCase()));
  if (culprit === undefined && segments.length === 0) throw directoryRefusal('The request names no resource.');
  throw badRequest(`Resource not found for the segment '${(culprit ?? segments.at(-1) ?? '').slice(0, 60)}'.`);
}

/** Graph's error body; the inner date has no zone. */
export function faultReply(
  state: TenantState,
  request: Pick<GraphRequest, 'headers'>,
  fault: Pick<GraphFault, 'status' | 'code' | 'message' | 'headers'>,
): GraphReply {
  const requestId = randomUUID();
  const inner = {
    date: state.clock.now().toISOString().slice(0, 19),
    'request-id': requestId,
    'client-request-id': request.headers['client-request-id'] ?? requestId,
  };
  const innerName = state.settings.lowerCaseInnerError ? 'innererror' : 'innerError';
  const error = { code: fault.code, message: fault.message, [innerName]: inner };
  return { status: fault.status, headers: { ...fault.headers, 'request-id': requestId }, body: { error } };
}
