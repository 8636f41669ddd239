// Which target attribute names mean the same place, for names that may not even parse.
import { parsePath, pathKey } from '../scim/path.ts';

/** Two spellings of one target attribute have one key (RFC 7643 section 2.1: names have no case). */
export function targetKey(name: string): string {
  const parsed = parsePath(name);
  return parsed.ok ? pathKey(parsed.path) : name.toLowerCase();
}
