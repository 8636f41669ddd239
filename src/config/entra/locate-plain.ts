// Plain values as the checks of the configuration want them: each with its path, so that a fault says where it stands.
import type { Located, LocatedMap, Scalar } from '../located.ts';
import { joinPath } from '../located.ts';

/** The value with paths; `file` is what faults name as their file. Undefined members are left out. */
export function locatePlain(value: unknown, file: string, path = ''): Located {
  const at = { file, line: 1, column: 1, path };
  if (Array.isArray(value))
    return { kind: 'list', items: value.map((item, index) => locatePlain(item, file, joinPath(path, index))), at };
  if (typeof value === 'object' && value !== null) return locateObject(value, file, path);
  return { kind: 'scalar', value: (value ?? null) as Scalar, at };
}

/** As `locatePlain`, of an object. */
export function locateObject(value: object, file: string, path = ''): LocatedMap {
  const entries = Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .map(([key, each]) => {
      const located = locatePlain(each, file, joinPath(path, key));
      return [key, { key: located.at, value: located }] as const;
    });
  return { kind: 'map', entries: new Map(entries), at: { file, line: 1, column: 1, path } };
}
