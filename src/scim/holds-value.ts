// Whether a resource has the value it was looked up by. Answers are never believed unread: servers ignore the attribute,
// the filter or the case.
import type { ScimPath } from './path.ts';
import { elementsOf, isComplex, isSilentAbout, memberOf, readAttribute, readPath } from './read.ts';
import type { ScimResource, ScimValue } from './resource.ts';

const CASE_EXACT = new Set(['id', 'externalid']);

/** Whether a resource really has a value where a path points; `id` and `externalId` exactly, the rest without regard to case. */
export function holdsValue(
  resource: ScimResource,
  attribute: string,
  path: ScimPath | undefined,
  value: string,
): boolean {
  const exact = CASE_EXACT.has(attribute.toLowerCase());
  const wanted = exact ? value : value.toLowerCase();
  return heldValues(resource, path).some((held) => (exact ? held : held.toLowerCase()) === wanted);
}

// Elements that do not say their type (Zscaler's e-mails) may be the wanted one.
function heldValues(resource: ScimResource, path: ScimPath | undefined): readonly string[] {
  if (path === undefined) return [];
  const { filter, subAttribute } = path;
  const found = elementsOf(readPath(resource, path)).flatMap(texts);
  if (filter === undefined || subAttribute === undefined) return found;
  const untyped = elementsOf(readAttribute(resource, path)).filter((element) => isSilentAbout(element, filter));
  return [...found, ...untyped.flatMap((element) => texts(memberOf(element, subAttribute)))];
}

function texts(value: ScimValue | undefined): readonly string[] {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return [String(value)];
  if (isComplex(value)) return texts(memberOf(value, 'value'));
  return [];
}
