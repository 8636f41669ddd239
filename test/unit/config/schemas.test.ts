// The JSON Schemas and the page of all keys are generated: they say what the program accepts, and are not stale.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { keyRows, referencePage, referenceTables } from '../../../scripts/configuration-reference.ts';
import { configurationSchemas, schemaText } from '../../../scripts/configuration-schemas.ts';
import { jobSchema } from '../../../src/model/job.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8').replaceAll('\r\n', '\n');
const NAMES = ['scimsync', 'job', 'template', 'test'] as const;
const STALE = 'run npm run generate';

/** Whether a value is accepted by a schema; what is wrong with it, as text. */
function faultsUnder(name: (typeof NAMES)[number], value: unknown): string {
  const schema = z.fromJSONSchema(
    JSON.parse(read(`config/schemas/${name}.schema.json`)) as z.core.JSONSchema.JSONSchema,
  );
  const result = schema.safeParse(value);
  return result.success ? '' : z.prettifyError(result.error);
}

describe('generated files', () => {
  it.each(NAMES)('config/schemas/%s.schema.json says what the program says', (name) => {
    const schema = configurationSchemas().get(name);
    expect(schema).toBeDefined();
    if (schema !== undefined) expect(read(`config/schemas/${name}.schema.json`), STALE).toBe(schemaText(schema));
  });

  it('docs/configuration.md says what the program says', () => {
    expect(read('docs/configuration.md'), STALE).toBe(referencePage());
  });

  it('explains every key', () => {
    const rows = Object.values(referenceTables()).flat();
    expect(rows.length).toBeGreaterThan(100);
    expect(rows.filter(({ meaning }) => meaning === '').map(({ key }) => key)).toEqual([]);
    expect(rows.filter(({ type }) => /undefined|\[object/.test(type)).map(({ key }) => key)).toEqual([]);
  });

  it('has every key of a job, and no other but template and extends', () => {
    const job = configurationSchemas().get('job');
    const keys = Object.keys(job?.properties ?? {}).toSorted();
    expect(keys).toEqual([...Object.keys(jobSchema.shape), 'template', 'extends'].toSorted());
  });

  it('an unexplained key would be noticed', () => {
    expect(keyRows({ properties: { a: { type: 'string' } } })[0]?.meaning).toBe('');
  });
});

describe('schemas', () => {
  it.each([
    ['scimsync', 'config/scimsync.example.yaml'],
    ['job', 'config/jobs/peakon.example.yaml'],
    ['job', 'config/jobs/scim.example.yaml'],
    ...readdirSync(`${root}config/gallery`).map(
      (file) => [file.endsWith('.test.yaml') ? 'test' : 'template', `config/gallery/${file}`] as const,
    ),
  ] as const)('%s accepts %s, which names it', (name, path) => {
    const text = read(path);
    expect(faultsUnder(name, parse(text, { schema: 'core' }))).toBe('');
    const line = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text)?.[1] ?? '';
    const named = fileURLToPath(new URL(line, `file://${root}${path}`));
    expect(named).toBe(`${root}config/schemas/${name}.schema.json`);
  });

  it.each([
    ['a short file', 'id: a\nextends: base/b.yaml\n'],
    ['parts of maps', 'id: a\ntarget: { caFile: x }\nguards: { leavers: { count: 1 } }\n'],
    ['no group', 'id: a\nobjectMappings: { group: { enabled: false } }\n'],
    ['what is left out', 'id: a\nobjectMappings: { user: { omitAttributes: [title] } }\n'],
    [
      'all short forms of a source',
      `id: a
objectMappings:
  user:
    attributeMappings:
      - { targetAttributeName: a, source: "[mail]" }
      - { targetAttributeName: b, source: [mail] }
      - { targetAttributeName: c, source: '"text"' }
      - { targetAttributeName: d, source: "Mid([mail], 1, 3)" }
      - { targetAttributeName: e, source: true }
      - { targetAttributeName: f, source: 7 }
      - { targetAttributeName: g, source: null }
      - { targetAttributeName: h, source: { name: mail } }
      - { targetAttributeName: i, source: { type: Function, name: ToLower, expression: "ToLower([mail])", parameters: [] } }
`,
    ],
    ['the list form', 'id: a\nobjectMappings: [{ sourceObjectName: user, enabled: false }]\n'],
  ])('a job may have %s', (_name, text) => {
    expect(faultsUnder('job', parse(text))).toBe('');
  });

  it.each([
    ['no id', 'mode: observe\n'],
    ['an unknown key', 'id: a\nshedule: {}\n'],
    ['an unknown key in depth', 'id: a\nsource: { synAll: true }\n'],
    ['another mode', 'id: a\nmode: on\n'],
    ['a literal secret', 'id: a\ntarget: { auth: { type: bearer, token: hunter2 } }\n'],
    [
      'an attribute without a source',
      'id: a\nobjectMappings: { user: { attributeMappings: [{ targetAttributeName: a }] } }\n',
    ],
    ['another kind of object', 'id: a\nobjectMappings: { users: {} }\n'],
  ])('a job with %s is marked', (_name, text) => {
    expect(faultsUnder('job', parse(text))).not.toBe('');
  });

  it('defaults are a job without id', () => {
    const main = (defaults: string) => parse(`sources: {}\ndefaults: ${defaults}\n`) as unknown;
    expect(faultsUnder('scimsync', main('{ schedule: { every: 2h }, template: scim }'))).toBe('');
    expect(faultsUnder('scimsync', main('{ id: a }'))).not.toBe('');
    expect(faultsUnder('scimsync', main('{ extends: a }'))).not.toBe('');
  });
});
