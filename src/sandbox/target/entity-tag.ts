// Weak entity tags of RFC 7644 section 3.14 and the preconditions of RFC 9110 section 13.1.
import { scimRefusal } from './scim-error.ts';
import type { ScimRequest } from './scim-message.ts';

/** The entity tag of a version; the same text stands in meta.version. */
export function entityTag(version: number): string {
  return `W/"${version}"`;
}

function names(header: string, tag: string): boolean {
  const opaque = (text: string): string => text.trim().replace(/^W\//, '');
  return header.trim() === '*' || header.split(',').some((part) => opaque(part) === opaque(tag));
}

/** Throws 412 if If-Match names other versions only. */
export function checkIfMatch(request: ScimRequest, version: number): void {
  const header = request.headers['if-match'];
  if (header === undefined || names(header, entityTag(version))) return;
  throw scimRefusal(412, undefined, `The resource has changed; its version is ${entityTag(version)}.`);
}

/** True if If-None-Match names this version, so that a GET is answered 304. */
export function isNotModified(request: ScimRequest, version: number): boolean {
  const header = request.headers['if-none-match'];
  return header !== undefined && names(header, entityTag(version));
}
