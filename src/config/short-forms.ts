// Short forms of a job or template -> the form of the job schema. One layer at a time, before layers are merged; what
// is not a short form is left as it is, for the schema to judge.
import type { ConfigurationFault } from './fault.ts';
import type { Located, LocatedEntry, LocatedList, LocatedMap } from './located.ts';
import { child, faultAt, mapOf, scalar, textOf, withEntry, withoutEntries } from './located.ts';
import { suggestion } from './suggestion.ts';

const targetObjectNames: Readonly<Record<string, string>> = { user: 'User', group: 'Group' };

/** The layer with its short forms written out. */
export function expandShortForms(layer: LocatedMap, faults: ConfigurationFault[]): LocatedMap {
  let expanded = layer;
  const mappings = child(layer, 'objectMappings');
  if (mappings?.kind === 'map' || mappings?.kind === 'list') {
    const list = mappings.kind === 'map' ? listOfObjectMappings(mappings, faults) : mappings;
    expanded = withEntry(expanded, 'objectMappings', { ...list, items: list.items.map(expandObjectMapping) });
  }
  const profile = child(expanded, 'profile');
  return profile?.kind === 'map' ? withEntry(expanded, 'profile', expandProfile(profile)) : expanded;
}

/** `{ user: …, group: … }` */
function listOfObjectMappings(map: LocatedMap, faults: ConfigurationFault[]): LocatedList {
  const items: Located[] = [];
  for (const [name, { key, value }] of map.entries) {
    if (!Object.hasOwn(targetObjectNames, name)) {
      faults.push(faultAt(key, `Unknown key "${name}".`, suggestion(name, Object.keys(targetObjectNames))));
    } else if (value.kind === 'map') {
      items.push(withEntry(value, 'sourceObjectName', scalar(name, key)));
    } else {
      const example = '{ enabled: false } or { attributeMappings: […] }';
      faults.push(faultAt(value.at, 'An object mapping must be a map.', `Write for instance ${name}: ${example}.`));
    }
  }
  return { kind: 'list', items, at: map.at };
}

function expandObjectMapping(mapping: Located): Located {
  if (mapping.kind !== 'map') return mapping;
  let expanded = mapping;
  const target = targetObjectNames[textOf(child(mapping, 'sourceObjectName')) ?? ''];
  if (target !== undefined && !mapping.entries.has('targetObjectName')) {
    expanded = withEntry(expanded, 'targetObjectName', scalar(target, mapping.at));
  }
  const attributes = child(mapping, 'attributeMappings');
  if (attributes?.kind !== 'list') return expanded;
  return withEntry(expanded, 'attributeMappings', { ...attributes, items: attributes.items.map(expandAttribute) });
}

function expandAttribute(mapping: Located): Located {
  if (mapping.kind !== 'map') return mapping;
  const source = child(mapping, 'source');
  return source === undefined ? mapping : withEntry(mapping, 'source', expandSource(source));
}

function expandSource(source: Located): Located {
  switch (source.kind) {
    case 'scalar':
      if (source.value === null) return source;
      return typeof source.value === 'string' ? sourceOfText(source.value, source) : constant(source);
    case 'list': {
      // Entra's `[mail]` without quotes is a YAML list of one text.
      const [only] = source.items;
      const name = source.items.length === 1 ? textOf(only) : undefined;
      return name === undefined ? source : attribute(name, source);
    }
    case 'map':
      return sourceOfEntra(source);
  }
}

function sourceOfText(text: string, source: Located): Located {
  const name = /^\[([^[\]]+)\]$/.exec(text.trim())?.[1];
  if (name !== undefined) return attribute(name, source);
  const quoted = /^"((?:[^"\\]|\\.)*)"$/s.exec(text.trim())?.[1];
  // As in the expression language, a backslash escapes only a quote and itself.
  if (quoted !== undefined) return constant(scalar(quoted.replaceAll(/\\(["\\])/g, '$1'), source.at));
  return mapOf({ type: scalar('Function', source.at), expression: scalar(text, source.at) }, source.at);
}

function attribute(name: string, source: Located): LocatedMap {
  return mapOf({ type: scalar('Attribute', source.at), name: scalar(name, source.at) }, source.at);
}

function constant(value: Located): LocatedMap {
  return mapOf({ type: scalar('Constant', value.at), value }, value.at);
}

/** Graph's attributeMappingSource repeats itself: `name`, `expression` and `parameters` say the same thing. */
function sourceOfEntra(source: LocatedMap): LocatedMap {
  const typed = source.entries.has('type') ? source : withEntry(source, 'type', scalar('Attribute', source.at));
  const name = child(source, 'name');
  switch (textOf(child(typed, 'type')) ?? 'malformed') {
    case 'Attribute':
      return withoutEntries(typed, 'expression', 'parameters');
    case 'Constant':
      if (name === undefined || source.entries.has('value')) return withoutEntries(typed, 'expression', 'parameters');
      return withoutEntries(withEntry(typed, 'value', name), 'name', 'expression', 'parameters');
    case 'Function':
      return withoutEntries(typed, 'name', 'parameters');
    default:
      return typed;
  }
}

/** A kind that is not named among the filterable attributes has no restriction. */
function expandProfile(profile: LocatedMap): LocatedMap {
  const filterable = child(profile, 'filterable');
  if (filterable?.kind !== 'map' || filterable.entries.size === 0) return profile;
  const entries = new Map<string, LocatedEntry>(filterable.entries);
  for (const kind of Object.values(targetObjectNames)) {
    const empty: LocatedList = { kind: 'list', items: [], at: filterable.at };
    if (!entries.has(kind)) entries.set(kind, { key: filterable.at, value: empty });
  }
  return withEntry(profile, 'filterable', { ...filterable, entries });
}
