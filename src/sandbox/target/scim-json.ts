// JSON as the sandbox's SCIM targets hold it. Holds no SCIM rule; RFC 7643 section 2.1 makes attribute names
// case-insensitive, which is why reads from foreign documents go through readMember.

/** Any JSON value. */
export type JsonValue = string | number | boolean | null | JsonValue[] | ScimJson;

/** A JSON object: a SCIM resource, message, or complex value. */
export interface ScimJson {
  [name: string]: JsonValue;
}

/** True for a JSON object, false for arrays, null and primitives. */
export function isScimJson(value: unknown): value is ScimJson {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads a member whatever the case of its name; undefined if there is none. */
export function readMember(document: ScimJson, name: string): JsonValue | undefined {
  const exact = document[name];
  if (exact !== undefined) return exact;
  const wanted = name.toLowerCase();
  for (const [key, value] of Object.entries(document)) {
    if (key.toLowerCase() === wanted) return value;
  }
  return undefined;
}

/** The string items of a value that should be a list of strings; anything else counts as absent. */
export function stringItems(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/** The text of a primitive value; empty for anything that is none. */
export function readText(value: JsonValue | undefined): string {
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
}
