// The body of a POST (RFC 7644 section 3.3). It names the schemas that are used and no others, and leaves out what has no
// value: strict targets refuse unknown URNs, nulls and empty texts.
import type { DesiredAttribute } from './desired.ts';
import { groupElements, namesAnyElement, wireValue, withPrimaryEmail } from './element.ts';
import type { ScimPath } from './path.ts';
import { elementsOf, isComplex, isUnassigned, keyOf } from './read.ts';
import { GROUP_SCHEMA, type ScimKind, type ScimResource, type ScimValue, USER_SCHEMA } from './resource.ts';

type Draft = Record<string, ScimValue | undefined>;

/** The resource to create from the wanted attributes; `memberIds` become the members of a group. */
export function buildResource(
  kind: ScimKind,
  desired: readonly DesiredAttribute[],
  memberIds: readonly string[] = [],
): ScimResource {
  const schemas: string[] = [kind === 'User' ? USER_SCHEMA : GROUP_SCHEMA];
  const resource: Draft = { schemas };
  const given = desired.filter(({ value }) => !isUnassigned(value));
  for (const { path, value } of given) {
    if (path.filter === undefined) place(ownerOf(resource, path, schemas), path, value);
  }
  for (const { path, elements } of groupElements(given)) {
    const owner = ownerOf(resource, path, schemas);
    const key = keyOf(owner, path.attribute);
    owner[key] = [...withPrimaryEmail(path, [...elementsOf(owner[key]).filter(isComplex), ...elements])];
  }
  if (memberIds.length > 0) resource['members'] = memberIds.map((value) => ({ value }));
  return resource;
}

// The resource itself, or the extension's object, whose URN thereby joins `schemas`.
function ownerOf(resource: Draft, path: ScimPath, schemas: string[]): Draft {
  if (path.schema === undefined) return resource;
  const key = keyOf(resource, path.schema);
  if (!Object.hasOwn(resource, key)) schemas.push(path.schema);
  return branch(resource, key);
}

// Two mappings may spell a name differently; it is one attribute all the same.
function place(owner: Draft, path: ScimPath, value: ScimValue): void {
  const key = keyOf(owner, path.attribute);
  const wire = wireValue(path, value);
  if (path.subAttribute === undefined) {
    owner[key] = wire;
    return;
  }
  if (namesAnyElement(path)) {
    const [first, ...others] = elementsOf(owner[key]).filter(isComplex);
    owner[key] = [...withPrimaryEmail(path, [{ ...first, [path.subAttribute]: wire }, ...others])];
    return;
  }
  const parent = branch(owner, key);
  parent[keyOf(parent, path.subAttribute)] = wire;
}

function branch(owner: Draft, key: string): Draft {
  const existing = owner[key];
  const child: Draft = isComplex(existing) ? { ...existing } : {};
  owner[key] = child;
  return child;
}
