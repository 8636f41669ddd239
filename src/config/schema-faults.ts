// What zod says -> faults with places and words for people. Never repeats a value: it could be a secret in the wrong
// place; keys are repeated.
import type { z } from 'zod';
import type { ConfigurationFault } from './fault.ts';
import type { Located } from './located.ts';
import { child, faultAt, joinPath, resolvePath, textOf, toPlain } from './located.ts';
import { schemaKeys } from './schema-keys.ts';
import { suggestion } from './suggestion.ts';

/** Keys that are judged elsewhere, as paths of the document; nothing at or below them is reported here. */
export type JudgedPaths = readonly (readonly string[])[];

/** The faults of `root` under `schema`; empty when it is accepted. */
export function schemaFaults(schema: z.ZodType, root: Located, judged: JudgedPaths = []): ConfigurationFault[] {
  const result = schema.safeParse(toPlain(root));
  if (result.success) return [];
  return result.error.issues
    .filter((issue) => !judged.some((path) => path.every((step, index) => issue.path[index] === step)))
    .flatMap((issue) => faultsOfIssue(schema, root, issue, issue.path));
}

function faultsOfIssue(
  schema: z.ZodType,
  root: Located,
  issue: z.core.$ZodIssue,
  path: readonly PropertyKey[],
): ConfigurationFault[] {
  const { node, rest } = resolvePath(root, path);
  if (rest.length > 0) {
    const missing = rest.reduce<string>(joinPath, node.at.path);
    return [faultAt({ ...node.at, path: missing }, 'This key is missing.', expectation(issue))];
  }
  if (issue.code === 'unrecognized_keys') return unknownKeys(schemaKeys(schema, path), node, issue.keys);
  if (issue.code === 'invalid_union' && issue.errors.length > 0) return unionFaults(schema, root, issue, path);
  return [faultAt(node.at, messageOf(issue), adviceOf(issue, node))];
}

function unknownKeys(known: readonly string[], node: Located, keys: readonly string[]): ConfigurationFault[] {
  const unknown = keys.filter((key) => !known.includes(key));
  const place = (key: string) => (node.kind === 'map' ? node.entries.get(key)?.key : undefined) ?? node.at;
  if (unknown.length > 0)
    return unknown.map((key) => faultAt(place(key), `Unknown key "${key}".`, suggestion(key, known)));
  // Known, but of another kind of the same map.
  const type = textOf(child(node, 'type'));
  if (type === undefined || !/^[A-Za-z0-9]{1,40}$/.test(type))
    return [faultAt(node.at, 'The values below this key do not have the right form.')];
  return keys.map((key) => faultAt(place(key), `The key "${key}" does not belong to type ${type}.`));
}

/** Alternatives of one value are named together; of several objects the one that fits best is reported. */
function unionFaults(
  schema: z.ZodType,
  root: Located,
  issue: z.core.$ZodIssueInvalidUnion,
  path: readonly PropertyKey[],
): ConfigurationFault[] {
  const all = issue.errors.flat();
  if (all.every((each) => each.path.length === 0 && each.code !== 'unrecognized_keys')) {
    const expected = [...new Set(all.map(expectedOf))].join(' or ');
    return [faultAt(resolvePath(root, path).node.at, `This must be ${expected}.`)];
  }
  const best = issue.errors.toSorted((left, right) => left.length - right.length)[0] ?? [];
  return best.flatMap((each) => faultsOfIssue(schema, root, each, [...path, ...each.path]));
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys and values',
  record: 'a map of keys and values',
  null: 'null',
};

const formatNames: Readonly<Record<string, string>> = {
  url: 'a URL such as https://example.com/scim/v2',
  guid: 'an object id such as 11111111-2222-3333-4444-555555555555',
  date: 'a date such as 2027-05-31',
  email: 'an e-mail address such as it@example.com',
};

/** Completes "This must be …". */
function expectedOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeNames[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return listed(issue.values);
    case 'invalid_union':
      // The options of a discriminator come with the issue, but not with its type.
      return 'options' in issue && Array.isArray(issue.options) ? listed(issue.options) : OTHER_VALUE;
    case 'invalid_format':
      // A pattern says in its own words what it wants.
      return formatNames[issue.format] ?? issue.message;
    case 'too_small':
      return `${sizeOf(issue.origin)}${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
    case 'too_big':
      return `${sizeOf(issue.origin)}${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`;
    case 'invalid_key':
    case 'invalid_element':
    case 'unrecognized_keys':
    case 'not_multiple_of':
    case 'custom':
      return OTHER_VALUE;
  }
}

const OTHER_VALUE = 'another value';

function listed(values: readonly unknown[]): string {
  return values
    .map(String)
    .join(', ')
    .replace(/, ([^,]*)$/, ' or $1');
}

function sizeOf(origin: string): string {
  if (origin === 'array') return 'a list with a number of entries of ';
  return origin === 'string' ? 'a text with a number of characters of ' : '';
}

function messageOf(issue: z.core.$ZodIssue): string {
  const empty = issue.code === 'too_small' && issue.minimum === 1;
  if (empty && issue.origin === 'string') return 'This must not be empty.';
  if (empty && issue.origin === 'array') return 'This list must not be empty.';
  if (issue.code === 'invalid_key') return 'This map has a key that is not allowed.';
  return `This must be ${expectedOf(issue)}.`;
}

function adviceOf(issue: z.core.$ZodIssue, node: Located): string | undefined {
  if (issue.code !== 'invalid_value' || node.kind !== 'scalar' || typeof node.value !== 'string') return undefined;
  const meant = suggestion(node.value, issue.values.map(String));
  return meant?.startsWith('Did') === true ? meant : undefined;
}

function expectation(issue: z.core.$ZodIssue): string | undefined {
  const expected = expectedOf(issue);
  return expected === OTHER_VALUE ? undefined : `It takes ${expected}.`;
}

/** The value of `root` under `schema`, or undefined when it has faults. */
export function parsed<T>(schema: z.ZodType<T>, root: Located | undefined): T | undefined {
  if (root === undefined) return undefined;
  const result = schema.safeParse(toPlain(root));
  return result.success ? result.data : undefined;
}

/** The value of `key` under `schema`; an absent key takes the schema's defaults. */
export function parsedEntry<T>(schema: z.ZodType<T>, root: Located, key: string): T | undefined {
  const node = child(root, key);
  const result = schema.safeParse(node === undefined ? undefined : toPlain(node));
  return result.success ? result.data : undefined;
}
