/**
 * Graph's own writes to people and their managers, with which a sandbox directory is edited. Deviation: `accountEnabled` and
 * `mailNickname` have defaults and `passwordProfile` is accepted and forgotten.
 */

import { graphTime } from './clock.ts';
import { directoryRefusal, notFound } from './graph-fault.ts';
import type { PropertyBag } from './objects.ts';
import { parseQuery } from './odata.ts';
import type { GraphReply, GraphRequest } from './request.ts';
import type { Route } from './route.ts';
import { findUser } from './routes-users.ts';
import { defaultProperties, plainEntity, SCHEMAS } from './schema.ts';
import type { TenantState } from './tenant-state.ts';
import { mergeComplex, objectBody, referencedObject, requireTexts, writtenProperties } from './write-body.ts';

const ASIDE = ['passwordProfile', 'manager@odata.bind', 'id'];

/** Routes of this file. */
export const userWrites: readonly Route[] = [
  { method: 'POST', path: 'users', handle: createUser },
  { method: 'PATCH', path: 'users/*', handle: (state, request, [key = '']) => updateUser(state, request, key) },
  {
    method: 'DELETE',
    path: 'users/*',
    handle: (state, request, [key = '']) => {
      parseQuery(request.search, []);
      state.directory.remove(findUser(state, key));
      return { status: 204 };
    },
  },
  {
    method: 'PUT',
    path: 'users/*/manager/$ref',
    handle: (state, request, [key = '']) => setManager(state, request, key),
  },
  {
    method: 'DELETE',
    path: 'users/*/manager/$ref',
    handle: (state, request, [key = '']) => clearManager(state, request, key),
  },
];

function checkUpn(upn: unknown): void {
  if (upn !== undefined && (typeof upn !== 'string' || !/^[^\s@]+@[^\s@]+$/.test(upn))) {
    throw directoryRefusal("Property userPrincipalName is invalid: it must have the form 'name@domain'.");
  }
}

/** A changed mail is the primary address in proxyAddresses too. */
function withAddresses(current: PropertyBag, patch: PropertyBag): PropertyBag {
  if (!('mail' in patch)) return patch;
  const others = Array.isArray(current['proxyAddresses'])
    ? current['proxyAddresses'].filter((address) => typeof address === 'string' && !address.startsWith('SMTP:'))
    : [];
  const primary = typeof patch['mail'] === 'string' ? [`SMTP:${patch['mail']}`] : [];
  return { ...patch, proxyAddresses: [...primary, ...others] };
}

function createUser(state: TenantState, request: GraphRequest): GraphReply {
  parseQuery(request.search, []);
  const body = objectBody(request.body);
  requireTexts(body, ['displayName', 'userPrincipalName']);
  checkUpn(body['userPrincipalName']);
  const written = writtenProperties(SCHEMAS.user, body, state.directory.extensions, ASIDE);
  const local = String(written['userPrincipalName']).split('@')[0] ?? '';
  const defaults = {
    accountEnabled: true,
    userType: 'Member',
    mailNickname: local,
    createdDateTime: graphTime(state.clock.now()),
  };
  const set = Object.fromEntries(Object.entries(written).filter(([, value]) => value !== null));
  const bind = body['manager@odata.bind'];
  const manager = bind === undefined ? undefined : referencedObject(state, bind);
  const properties = { ...defaults, ...mergeComplex({}, withAddresses({}, set)) };
  const user = state.directory.createUser(state.random.guid(), properties);
  if (manager?.kind === 'user') state.directory.setManager(user, manager.id);
  const entity = plainEntity(user, defaultProperties(SCHEMAS.user));
  return { status: 201, body: { '@odata.context': `${request.origin}/v1.0/$metadata#users/$entity`, ...entity } };
}

function updateUser(state: TenantState, request: GraphRequest, key: string): GraphReply {
  parseQuery(request.search, []);
  const user = findUser(state, key);
  const body = objectBody(request.body);
  checkUpn(body['userPrincipalName']);
  const written = writtenProperties(SCHEMAS.user, body, state.directory.extensions, ASIDE);
  for (const name of ['displayName', 'accountEnabled', 'userPrincipalName', 'mailNickname']) {
    if (written[name] === null) throw directoryRefusal(`Property '${name}' cannot be empty.`);
  }
  const bind = body['manager@odata.bind'];
  const manager = bind === undefined ? undefined : referencedObject(state, bind);
  state.directory.update(user, mergeComplex(user.properties, withAddresses(user.properties, written)));
  if (manager?.kind === 'user') state.directory.setManager(user, manager.id);
  return { status: 204 };
}

function setManager(state: TenantState, request: GraphRequest, key: string): GraphReply {
  parseQuery(request.search, []);
  const user = findUser(state, key);
  const manager = referencedObject(state, objectBody(request.body)['@odata.id']);
  if (manager.kind !== 'user') throw directoryRefusal('A manager must be a user.');
  if (manager.id === user.id) throw directoryRefusal('A user cannot be their own manager.');
  state.directory.setManager(user, manager.id);
  return { status: 204 };
}

function clearManager(state: TenantState, request: GraphRequest, key: string): GraphReply {
  parseQuery(request.search, []);
  const user = findUser(state, key);
  if (user.managerId === null) throw notFound('manager');
  state.directory.setManager(user, null);
  return { status: 204 };
}
