// The SCIM resource as JSON (RFC 7643 section 3), and the two kinds that are provisioned.

/** A value in a SCIM resource. */
export type ScimValue =
  | string
  | number
  | boolean
  | null
  | readonly ScimValue[]
  | { readonly [key: string]: ScimValue | undefined };

/** A resource as sent or answered; attribute names as on the wire. */
export type ScimResource = { readonly [attribute: string]: ScimValue | undefined };

/** Resource types of RFC 7643 that are provisioned. */
export type ScimKind = 'User' | 'Group';

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE_SCHEMA = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** The `id` of an answered resource, or undefined when it has none that can be used. */
export function resourceId(resource: ScimResource): string | undefined {
  const id = resource['id'];
  return typeof id === 'string' && id.trim() !== '' ? id : undefined;
}

/** One operation of a PATCH request (RFC 7644 section 3.5.2). */
export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path?: string;
  readonly value?: ScimValue;
}
