// Where one resource is found, below the SCIM root.
import type { ScimKind } from '../scim/resource.ts';

/** Ids of only dots never come from here (answer.ts); encoded twice they name nothing instead of the list itself. */
export function resourcePath(kind: ScimKind, id: string): string {
  const encoded = encodeURIComponent(id.toWellFormed());
  return `/${kind}s/${/^\.{1,2}$/.test(encoded) ? encoded.replaceAll('.', '%252E') : encoded}`;
}
