// App roles and other objects as values of an attribute. The expression language hands objects over as JSON texts, as Entra
// does; on the wire they are objects of RFC 7643 section 2.4, never a text that holds JSON.
import type { SourceValue } from '../expressions/compile.ts';

/** Which of the functions that list app roles an expression is a call of; `RemoveDuplicates` around it does not matter. */
export function appRoleForm(expression: string): 'adding' | 'assertive' | null {
  const call = /^\s*(?:RemoveDuplicates\s*\(\s*)?(Assertive)?AppRoleAssignmentsComplex\s*\(/i.exec(expression);
  if (call === null) return null;
  return call[1] === undefined ? 'adding' : 'assertive';
}

/**
 * A value for a complex attribute: every JSON text of an object becomes the object. An app role becomes `{ value, display }`;
 * its id means nothing to a target, `primary` is false by default, and Entra's `type` says nothing about the role.
 */
export function asObjects(value: SourceValue): SourceValue {
  return Array.isArray(value) ? value.map(asObjects) : objectOf(value);
}

/** A value for an attribute that holds texts: an app role becomes its value. */
export function asTexts(value: SourceValue): SourceValue {
  if (Array.isArray(value)) return value.map(asTexts);
  const object = objectOf(value);
  return isObject(object) && typeof object['value'] === 'string' ? object['value'] : value;
}

function objectOf(value: SourceValue): SourceValue {
  if (typeof value !== 'string' || !value.startsWith('{')) return value;
  try {
    const parsed: unknown = JSON.parse(value);
    if (!isObject(parsed)) return value;
    return isAppRole(parsed) ? roleOf(parsed) : parsed;
  } catch {
    return value;
  }
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAppRole(value: { readonly [key: string]: unknown }): boolean {
  return Object.keys(value).toSorted().join() === 'displayName,id,value';
}

// A role without a value is told apart by its name, as everywhere in the language; one without a name by its id.
function roleOf({ id, value, displayName }: { readonly [key: string]: unknown }): SourceValue {
  const [name, shown] = [textOf(value), textOf(displayName)];
  return { value: name ?? shown ?? textOf(id), ...(shown === null ? {} : { display: shown }) };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
