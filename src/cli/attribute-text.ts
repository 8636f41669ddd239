// Target attributes as people call them: the extension's short name instead of its whole URN.

const EXTENSION = /^urn:ietf:params:scim:schemas:extension:([^:]+):[^:]+:(?:User|Group):(.+)$/i;

/** `peakon:Department` for an attribute of an extension; every other name as it is. */
export function shortAttribute(name: string): string {
  const [, extension, attribute] = EXTENSION.exec(name) ?? [];
  return extension === undefined || attribute === undefined ? name : `${extension}:${attribute}`;
}
