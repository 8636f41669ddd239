/** docs/configuration.md: the words about layers, modes and secrets, and tables of all keys out of the schemas. */
import { configurationSchemas, type JsonSchema } from './configuration-schemas.ts';

/** One row of a table. */
export interface KeyRow {
  readonly key: string;
  readonly type: string;
  readonly fallback: string;
  readonly meaning: string;
}

const SECRET = 'secret';

/** The keys below a schema, in their order. */
export function keyRows(schema: JsonSchema, path = ''): KeyRow[] {
  const properties = Object.entries(schema.properties ?? {});
  return properties.flatMap(([name, value], index) => {
    const key = path === '' ? name : `${path}.${name}`;
    const row = { key, type: typeOf(value), fallback: fallbackOf(value), meaning: value.description ?? '' };
    // Two kinds of object with the same keys: the keys of the second are not repeated.
    const [, before] = properties[index - 1] ?? [];
    if (before !== undefined && sameKeys(before, value)) return [row];
    return [row, ...(isWhole(value) ? [] : below(value, key))];
  });
}

function sameKeys(one: JsonSchema, other: JsonSchema): boolean {
  const [keys, otherKeys] = [one.properties, other.properties].map((each) => JSON.stringify(each));
  return one.properties?.['attributeMappings'] !== undefined && keys === otherKeys;
}

function below(value: JsonSchema, key: string): KeyRow[] {
  if (value.oneOf?.every((each) => each.properties?.['type']?.const !== undefined) === true)
    return kindRows(value.oneOf, key);
  const named = typeof value.additionalProperties === 'object' ? value.additionalProperties : undefined;
  const object = value.properties === undefined ? value.anyOf?.find((each) => each.properties !== undefined) : value;
  if (object !== undefined) return keyRows(object, key);
  if (value.items?.properties !== undefined) return keyRows(value.items, `${key}[]`);
  return named?.properties === undefined ? [] : keyRows(named, `${key}.NAME`);
}

/** Objects of several kinds, told apart by `type`: one table of their keys, each with the kinds that have it. */
function kindRows(kinds: readonly JsonSchema[], path: string): KeyRow[] {
  const typed = kinds.map((schema) => ({ name: String(schema.properties?.['type']?.const), schema }));
  const names = typed.map(({ name }) => `\`${name}\``).join(', ');
  const meanings = typed.map(({ name, schema }) => `${name}: ${schema.properties?.['type']?.description ?? ''}`);
  const rows = new Map<string, { readonly row: KeyRow; readonly kinds: string[] }>();
  for (const { name, schema } of typed) {
    const { type: _, ...others } = schema.properties ?? {};
    for (const row of keyRows({ properties: others }, path)) {
      const id = JSON.stringify(row);
      if (!rows.has(id)) rows.set(id, { row, kinds: [] });
      rows.get(id)?.kinds.push(name);
    }
  }
  return [
    { key: `${path}.type`, type: names, fallback: '', meaning: meanings.join(' ') },
    ...[...rows.values()].map(({ row, kinds: of }) => ({ ...row, meaning: `${of.join(', ')}: ${row.meaning}` })),
  ];
}

/** A value that is explained once, beside the tables. */
function isWhole(value: JsonSchema): boolean {
  return isSecret(value) || isLimit(value) || value.properties?.['id'] !== undefined || isSource(value);
}

function isSecret(value: JsonSchema): boolean {
  return value.anyOf?.some((each) => each.properties?.['fromEnv'] !== undefined) ?? false;
}

function isLimit(value: JsonSchema): boolean {
  return Object.keys(value.properties ?? {}).join(' ') === 'count percent from';
}

/** The source of an attribute mapping, whose forms are texts. */
function isSource(value: JsonSchema): boolean {
  return value.anyOf?.some((each) => each.type === 'null') === true && value.anyOf.length > 4;
}

function typeOf(value: JsonSchema): string {
  if (isSecret(value)) return SECRET;
  if (isLimit(value)) return 'limit';
  if (isSource(value)) return 'see below';
  if (value.enum !== undefined) return value.enum.map((each) => `\`${String(each)}\``).join(', ');
  if (value.const !== undefined) return `\`${String(value.const)}\``;
  if (value.type === 'array') return `list of ${value.items === undefined ? 'values' : pluralOf(value.items)}`;
  const alternatives = value.anyOf ?? value.oneOf;
  if (alternatives === undefined) return nameOf(value);
  return [...new Set(alternatives.map(typeOf))].filter((name) => name !== 'null').join(' or ');
}

function nameOf(value: JsonSchema): string {
  const { type } = value;
  if (typeof type === 'object') return type.map((each) => nameOf({ type: each })).join(', ');
  if (value.format !== undefined)
    return { uri: 'URL', date: 'date', email: 'e-mail address' }[value.format] ?? value.format;
  if (value.pattern?.includes('{8}-') === true) return 'object id';
  if (value.pattern?.includes('(s|m|h|d)') === true) return 'duration, such as 40m, 2h or 1d';
  if (value.type === 'integer' || value.type === 'number') return rangeOf(value);
  return { string: 'text', boolean: 'true or false', object: 'map' }[type ?? ''] ?? type ?? 'value';
}

function rangeOf({ type, minimum, maximum }: JsonSchema): string {
  const noun = type === 'integer' ? 'whole number' : 'number';
  if (minimum !== undefined && maximum !== undefined) return `${noun}, ${minimum} to ${maximum}`;
  if (minimum !== undefined) return `${noun}, at least ${minimum}`;
  return maximum === undefined ? noun : `${noun}, at most ${maximum}`;
}

function pluralOf(items: JsonSchema): string {
  if (items.properties !== undefined) return 'maps';
  const name = typeOf(items);
  return name === 'text' ? 'texts' : name;
}

function fallbackOf(value: JsonSchema): string {
  if (isLimit(value)) {
    const limits = Object.entries(value.properties ?? {}).map(([key, each]) => `${key}: ${String(each.default)}`);
    return `\`{ ${limits.join(', ')} }\``;
  }
  if (value.default === undefined || value.default === null) return '';
  const every = value.items?.enum;
  if (every !== undefined && JSON.stringify(every) === JSON.stringify(value.default)) return 'all';
  const text = typeof value.default === 'string' ? value.default : JSON.stringify(value.default);
  return `\`${text.replaceAll(',', ', ')}\``;
}

function table(rows: readonly KeyRow[]): string {
  const lines = rows.map(({ key, type, fallback, meaning }) => {
    const cells = [`\`${key}\``, type, fallback, meaning].map((cell) => cell.replaceAll('|', '\\|'));
    return `| ${cells.join(' | ')} |`.replaceAll(/ {2,}\|/g, ' |');
  });
  return ['| key | value | default | meaning |', '|---|---|---|---|', ...lines].join('\n');
}

/** Rows of scimsync.yaml, of one source, of a job, and of a template. */
export function referenceTables(): Readonly<Record<'main' | 'source' | 'job' | 'template', readonly KeyRow[]>> {
  const schemas = configurationSchemas();
  const properties = (name: string) => schemas.get(name)?.properties ?? {};
  const { sources, defaults, ...main } = properties('scimsync');
  const { profile: _, lifecycle: __, objectMappings: ___, ...template } = properties('template');
  const named = typeof sources?.additionalProperties === 'object' ? sources.additionalProperties : {};
  const flat = (schema: JsonSchema | undefined): JsonSchema => ({
    type: 'object',
    description: schema?.description ?? '',
  });
  const { id, template: chosen, extends: base, mode, ...job } = properties('job');
  const first = { id, template: chosen, extends: base, mode } as Record<string, JsonSchema>;
  return {
    main: keyRows({ properties: { sources: flat(sources), defaults: flat(defaults), ...main } }),
    source: keyRows(named),
    job: keyRows({ properties: { ...first, ...job } }),
    template: keyRows({ properties: template }),
  };
}

/** The whole page. */
export function referencePage(): string {
  const { main, source, job, template } = referenceTables();
  return `${INTRODUCTION}
## scimsync.yaml

${table(main)}

## A source

Keys below \`sources.NAME\` in scimsync.yaml. Exactly one of clientSecret, certificate, managedIdentity, workloadIdentity and
azureCli says how the application proves its identity.

${table(source)}

## A job

Keys of a file in jobs, of the files that it extends, and of \`defaults\`. \`[]\` stands for each entry of a list; a group
mapping has the same keys as a user mapping.

${table(job)}

The source of an attribute mapping is written as \`"[mail]"\` for an attribute, \`"Mid([mail], 1, 3)"\` for an
[expression](expressions.md), \`'"text"'\` (both kinds of quotes), a number, \`true\` or \`false\` for a constant, and \`null\` for
nothing. Names of attributes are those of [attributes.md](attributes.md). Entra's own form,
\`{ type: Function, expression: … }\`, is read as well.

A limit of a guard is \`{ count, percent, from }\`: it trips above \`count\`, or above \`percent\` of the linked active objects once
there are \`from\` of them.

## A template

Templates are files of the gallery: \`gallery/NAME.yaml\` in the configuration directory, or shipped with the program
([gallery.md](gallery.md)). Besides what follows they have \`profile\`, \`lifecycle\` and \`objectMappings\` as in a job.

${table(template)}
`;
}

const INTRODUCTION = `<!-- Generated by scripts/generate-configuration-reference.ts from the schemas of the program. -->

# Configuration

A configuration directory (\`--config\`, otherwise \`./config\`) holds

| file | what it says |
|---|---|
| \`scimsync.yaml\` | where state is kept, which tenants are read, what all jobs have in common |
| \`jobs/*.yaml\` | one job each; names that end in .example.yaml, .test.yaml or .base.yaml are no jobs, nor is anything in folders below |
| \`gallery/*.yaml\` | application templates of your own; one hides a shipped one of the same name |

\`scimsync gallery add NAME\` writes a commented job to begin with, \`scimsync validate\` names all faults of all files, and
\`scimsync validate --explain JOB\` shows a job in effect, with the file and line of each value. Relative paths count from the
configuration directory, except that of \`extends\`, which counts from the folder of the file it stands in.

Editors with a YAML language server complete and check the files: put
\`# yaml-language-server: $schema=PATH\` into the first line, with the path of config/schemas/scimsync.schema.json,
job.schema.json or template.schema.json of the installation. Files that scimsync writes have the line already.

## Faults

A fault in a job file refuses that job and no other: \`--sync-now\` runs the rest and ends with exit code 1, a daemon starts
the rest and logs which file it left out. A daemon whose files change while it runs (SIGHUP) goes on with the last accepted
configuration of a job whose file became invalid. A fault in a source of scimsync.yaml refuses the jobs that use it; any
other fault in scimsync.yaml refuses everything. Of two jobs with the same id or target the later one, by file name, is
refused.

## Layers

A job is merged from layers, the weakest first:

1. \`defaults\` of scimsync.yaml,
2. the gallery template (\`template\`),
3. the files that it \`extends\`, the outermost first,
4. the job file.

Maps are merged key by key, lists are replaced. Object mappings are merged by kind of object and attribute mappings by target
attribute, in place; \`omitAttributes\` leaves inherited ones out. \`id\` stands in the job file only.

\`extends\` is for what several jobs share and defaults cannot say, such as "all our Peakon tenants": a file can extend another
one, at most five in a row.

\`\`\`yaml
# jobs/base/peakon.base.yaml
template: peakon
mode: enforce
schedule: { every: 1h }
objectMappings:
  user:
    omitAttributes: ["urn:ietf:params:scim:schemas:extension:peakon:2.0:User:Location"]
\`\`\`

\`\`\`yaml
# jobs/contoso.yaml
id: contoso-peakon
extends: base/peakon.base.yaml
source: { use: contoso, servicePrincipalId: 11111111-2222-3333-4444-555555555555 }
target:
  baseUrl: https://contoso.peakon.com/api/scim/v2
  auth: { type: bearer, token: { fromEnv: CONTOSO_PEAKON_TOKEN } }
\`\`\`

## Modes

| mode | what a cycle does |
|---|---|
| \`observe\` | imports and plans on schedule, and sends the target no write |
| \`enforce\` | writes to the target |

A job that reads a real Microsoft cloud must say its mode; without one it is refused. With any other source, such as the
sandbox, the default is \`enforce\`. There plain http to a development endpoint is accepted as well, with a warning; with a
real directory only this machine may be reached without TLS.

## Secrets

A secret never stands in a file of the configuration. A value of the type "secret" is a reference:

| reference | where the secret is |
|---|---|
| \`{ fromEnv: NAME }\` | in an environment variable |
| \`{ fromFile: PATH }\` | in a file, as one line |
| \`{ fromCommand: [PROGRAM, ARGUMENT] }\` | in what a program prints, as one line; no shell is involved |

Each takes \`expires: 2027-05-31\`, the last day on which the secret is valid. [secrets.md](secrets.md) says more.
`;
