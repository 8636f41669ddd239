// How vendors hear and answer otherwise than the RFC: pages, members, types, and what DELETE means.
import { isScimJson, readText, type ScimJson } from '../../../src/sandbox/target/scim-json.ts';
import type { ScimRequest, ScimResponse, ScimService } from '../../../src/sandbox/target/scim-message.ts';
import { type Endpoint, operationsOf, type VendorHabits } from './vendor-habits.ts';

/** The answer of the vendor to a request that it does not refuse. */
export function answerOf(
  habits: VendorHabits,
  service: ScimService,
  request: ScimRequest,
  endpoint: Endpoint,
  hidden: Set<string>,
): ScimResponse {
  const isUser = endpoint === 'Users';
  const [, id = ''] = request.segments;
  const isList = request.method === 'GET' && id === '';
  if (isUser && hidden.has(id)) return service.handle({ ...request, segments: ['Users', 'gone'] });
  if (isUser && request.method === 'DELETE' && habits.deletes !== undefined) {
    service.handle(disabling(request));
    if (habits.deletes === 'hides') hidden.add(id);
    return { status: 204 };
  }
  if (isUser && isList && habits.syntheticUser === true && !request.query.has('filter')) return listed([SYNTHETIC], 1);
  const result = service.handle(handled(habits, request, isUser));
  if (isUser && habits.disableRemoves === true && result.body?.['active'] === false)
    service.handle({ ...request, method: 'DELETE' });
  return shown(habits, isList ? pageOf(habits, result, request) : result);
}

const SYNTHETIC: ScimJson = { id: '1', userName: 'synthesis_user' };

const listed = (Resources: ScimJson[], totalResults: number): ScimResponse => ({
  status: 200,
  body: { totalResults, startIndex: 1, itemsPerPage: Resources.length, Resources },
});

function disabling(request: ScimRequest): ScimRequest {
  const body = {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', path: 'active', value: false }],
  };
  return { ...request, method: 'PATCH', readBody: () => body };
}

/** The request as the strict target is to see it. */
function handled(habits: VendorHabits, request: ScimRequest, isUser: boolean): ScimRequest {
  const { query } = request;
  if (habits.cursorOnly === true && query.has('cursor')) {
    const startIndex = query.get('cursor') === '' ? '1' : (query.get('cursor') ?? '');
    return { ...request, query: new URLSearchParams({ startIndex, count: '40' }) };
  }
  if (habits.ignoresStartIndex === true && query.has('startIndex')) {
    const others = new URLSearchParams(query);
    others.delete('startIndex');
    return { ...request, query: others };
  }
  if (habits.memberType !== undefined && request.method === 'PATCH' && !isUser) return withMemberPaths(request);
  if (habits.handles !== true || !isUser || request.method !== 'POST') return request;
  const body = request.readBody() as ScimJson;
  const userName = readText(body['userName']).split('@')[0] ?? '';
  return { ...request, readBody: () => ({ ...body, userName }) };
}

/** A list of members to remove, as the strict target knows it. */
function withMemberPaths(request: ScimRequest): ScimRequest {
  const Operations = operationsOf(request).flatMap((operation) => {
    const { op, path, value } = operation;
    if (op !== 'remove' || path !== 'members' || !Array.isArray(value)) return [operation];
    return value
      .filter(isScimJson)
      .map((member) => ({ op, path: `members[value eq ${JSON.stringify(readText(member['value']))}]` }));
  });
  const body = { ...(request.readBody() as ScimJson), Operations };
  return { ...request, readBody: () => body };
}

function pageOf(habits: VendorHabits, result: ScimResponse, { query }: ScimRequest): ScimResponse {
  if (result.body === undefined) return result;
  const resources = Array.isArray(result.body['Resources']) ? result.body['Resources'].filter(isScimJson) : [];
  if (habits.emptyWithoutCount === true && !query.has('count')) return listed([], resources.length);
  if (habits.unstableLists === true && !query.has('filter')) {
    // Somebody is missing, what is said of the total is true of the page, and of the page what was asked for.
    const Resources = resources.toReversed().slice(0, Math.max(1, resources.length - 1));
    const itemsPerPage = Number(query.get('count') ?? Resources.length);
    return { status: 200, body: { totalResults: Resources.length, startIndex: 0, itemsPerPage, Resources } };
  }
  if (habits.cursorOnly !== true || !query.has('cursor')) return result;
  const { startIndex, itemsPerPage, totalResults, ...body } = result.body;
  const next = Number(startIndex) + Number(itemsPerPage);
  const more = next <= Number(totalResults) ? { nextCursor: String(next) } : {};
  return { ...result, body: { ...body, totalResults: Number(itemsPerPage), ...more } };
}

function shown(habits: VendorHabits, result: ScimResponse): ScimResponse {
  if (result.body === undefined) return result;
  const { Resources } = result.body;
  const body = Array.isArray(Resources)
    ? { ...result.body, Resources: Resources.filter(isScimJson).map((each) => resourceOf(habits, each)) }
    : resourceOf(habits, result.body);
  return { ...result, body };
}

function resourceOf(habits: VendorHabits, resource: ScimJson): ScimJson {
  const changed = { ...resource };
  const { members, emails, active } = resource;
  const isGroup = resource['userName'] === undefined && resource['displayName'] !== undefined;
  if (habits.showsMembers !== undefined && isGroup)
    changed['members'] = Array.isArray(members) ? members.slice(0, habits.showsMembers) : [];
  if (habits.textualActive === true && typeof active === 'boolean') changed['active'] = String(active);
  if (habits.hidesTypes === true && Array.isArray(emails))
    changed['emails'] = emails.filter(isScimJson).map(({ type: _type, ...email }): ScimJson => email);
  return changed;
}
