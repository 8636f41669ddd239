// Text of a file, or an answer of Microsoft Graph -> Entra's synchronizationSchema, whatever it is wrapped in: alone, in a
// template or job ({ id, factoryTag, schema }), or in a list ({ value: [...] }). Faults name the path in the JSON document.
import type { ConfigurationFault } from '../fault.ts';
import { joinPath } from '../located.ts';
import { schemaFaults } from '../schema-faults.ts';
import { type EntraSchema, entraSchemaSchema, strictEntraSchemaSchema } from './document.ts';
import { locatePlain } from './locate-plain.ts';
import { type ReportItem, shownValue } from './report.ts';

/** A schema that has the right form. */
export interface EntraDocument {
  readonly schema: EntraSchema;
  /** The same as it was written, without members that could hold a secret and those of the transport (@odata…). */
  readonly raw: Readonly<Record<string, unknown>>;
  /** Where the schema stands in what was read; empty for the whole. */
  readonly at: string;
  /** What the wrapper says about the application: id of the template, factoryTag. */
  readonly names: readonly string[];
  readonly unknown: readonly ReportItem[];
}

export type DocumentResult =
  | { readonly ok: true; readonly document: EntraDocument }
  | { readonly ok: false; readonly faults: readonly ConfigurationFault[] };

/** Reads JSON; `file` is what faults name. Never throws, whatever the text. */
export function readDocumentText(file: string, text: string): DocumentResult {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const [, line, column] = /line (\d+) column (\d+)/.exec(error instanceof Error ? error.message : '') ?? [];
    const place = line === undefined ? {} : { line: Number(line), column: Number(column) };
    const advice =
      'Export it again: GET …/synchronization/jobs/{id}/schema, or Review your schema in the Entra admin center.';
    return { ok: false, faults: [{ file, ...place, path: '', message: 'This is not valid JSON.', advice }] };
  }
  return readDocument(file, value);
}

/** Reads a value that is JSON already. */
export function readDocument(file: string, value: unknown): DocumentResult {
  if (isDeep(value, MAX_DEPTH))
    return { ok: false, faults: [{ file, path: '', message: `The document is nested more than ${MAX_DEPTH} deep.` }] };
  const found = findSchema(value, '');
  if ('message' in found) return { ok: false, faults: [{ file, ...found }] };
  const faults = schemaFaults(entraSchemaSchema, locatePlain(found.schema, file, found.at));
  if (faults.length > 0) return { ok: false, faults: faults.map(withoutPosition) };
  const unknown = unknownMembers(found.schema, found.at);
  const document = {
    schema: entraSchemaSchema.parse(found.schema),
    raw: withoutTransport(
      found.schema,
      unknown.map(({ keys }) => keys),
    ),
    at: found.at,
    names: found.names,
    unknown: [...found.unknown, ...unknown.map(({ item }) => item)],
  };
  return { ok: true, document };
}

/** A value has no line: the document was parsed at once. */
function withoutPosition({ file, path, message, advice }: ConfigurationFault): ConfigurationFault {
  return { file, path, message, ...(advice === undefined ? {} : { advice }) };
}

/** Expressions are nested at most 100 deep, and each level is two in the JSON. */
const MAX_DEPTH = 250;

function isDeep(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return left === 0 || Object.values(value).some((each) => isDeep(each, left - 1));
}

interface Found {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly at: string;
  readonly names: readonly string[];
  readonly unknown: readonly ReportItem[];
}

interface NotFound {
  readonly path: string;
  readonly message: string;
  readonly advice: string;
}

function findSchema(value: unknown, at: string): Found | NotFound {
  if (Array.isArray(value)) return findInList(value, at);
  const object = asObject(value);
  if (object === undefined) return nothing(at);
  if ('synchronizationRules' in object || 'directories' in object)
    return { schema: object, at, names: [], unknown: [] };
  if (Array.isArray(object['value'])) return findInList(object['value'], joinPath(at, 'value'));
  if (!('schema' in object)) return nothing(at);
  const inner = findSchema(object['schema'], joinPath(at, 'schema'));
  if ('message' in inner) return inner;
  const names = ['factoryTag', 'id', 'templateId'].flatMap((key) => {
    const name = object[key];
    return typeof name === 'string' ? [name] : [];
  });
  return { ...inner, names, unknown: unknownOfWrapper(object, at) };
}

function findInList(list: readonly unknown[], at: string): Found | NotFound {
  const found = list.map((item, index) => findSchema(item, joinPath(at, index)));
  const usable = found.filter((each): each is Found => !('message' in each));
  const [only] = usable;
  if (only === undefined) return nothing(at);
  if (usable.length === 1) return only;
  const names = usable.map(({ names: [first], at: place }) => first ?? place).join(', ');
  const message = `There are ${usable.length} schemas here (${names}).`;
  return { path: at, message, advice: 'Keep the one of the job or template that is meant.' };
}

function nothing(path: string): NotFound {
  return {
    path,
    message: 'There is no synchronizationSchema here: synchronizationRules is missing.',
    advice:
      'What is read: the answer of GET …/synchronization/jobs/{id}/schema, a template with its schema, or a list of one.',
  };
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

const WRAPPER_KEYS: readonly string[] = [
  'id',
  'applicationId',
  'default',
  'description',
  'discoverable',
  'factoryTag',
  'metadata',
  'schema',
  'schedule',
  'status',
  'synchronizationJobSettings',
  'templateId',
];

function unknownOfWrapper(object: Readonly<Record<string, unknown>>, at: string): ReportItem[] {
  return Object.keys(object)
    .filter((key) => !WRAPPER_KEYS.includes(key) && !key.includes('@odata.'))
    .map((key) => unknownItem(joinPath(at, key), key, object[key], false));
}

interface UnknownMember {
  /** From the root of the schema. */
  readonly keys: readonly PropertyKey[];
  readonly item: ReportItem;
}

function unknownMembers(schema: Readonly<Record<string, unknown>>, at: string): UnknownMember[] {
  const result = strictEntraSchemaSchema.safeParse(schema);
  return (result.error?.issues ?? []).flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [];
    return issue.keys
      .filter((key) => !key.includes('@odata.'))
      .map((key) => {
        const keys = [...issue.path, key];
        const path = keys.reduce<string>(joinPath, at);
        return { keys, item: unknownItem(path, key, valueAt(schema, keys), true) };
      });
  });
}

/** Nothing that is called so is kept: what could be a secret, and what people write into a file as a note. */
const NOT_KEPT = /secret|password|token|credential|^[_$]/i;
const SECRET_NAME = /secret|password|token|credential/i;

function unknownItem(path: string, key: string, value: unknown, inSchema: boolean): ReportItem {
  const secret = SECRET_NAME.test(key);
  return {
    path,
    value: secret ? '(not shown)' : shownValue(value),
    reason: 'This member is not known.',
    advice: inSchema && !NOT_KEPT.test(key) ? 'Nothing to do: it goes back with an export.' : 'It is passed over.',
  };
}

function valueAt(root: unknown, keys: readonly PropertyKey[]): unknown {
  return keys.reduce<unknown>((value, key) => (asObject(value) ?? (value as object))?.[key as never], root);
}

/** A copy that can be kept: nothing of the transport, nothing unknown that is called like a secret. */
function withoutTransport(
  schema: Readonly<Record<string, unknown>>,
  unknown: readonly (readonly PropertyKey[])[],
): Readonly<Record<string, unknown>> {
  const copy = structuredClone(schema) as Record<string, unknown>;
  for (const key of Object.keys(copy)) if (key.includes('@odata.')) Reflect.deleteProperty(copy, key);
  for (const keys of unknown) {
    const last = keys.at(-1);
    const parent = valueAt(copy, keys.slice(0, -1));
    if (last !== undefined && NOT_KEPT.test(String(last)) && typeof parent === 'object' && parent !== null)
      Reflect.deleteProperty(parent, last);
  }
  return copy;
}
