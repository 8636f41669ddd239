// Faults as Microsoft Entra names them, and one that only its habits bring about: a group that shows its members although it
// was asked for without them. A tolerant run takes such a group as it is.
import type { ScimTarget, TargetResult } from '../engine/ports.ts';
import { type Dialect, faultUnder, STRATEGIES } from '../model/dialect.ts';
import { type ErrorCode, JobFault, type ObjectFault } from '../model/errors.ts';
import { elementsOf, memberOf } from '../scim/read.ts';
import { resourceId, type ScimKind, type ScimResource } from '../scim/resource.ts';
import type { Adaptation } from './adaptation.ts';

/** The client of a target with the faults of a dialect; `tolerated` is told of what a tolerant run does not mind. */
export function withDialectFaults(
  dialect: Dialect,
  client: ScimTarget,
  tolerated: ((use: Adaptation) => void) | null,
): ScimTarget {
  if (dialect === 'rfc7644') return client;
  const { excludesMembers } = STRATEGIES[dialect];
  const { learned } = client;
  const named = async <T>(pending: Promise<TargetResult<T>>): Promise<TargetResult<T>> => {
    const result = await pending.catch((error: unknown) => {
      throw withEntraName(error);
    });
    return result.ok ? result : { ok: false, fault: faultUnder(dialect, result.fault) };
  };
  const withoutMembers = async <T>(
    kind: ScimKind,
    pending: Promise<TargetResult<T>>,
    resourcesOf: (value: T) => readonly ScimResource[],
  ): Promise<TargetResult<T>> => {
    const result = await named(pending);
    if (!excludesMembers || kind === 'User' || !result.ok) return result;
    const shown = resourcesOf(result.value).find(showsMembers);
    if (shown === undefined) return result;
    const fault = membersShown();
    if (tolerated === null) return { ok: false, fault };
    tolerated({ rung: 'membersShown', kind, id: resourceId(shown) ?? null, because: fault.message });
    return result;
  };
  return {
    discover: (signal) => client.discover(signal),
    // What the target was seen to understand in other forms says nothing about these, and the other way round.
    remember: () => undefined,
    learned,
    list: (kind, signal) => client.list(kind, signal),
    find: (kind, attribute, value, signal) =>
      withoutMembers(kind, client.find(kind, attribute, value, signal), (found) => found),
    findAny: (kind, values, signal) => named(client.findAny(kind, values, signal)),
    get: (kind, id, signal) =>
      withoutMembers(kind, client.get(kind, id, signal), (found) => (found === null ? [] : [found])),
    refersTo: (kind, id, reference, signal) => named(client.refersTo(kind, id, reference, signal)),
    create: (kind, resource, signal) => named(client.create(kind, resource, signal)),
    patch: (kind, id, operations, signal) => named(client.patch(kind, id, operations, signal)),
    remove: (kind, id, signal) => named(client.remove(kind, id, signal)),
    rehearse: client.rehearse,
    get requests() {
      return client.requests;
    },
  };
}

/** What quarantines a job keeps scimsync's code, by which it comes out again; the message says Entra's as well. */
const JOB_NAMES: Readonly<Partial<Record<ErrorCode, string>>> = {
  TargetCredentialsInvalid: 'SystemForCrossDomainIdentityManagementInvalidCredentials',
  TargetIncompatible: 'SystemForCrossDomainIdentityManagementServiceIncompatible',
};

function withEntraName(error: unknown): unknown {
  const name = error instanceof JobFault ? JOB_NAMES[error.code] : undefined;
  if (!(error instanceof JobFault) || name === undefined) return error;
  return new JobFault(error.code, `${error.message} Microsoft Entra calls this ${name}.`, { cause: error });
}

function showsMembers(resource: ScimResource): boolean {
  return elementsOf(memberOf(resource, 'members')).length > 0;
}

function membersShown(): ObjectFault {
  return {
    code: 'SystemForCrossDomainIdentityManagementMultipleEntriesInResponse',
    message: 'The target answered a group with its members, although it was asked with excludedAttributes=members.',
  };
}
