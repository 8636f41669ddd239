/**
 * Reading the query options of a request. Strict on purpose: an option the endpoint does not support is a 400, because an
 * emulator that ignores options hides the faults of its client.
 */
import { badRequest, unsupportedQuery } from './graph-fault.ts';
import { type EntitySchema, type ExtensionDefinition, type PropertyDefinition, selectProperty } from './schema.ts';

/** Options by name in lower case (`$select`), decoded. */
export type QueryOptions = ReadonlyMap<string, string>;

/** Splits and decodes a query; options outside `allowed` and repeated ones are refused. */
export function parseQuery(search: string, allowed: readonly string[]): QueryOptions {
  const options = new Map<string, string>();
  for (const part of search.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = decodePart(equals < 0 ? part : part.slice(0, equals)).toLowerCase();
    if (!allowed.includes(name)) {
      throw badRequest(`The query parameter '${name.slice(0, 60)}' is not supported on this resource.`);
    }
    if (options.has(name))
      throw badRequest(`Query option '${name}' was specified more than once, but it must be specified at most once.`);
    options.set(name, equals < 0 ? '' : decodePart(part.slice(equals + 1)));
  }
  return options;
}

/** Percent-decoding with `+` as a blank; bad escapes are a 400. */
export function decodePart(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw badRequest('Bad Request - Error in query syntax.');
  }
}

/** Names in a `$select`, trimmed; `undefined` when the option is absent. */
export function selectNames(options: QueryOptions): readonly string[] | undefined {
  const text = options.get('$select');
  if (text === undefined) return undefined;
  const names = text.split(',').map((name) => name.trim());
  if (names.some((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))) {
    throw badRequest(`Parsing OData Select and Expand failed: Syntax error in '${text.slice(0, 120)}'.`);
  }
  return names;
}

/** The definitions behind `$select`, without repetitions; `undefined` when the option is absent. */
export function selectedProperties(
  options: QueryOptions,
  schema: EntitySchema,
  extensions: readonly ExtensionDefinition[],
): readonly PropertyDefinition[] | undefined {
  const names = selectNames(options);
  if (names === undefined) return undefined;
  const found = new Map<string, PropertyDefinition>();
  for (const name of names) {
    const property = selectProperty(schema, name, extensions);
    found.set(property.name, property);
  }
  return [...found.values()];
}

/** `$top` from 1 to `max`; absent gives `fallback`. */
export function pageSizeOf(options: QueryOptions, fallback: number, max: number): number {
  const text = options.get('$top');
  if (text === undefined) return fallback;
  const top = /^\d+$/.test(text) ? Number(text) : 0;
  if (top < 1 || top > max) {
    throw badRequest(`Invalid page size specified: '${text.slice(0, 20)}'. Must be between 1 and ${max} inclusive.`);
  }
  return top;
}

/** Whether the caller asked for the index that advanced queries need (`ConsistencyLevel: eventual`). */
function isEventual(headers: Readonly<Record<string, string>>): boolean {
  return headers['consistencylevel']?.toLowerCase() === 'eventual';
}

/** Refuses an advanced query without `ConsistencyLevel: eventual` (and `$count=true` where `count` says so). */
export function requireEventual(
  headers: Readonly<Record<string, string>>,
  options: QueryOptions,
  count: boolean,
): void {
  if (isEventual(headers) && (!count || wantsCount(options))) return;
  throw unsupportedQuery(
    'Request is not supported without the ConsistencyLevel header set to eventual and the $count query parameter set to true.',
  );
}

/** Whether `$count=true` was asked for. */
export function wantsCount(options: QueryOptions): boolean {
  const text = options.get('$count');
  if (text === undefined || text === 'false') return false;
  if (text === 'true') return true;
  throw badRequest(`Invalid value '${text.slice(0, 20)}' for $count query option found.`);
}

/** `manager($levels=max;$select=id)`: the parts of an `$expand`. */
export interface ExpandItem {
  readonly relation: string;
  readonly options: QueryOptions;
}

/** Reads an `$expand` of exactly one relation, the most Graph allows on directory objects. */
export function parseExpand(text: string): ExpandItem {
  const match = /^\s*([A-Za-z]+)\s*(?:\(([^()]*)\))?\s*$/.exec(text);
  if (match === null) throw badRequest(`Parsing OData Select and Expand failed: '${text.slice(0, 120)}'.`);
  const inner = new Map<string, string>();
  for (const part of (match[2] ?? '').split(';').filter((piece) => piece.trim() !== '')) {
    const [name = '', value = ''] = part.split('=').map((piece) => piece.trim());
    if (name !== '$select' && name !== '$levels') {
      throw badRequest(
        `Parsing OData Select and Expand failed: option '${name.slice(0, 40)}' inside $expand is not supported.`,
      );
    }
    inner.set(name, value);
  }
  return { relation: match[1] ?? '', options: inner };
}
