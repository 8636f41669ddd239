// Defaults, template and job -> one job. Objects merge, lists replace; object mappings merge by source object and
// their attribute mappings by target attribute, because these lists are maps that keep Entra's form.
import type { ConfigurationFault } from './fault.ts';
import type { Located, LocatedEntry, LocatedList, LocatedMap } from './located.ts';
import { child, faultAt, textOf, withEntry, withoutEntries } from './located.ts';
import { suggestion } from './suggestion.ts';
import { targetKey } from './target-key.ts';

/** Layers from the weakest to the strongest, short forms written out; places are those of the winning values. */
export function mergeLayers(layers: readonly LocatedMap[], faults: ConfigurationFault[]): LocatedMap {
  const strongest = layers.at(-1);
  const nothing: LocatedMap = {
    kind: 'map',
    entries: new Map(),
    at: strongest?.at ?? { file: '', line: 1, column: 1, path: '' },
  };
  const merged = layers.reduce((weak, strong) => mergeLayer(weak, strong, faults), nothing);
  const mappings = child(merged, 'objectMappings');
  if (mappings?.kind !== 'list') return merged;
  return withEntry(merged, 'objectMappings', { ...mappings, items: mappings.items.filter((item) => !isIdle(item)) });
}

/** A mapping that is switched off needs no attribute mappings, and without any says nothing more. */
function isIdle(mapping: Located): boolean {
  const enabled = child(mapping, 'enabled');
  return enabled?.kind === 'scalar' && enabled.value === false && child(mapping, 'attributeMappings') === undefined;
}

function mergeLayer(weak: LocatedMap, strong: LocatedMap, faults: ConfigurationFault[]): LocatedMap {
  const merged = mergeMaps(weak, strong);
  const above = child(strong, 'objectMappings');
  const below = child(weak, 'objectMappings');
  if (above?.kind !== 'list') return merged;
  const list = mergeObjectMappings(below?.kind === 'list' ? below : undefined, above, faults);
  return withEntry(merged, 'objectMappings', list);
}

function mergeMaps(weak: LocatedMap, strong: LocatedMap): LocatedMap {
  const entries = new Map<string, LocatedEntry>(weak.entries);
  for (const [key, entry] of strong.entries) {
    const below = weak.entries.get(key)?.value;
    const both = below?.kind === 'map' && entry.value.kind === 'map';
    entries.set(key, both ? { key: entry.key, value: mergeMaps(below, entry.value) } : entry);
  }
  return { kind: 'map', entries, at: strong.at };
}

function mergeObjectMappings(
  weak: LocatedList | undefined,
  strong: LocatedList,
  faults: ConfigurationFault[],
): LocatedList {
  const nameOf = (mapping: Located) => textOf(child(mapping, 'sourceObjectName'));
  const below = weak?.items ?? [];
  const names = new Set(strong.items.map(nameOf));
  const kept = below.filter((mapping) => !names.has(nameOf(mapping)));
  const merged = strong.items.map((mapping) => {
    if (mapping.kind !== 'map') return mapping;
    const name = nameOf(mapping);
    const under = below.find((each) => name !== undefined && nameOf(each) === name);
    return mergeObjectMapping(under?.kind === 'map' ? under : undefined, mapping, faults);
  });
  return { ...strong, items: [...merged, ...kept] };
}

function mergeObjectMapping(
  weak: LocatedMap | undefined,
  strong: LocatedMap,
  faults: ConfigurationFault[],
): LocatedMap {
  const below = child(weak, 'attributeMappings');
  const above = child(strong, 'attributeMappings');
  const inherited = below?.kind === 'list' ? below.items : [];
  const kept = withoutOmitted(inherited, child(strong, 'omitAttributes'), faults);
  const merged = withoutEntries(weak === undefined ? strong : mergeMaps(weak, strong), 'omitAttributes');
  if (above !== undefined && above.kind !== 'list') return merged;
  if (above === undefined && below?.kind !== 'list') return merged;
  const items = mergeAttributeMappings(kept, above?.items ?? []);
  return withEntry(merged, 'attributeMappings', { kind: 'list', items, at: above?.at ?? below?.at ?? strong.at });
}

function targetName(mapping: Located): string | undefined {
  const name = textOf(child(mapping, 'targetAttributeName'));
  return name === undefined ? undefined : targetKey(name);
}

function withoutOmitted(
  inherited: readonly Located[],
  omitted: Located | undefined,
  faults: ConfigurationFault[],
): readonly Located[] {
  if (omitted === undefined) return inherited;
  const names = omitted.kind === 'list' ? omitted.items.map(textOf) : [undefined];
  if (names.includes(undefined)) {
    faults.push(faultAt(omitted.at, 'This must be a list of target attribute names.'));
    return inherited;
  }
  const existing = inherited.map((mapping) => textOf(child(mapping, 'targetAttributeName')) ?? '');
  const existingKeys = new Set(existing.map(targetKey));
  const items = omitted.kind === 'list' ? omitted.items : [];
  const leave = new Set<string>();
  for (const item of items) {
    const name = textOf(item) ?? '';
    leave.add(targetKey(name));
    if (!existingKeys.has(targetKey(name))) {
      const message = `No mapping to "${name}" is inherited, so it cannot be left out.`;
      faults.push(faultAt(item.at, message, suggestion(name, existing)));
    }
  }
  return inherited.filter((mapping) => !leave.has(targetName(mapping) ?? ''));
}

/** A mapping to the same target takes the inherited one's place; duplicates within the stronger list stay visible. */
function mergeAttributeMappings(weak: readonly Located[], strong: readonly Located[]): Located[] {
  const replacements = Map.groupBy(strong, targetName);
  const placed = new Set<string>();
  const merged = weak.flatMap((inherited) => {
    const name = targetName(inherited);
    const instead = name === undefined ? undefined : replacements.get(name);
    if (name === undefined || instead === undefined) return [inherited];
    if (placed.has(name)) return [];
    placed.add(name);
    return instead;
  });
  return [...merged, ...strong.filter((mapping) => !placed.has(targetName(mapping) ?? ''))];
}
