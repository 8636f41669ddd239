/** Graph's own writes to groups and memberships. `members@odata.bind` takes at most 20 members a request, as on the service. */
import { graphTime } from './clock.ts';
import { directoryRefusal } from './graph-fault.ts';
import type { AnyRecord } from './objects.ts';
import { parseQuery } from './odata.ts';
import type { GraphReply, GraphRequest } from './request.ts';
import type { Route } from './route.ts';
import { findGroup } from './routes-groups.ts';
import { defaultProperties, plainEntity, SCHEMAS } from './schema.ts';
import type { TenantState } from './tenant-state.ts';
import { objectBody, referencedObject, requireTexts, writtenProperties } from './write-body.ts';

const MAX_BIND = 20;
const ASIDE = ['members@odata.bind', 'owners@odata.bind', 'id'];

/** Routes of this file. */
export const groupWrites: readonly Route[] = [
  { method: 'POST', path: 'groups', handle: createGroup },
  { method: 'PATCH', path: 'groups/*', handle: (state, request, [id = '']) => updateGroup(state, request, id) },
  {
    method: 'DELETE',
    path: 'groups/*',
    handle: (state, request, [id = '']) => {
      parseQuery(request.search, []);
      state.directory.remove(findGroup(state, id));
      return { status: 204 };
    },
  },
  {
    method: 'POST',
    path: 'groups/*/members/$ref',
    handle: (state, request, [id = '']) => addMember(state, request, id),
  },
  {
    method: 'DELETE',
    path: 'groups/*/members/*/$ref',
    handle: (state, request, [id = '', memberId = '']) => {
      parseQuery(request.search, []);
      state.directory.removeMember(findGroup(state, id), memberId.toLowerCase());
      return { status: 204 };
    },
  },
];

function boundMembers(state: TenantState, body: Readonly<Record<string, unknown>>): AnyRecord[] {
  const bind = body['members@odata.bind'];
  if (bind === undefined) return [];
  if (!Array.isArray(bind) || bind.length > MAX_BIND) {
    throw directoryRefusal(`members@odata.bind must be a list of at most ${MAX_BIND} references.`);
  }
  return bind.map((reference) => referencedObject(state, reference));
}

function createGroup(state: TenantState, request: GraphRequest): GraphReply {
  parseQuery(request.search, []);
  const body = objectBody(request.body);
  requireTexts(body, ['displayName']);
  const written = writtenProperties(SCHEMAS.group, body, [], ASIDE);
  const members = boundMembers(state, body);
  const nickname = String(written['displayName']).replace(/[^A-Za-z0-9]/g, '') || 'group';
  const defaults = {
    mailEnabled: false,
    mailNickname: nickname,
    securityEnabled: true,
    groupTypes: [],
    createdDateTime: graphTime(state.clock.now()),
  };
  const set = Object.fromEntries(Object.entries(written).filter(([, value]) => value !== null));
  const group = state.directory.createGroup(state.random.guid(), { ...defaults, ...set });
  for (const member of members) state.directory.addMember(group, member);
  const entity = plainEntity(group, defaultProperties(SCHEMAS.group));
  return { status: 201, body: { '@odata.context': `${request.origin}/v1.0/$metadata#groups/$entity`, ...entity } };
}

function updateGroup(state: TenantState, request: GraphRequest, id: string): GraphReply {
  parseQuery(request.search, []);
  const group = findGroup(state, id);
  const body = objectBody(request.body);
  const written = writtenProperties(SCHEMAS.group, body, [], ASIDE);
  if (written['displayName'] === null) throw directoryRefusal("Property 'displayName' cannot be empty.");
  const members = boundMembers(state, body);
  state.directory.update(group, written);
  for (const member of members) state.directory.addMember(group, member);
  return { status: 204 };
}

function addMember(state: TenantState, request: GraphRequest, id: string): GraphReply {
  parseQuery(request.search, []);
  const group = findGroup(state, id);
  state.directory.addMember(group, referencedObject(state, objectBody(request.body)['@odata.id']));
  return { status: 204 };
}
