// The payload of a change as text, in which a path is the name it was read from. Written out, the paths are most of a row
// that is written four times on its way (planned, let through, sent, settled). Rows of earlier versions hold them written out.
import { parsePath, type ScimPath } from '../scim/path.ts';
import type { ChangePayload } from './change-payload.ts';

interface Placed {
  readonly path: ScimPath;
}

/** Paths by their names; there are as many as mappings name. */
const known = new Map<string, ScimPath | null>();
const shortened = new WeakMap<ScimPath, boolean>();

/** What is stored of a payload. */
export function payloadText(payload: ChangePayload): string {
  const { desired, differences, restated, references } = payload;
  return JSON.stringify({
    ...payload,
    desired: desired.map(shorten),
    differences: differences.map(shorten),
    ...(restated === undefined ? {} : { restated: restated.map(shorten) }),
    references: references.map(shorten),
  });
}

/** A stored payload; of a change without one there is nothing. */
export function readPayload(text: string | null): Partial<ChangePayload> {
  if (text === null) return {};
  const payload = JSON.parse(text) as Partial<ChangePayload>;
  const { desired, differences, restated, references } = payload;
  for (const placed of [desired, differences, restated, references]) if (placed !== undefined) placed.forEach(lengthen);
  return payload;
}

function shorten<T extends Placed>(placed: T): object {
  return isReadFromItsName(placed.path) ? { ...placed, path: placed.path.text } : placed;
}

function lengthen(placed: { path: ScimPath | string }): void {
  if (typeof placed.path !== 'string') return;
  const path = pathNamed(placed.path);
  if (path === null) throw new Error(`a stored change names ${placed.path}, which is no attribute`);
  placed.path = path;
}

function pathNamed(name: string): ScimPath | null {
  let path = known.get(name);
  if (path === undefined) {
    const parsed = parsePath(name);
    path = parsed.ok ? parsed.path : null;
    known.set(name, path);
  }
  return path;
}

/** A path may say something else than its name, for instance in another spelling: it is kept as it is then. */
function isReadFromItsName(path: ScimPath): boolean {
  let isSame = shortened.get(path);
  if (isSame === undefined) {
    isSame = isSamePath(pathNamed(path.text), path);
    shortened.set(path, isSame);
  }
  return isSame;
}

function isSamePath(read: ScimPath | null, path: ScimPath): boolean {
  const parts = ({ text, schema, attribute, filter, subAttribute }: ScimPath): string =>
    JSON.stringify([text, schema, attribute, filter, subAttribute]);
  return read !== null && parts(read) === parts(path);
}
