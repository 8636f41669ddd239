// Where a resource is, relative to the SCIM root (RFC 7644 section 3.2).
import type { ScimKind } from './resource.ts';

/** The path of a resource, its id encoded. */
export function resourcePath(kind: ScimKind, id: string): string {
  const encoded = encodeURIComponent(id.toWellFormed());
  // Ids of only dots never come from a target (answer.ts); encoded twice they name nothing instead of the list itself.
  return `/${kind}s/${/^\.{1,2}$/.test(encoded) ? encoded.replaceAll('.', '%252E') : encoded}`;
}
