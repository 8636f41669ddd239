// A configuration value together with the place it was written in. Layers (defaults, template, job) are merged in this
// form, so that a fault in a merged job still names the file and line of the value that caused it.
import type { ConfigurationFault } from './fault.ts';

/** The place of a value: file, 1-based line and column, and the path within that file. */
export interface Origin {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
}

export type Scalar = string | number | boolean | null;

export interface LocatedScalar {
  readonly kind: 'scalar';
  readonly value: Scalar;
  readonly at: Origin;
}

export interface LocatedList {
  readonly kind: 'list';
  readonly items: readonly Located[];
  readonly at: Origin;
}

export interface LocatedMap {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, LocatedEntry>;
  readonly at: Origin;
}

export interface LocatedEntry {
  /** Where the key stands. */
  readonly key: Origin;
  readonly value: Located;
}

export type Located = LocatedScalar | LocatedList | LocatedMap;

/** The bare value. */
export function toPlain(node: Located): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(toPlain);
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, entry]) => [key, toPlain(entry.value)]));
  }
}

export function child(node: Located | undefined, key: string): Located | undefined {
  return node?.kind === 'map' ? node.entries.get(key)?.value : undefined;
}

/** The value below `keys`, or undefined when one of them is absent. */
export function descend(node: Located | undefined, ...keys: readonly string[]): Located | undefined {
  return keys.reduce<Located | undefined>(child, node);
}

export function textOf(node: Located | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

export function withEntry(map: LocatedMap, key: string, value: Located, at: Origin = value.at): LocatedMap {
  const entries = new Map(map.entries);
  entries.set(key, { key: map.entries.get(key)?.key ?? at, value });
  return { ...map, entries };
}

export function withoutEntries(map: LocatedMap, ...keys: readonly string[]): LocatedMap {
  return { ...map, entries: new Map([...map.entries].filter(([key]) => !keys.includes(key))) };
}

export function scalar(value: Scalar, at: Origin): LocatedScalar {
  return { kind: 'scalar', value, at };
}

/** A map whose keys stand where their values stand: for values that a short form stands for. */
export function mapOf(values: Readonly<Record<string, Located>>, at: Origin): LocatedMap {
  const entries = Object.entries(values).map(([key, value]) => [key, { key: value.at, value }] as const);
  return { kind: 'map', entries: new Map(entries), at };
}

/** The deepest existing node on the way along `path`, and what of the path is left. */
export function resolvePath(
  root: Located,
  path: readonly PropertyKey[],
): { readonly node: Located; readonly rest: readonly PropertyKey[] } {
  let node = root;
  for (const [index, step] of path.entries()) {
    const next = node.kind === 'list' && typeof step === 'number' ? node.items[step] : child(node, String(step));
    if (next === undefined) return { node, rest: path.slice(index) };
    node = next;
  }
  return { node, rest: [] };
}

/** `path` extended by one step, as people write it. */
export function joinPath(path: string, step: PropertyKey): string {
  if (typeof step === 'number') return `${path}[${step}]`;
  const key = String(step);
  if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${path}["${key}"]`;
  return path === '' ? key : `${path}.${key}`;
}

export function faultAt(origin: Origin, message: string, advice?: string): ConfigurationFault {
  return { ...origin, message, ...(advice === undefined ? {} : { advice }) };
}
