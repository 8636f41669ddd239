// Attribute paths of filters, PATCH operations and projections (RFC 7644 sections 3.5.2 and 3.10), resolved against a
// resource type: URN prefixes and names in any case, extension attribute names with spaces. Value filters between
// brackets are cut off as text here and read in filter.ts.
import { COMMON_ATTRIBUTES } from './schema-data.ts';
import {
  type AttributeDefinition,
  findAttribute,
  type ResourceTypeDefinition,
  type SchemaDefinition,
} from './schema-definition.ts';

/** Where a path leads: an attribute of the core schema or of an extension, and possibly its sub-attribute. */
export interface AttributeTarget {
  /** URN of the extension that holds the attribute; undefined for core and common attributes. */
  readonly extension: string | undefined;
  readonly attribute: AttributeDefinition;
  readonly sub: AttributeDefinition | undefined;
}

/** A path that has been cut into its parts: `urn:attribute[filter].sub`. */
export type ResolvedPath =
  | { readonly kind: 'extension'; readonly extension: SchemaDefinition }
  | ({ readonly kind: 'attribute'; readonly filterText: string | undefined } & AttributeTarget);

/** An attribute path without brackets; undefined if the resource type does not know it. */
export function resolveAttribute(type: ResourceTypeDefinition, path: string): AttributeTarget | undefined {
  const { extension, rest } = splitUrn(type, path);
  const list = extension ? extension.attributes : [...COMMON_ATTRIBUTES, ...type.core.attributes];
  return resolveIn(list, extension?.id, rest);
}

function resolveIn(
  list: readonly AttributeDefinition[],
  extension: string | undefined,
  path: string,
): AttributeTarget | undefined {
  const whole = findAttribute(list, path);
  if (whole) return { extension, attribute: whole, sub: undefined };
  const dot = path.lastIndexOf('.');
  if (dot < 0) return undefined;
  const parent = findAttribute(list, path.slice(0, dot));
  const sub = parent && findAttribute(parent.subAttributes, path.slice(dot + 1));
  return parent && sub ? { extension, attribute: parent, sub } : undefined;
}

/** A path inside the brackets of a value filter, that is, relative to one value of `parent`. */
export function resolveSubAttribute(parent: AttributeDefinition, path: string): AttributeTarget | undefined {
  return resolveIn(parent.subAttributes, undefined, path);
}

function splitUrn(
  type: ResourceTypeDefinition,
  path: string,
): { extension: SchemaDefinition | undefined; rest: string } {
  const lower = path.toLowerCase();
  for (const extension of type.extensions) {
    if (lower.startsWith(`${extension.id.toLowerCase()}:`)) {
      return { extension, rest: path.slice(extension.id.length + 1) };
    }
  }
  const core = `${type.core.id.toLowerCase()}:`;
  return { extension: undefined, rest: lower.startsWith(core) ? path.slice(core.length) : path };
}

/** A PATCH path; undefined if the resource type does not know it or its brackets do not pair. */
export function resolvePatchPath(type: ResourceTypeDefinition, path: string): ResolvedPath | undefined {
  const extension = type.extensions.find((candidate) => candidate.id.toLowerCase() === path.toLowerCase());
  if (extension) return { kind: 'extension', extension };
  const open = path.indexOf('[');
  if (open < 0) {
    const target = resolveAttribute(type, path);
    return target && { kind: 'attribute', filterText: undefined, ...target };
  }
  const close = path.lastIndexOf(']');
  const target = resolveAttribute(type, path.slice(0, open));
  const suffix = path.slice(close + 1);
  if (!target || target.sub || close < open || (suffix !== '' && !suffix.startsWith('.'))) return undefined;
  const sub = suffix === '' ? undefined : findAttribute(target.attribute.subAttributes, suffix.slice(1));
  if (suffix !== '' && !sub) return undefined;
  return { kind: 'attribute', ...target, sub, filterText: path.slice(open + 1, close) };
}
