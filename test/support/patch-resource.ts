// PATCH of RFC 7644 section 3.5.2 for the fake target: paths as the engine sends them, nothing more.
import type { PatchOperation } from '../../src/scim/resource.ts';

export type Json = Record<string, unknown>;

const FILTERED = /^(.*?)\[(\w+) eq "((?:[^"\\]|\\.)*)"\](?:\.(.+))?$/;

/** Applies one operation; refuses what it does not understand, so that a test notices. */
export function applyOperation(resource: Json, operation: PatchOperation): void {
  const { op, path, value } = operation;
  if (path === undefined) throw new Error(`an operation without path: ${JSON.stringify(operation)}`);
  const filtered = FILTERED.exec(path);
  if (filtered !== null) {
    applyFiltered(resource, op, filtered, value);
    return;
  }
  const { owner, key } = locate(resource, path);
  if (op === 'remove') delete owner[key];
  else if (op === 'add' && Array.isArray(value)) owner[key] = union(owner[key], value as unknown[]);
  else owner[key] = structuredClone(value);
}

function applyFiltered(resource: Json, op: PatchOperation['op'], match: RegExpExecArray, value: unknown): void {
  const [, attribute = '', name = '', text = '', sub] = match;
  const { owner, key } = locate(resource, attribute);
  const list = Array.isArray(owner[key]) ? (owner[key] as Json[]) : [];
  const wanted = JSON.parse(`"${text}"`) as string;
  if (op === 'remove' && sub === undefined) {
    owner[key] = list.filter((each) => each[name] !== wanted);
    return;
  }
  const element = list.find((each) => each[name] === wanted);
  if (element === undefined) throw new Error(`no element ${name} ${wanted} in ${attribute}`);
  if (op === 'remove') delete element[sub ?? 'value'];
  else element[sub ?? 'value'] = value;
}

function locate(resource: Json, path: string): { owner: Json; key: string } {
  const urn = /^(urn:.*:(?:User|Group)):(.+)$/.exec(path);
  const owner = urn === null ? resource : branch(resource, urn[1] ?? '');
  const [key = '', sub] = (urn === null ? path : (urn[2] ?? '')).split('.');
  return sub === undefined ? { owner, key } : { owner: branch(owner, key), key: sub };
}

function branch(owner: Json, key: string): Json {
  const held = owner[key];
  if (typeof held === 'object' && held !== null && !Array.isArray(held)) return held as Json;
  const created: Json = {};
  owner[key] = created;
  return created;
}

function union(held: unknown, added: readonly unknown[]): unknown[] {
  const list = Array.isArray(held) ? [...(held as unknown[])] : [];
  const keyOf = (each: unknown) => JSON.stringify((each as Json)['value'] ?? each);
  const known = new Set(list.map(keyOf));
  for (const each of added) if (!known.has(keyOf(each))) list.push(structuredClone(each));
  return list;
}
