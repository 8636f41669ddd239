// The parameters attributes and excludedAttributes of RFC 7644 section 3.9. Works on resources as they are answered;
// `id` and `schemas` are always returned, names that the schema does not know are passed over.
import { type AttributeTarget, resolveAttribute } from './attribute-path.ts';
import { findExtension, type ResourceTypeDefinition } from './schema-definition.ts';
import { isScimJson, type JsonValue, type ScimJson } from './scim-json.ts';

/** What of a resource is to be answered. */
export interface Projection {
  /** True if this top-level attribute may be part of the answer, so that costly ones need not be made for nothing. */
  readonly wants: (attributeName: string) => boolean;
  readonly apply: (resource: ScimJson) => ScimJson;
}

interface Selection {
  readonly extensions: ReadonlySet<string>;
  readonly targets: readonly AttributeTarget[];
}

function readSelection(type: ResourceTypeDefinition, text: string): Selection {
  const names = text.split(',').map((name) => name.trim());
  const extensions = names.map((name) => findExtension(type, name)?.id).filter((id) => id !== undefined);
  const targets = names.map((name) => resolveAttribute(type, name)).filter((target) => target !== undefined);
  return { extensions: new Set(extensions), targets };
}

function mapItems(value: JsonValue, change: (item: ScimJson) => ScimJson): JsonValue {
  if (Array.isArray(value)) return value.map((item) => (isScimJson(item) ? change(item) : item));
  return isScimJson(value) ? change(value) : value;
}

function keepAttribute(value: JsonValue, targets: readonly AttributeTarget[]): JsonValue {
  if (targets.some((target) => !target.sub)) return value;
  const names = targets.map((target) => target.sub?.name);
  return mapItems(value, (item) => Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name))));
}

function keepMembers(document: ScimJson, extension: string | undefined, selection: Selection): ScimJson {
  const result: ScimJson = {};
  for (const [name, value] of Object.entries(document)) {
    const targets = selection.targets.filter(
      (target) => target.extension === extension && target.attribute.name === name,
    );
    if (targets.length > 0) result[name] = keepAttribute(value, targets);
  }
  return result;
}

function keep(resource: ScimJson, selection: Selection): ScimJson {
  const result: ScimJson = keepMembers(resource, undefined, selection);
  for (const [name, value] of Object.entries(resource)) {
    if (name === 'schemas' || name === 'id') result[name] = value;
    if (!name.startsWith('urn:') || !isScimJson(value)) continue;
    const kept = selection.extensions.has(name) ? value : keepMembers(value, name, selection);
    if (Object.keys(kept).length > 0) result[name] = kept;
  }
  return result;
}

function dropTarget(document: ScimJson, target: AttributeTarget): ScimJson {
  const value = document[target.attribute.name];
  if (value === undefined || target.attribute.returned === 'always') return document;
  const { [target.attribute.name]: _dropped, ...rest } = document;
  const sub = target.sub?.name;
  if (sub === undefined) return rest;
  const change = (item: ScimJson): ScimJson =>
    Object.fromEntries(Object.entries(item).filter(([name]) => name !== sub));
  return { ...rest, [target.attribute.name]: mapItems(value, change) };
}

function drop(resource: ScimJson, selection: Selection): ScimJson {
  let result: ScimJson = Object.fromEntries(
    Object.entries(resource).filter(([name]) => !selection.extensions.has(name)),
  );
  for (const target of selection.targets) {
    const container = target.extension === undefined ? undefined : result[target.extension];
    if (target.extension === undefined) result = dropTarget(result, target);
    else if (isScimJson(container)) result = { ...result, [target.extension]: dropTarget(container, target) };
  }
  return result;
}

const EVERYTHING: Projection = { wants: () => true, apply: (resource) => resource };

/** Reads both parameters; `attributes` wins where both are sent, as they exclude each other. */
export function readProjection(type: ResourceTypeDefinition, query: URLSearchParams): Projection {
  const included = query.get('attributes');
  if (included) {
    const selection = readSelection(type, included);
    return {
      wants: (name) => selection.targets.some((target) => !target.extension && target.attribute.name === name),
      apply: (resource) => keep(resource, selection),
    };
  }
  const excluded = query.get('excludedAttributes');
  if (!excluded) return EVERYTHING;
  const selection = readSelection(type, excluded);
  return {
    wants: (name) =>
      !selection.targets.some((target) => !target.extension && !target.sub && target.attribute.name === name),
    apply: (resource) => drop(resource, selection),
  };
}
