// Members with a type, for targets that refuse them without one (profile `memberType`). RFC 7643 section 4.2 has the
// sub-attribute and does not ask for it.
import type { TargetProfile } from '../model/profile.ts';
import { isComplex, isMultiple, memberOf } from '../scim/read.ts';
import type { PatchOperation, ScimValue } from '../scim/resource.ts';
import { isJsonObject } from './answer.ts';
import type { ScimRequest } from './transport.ts';

/** The request with a type for every member that it lists, in a group as in the operations of a PATCH. */
export function withMemberType(request: ScimRequest, { memberType }: Pick<TargetProfile, 'memberType'>): ScimRequest {
  const { body } = request;
  if (memberType === undefined || !request.path.startsWith('/Groups') || !isJsonObject(body)) return request;
  if (request.method !== 'PATCH')
    return body['members'] === undefined
      ? request
      : { ...request, body: { ...body, members: typed(body['members'] as ScimValue, memberType) } };
  const operations = body['Operations'] as readonly PatchOperation[];
  const Operations = operations.map((operation) =>
    operation.path === 'members' && operation.value !== undefined
      ? { ...operation, value: typed(operation.value, memberType) }
      : operation,
  );
  return { ...request, body: { ...body, Operations } };
}

function typed(members: ScimValue, type: string): ScimValue {
  if (!isMultiple(members)) return members;
  return members.map((member) =>
    isComplex(member) && memberOf(member, 'type') === undefined ? { ...member, type } : member,
  );
}
