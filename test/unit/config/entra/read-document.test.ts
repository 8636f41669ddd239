// What is taken for a schema, in whatever it is wrapped, and what is said of the rest.
import { describe, expect, it } from 'vitest';
import { readDocument, readDocumentText } from '../../../../src/config/entra/read-document.ts';
import { SOUND, userSchema } from './conversions.ts';

const schema = userSchema(SOUND);

function faultOf(value: unknown): string {
  const result = readDocument('f.json', value);
  if (result.ok) throw new Error('expected faults');
  return result.faults.map(({ path, message }) => `${path}: ${message}`).join('\n');
}

function changed(keys: readonly PropertyKey[], value: unknown): unknown {
  const copy: unknown = structuredClone(schema);
  const parent = keys.slice(0, -1).reduce<unknown>((at, key) => (at as never)[key], copy) as Record<
    PropertyKey,
    unknown
  >;
  parent[keys.at(-1) ?? ''] = value;
  return copy;
}

const RULE = ['synchronizationRules', 0] as const;
const OBJECT = [...RULE, 'objectMappings', 0] as const;

describe('a schema is found', () => {
  it.each([
    ['alone', schema, ''],
    ['as an answer of Graph', { '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata', ...schema }, ''],
    ['in a template', { id: 'wiki', factoryTag: 'wiki', schema }, 'schema'],
    [
      'in a list of one',
      { '@odata.context': 'x', value: [{ id: 'wiki', factoryTag: 'wiki', schema }] },
      'value[0].schema',
    ],
    ['in a list beside templates without one', { value: [{ id: 'a' }, { id: 'b', schema }] }, 'value[1].schema'],
    ['in a bare list', [schema], '[0]'],
  ])('%s', (_, value, at) => {
    const result = readDocument('f.json', value);
    expect(result.ok && result.document.at).toBe(at);
    expect(result.ok && result.document.raw).toEqual(schema);
    expect(result.ok && result.document.unknown).toEqual([]);
  });

  it('with the names of its application', () => {
    const result = readDocument('f.json', { id: 'peakon.1', factoryTag: 'peakon', schema });
    expect(result.ok && result.document.names).toEqual(['peakon', 'peakon.1']);
  });

  it('behind a byte order mark', () => {
    expect(readDocumentText('f.json', `\uFEFF${JSON.stringify(schema)}`).ok).toBe(true);
  });
});

describe('faults name the path', () => {
  it.each([
    [
      changed([...OBJECT, 'flowTypes'], true),
      'synchronizationRules[0].objectMappings[0].flowTypes: This must be text or a number.',
    ],
    [
      changed([...OBJECT, 'enabled'], 'yes'),
      'synchronizationRules[0].objectMappings[0].enabled: This must be true or false.',
    ],
    [
      changed([...OBJECT, 'attributeMappings', 1, 'matchingPriority'], -1),
      'synchronizationRules[0].objectMappings[0].attributeMappings[1].matchingPriority: This must be at least 0.',
    ],
    [
      changed([...OBJECT, 'attributeMappings', 0, 'targetAttributeName'], undefined),
      'synchronizationRules[0].objectMappings[0].attributeMappings[0].targetAttributeName: This key is missing.',
    ],
    [
      changed([...OBJECT, 'attributeMappings', 0, 'source', 'parameters'], [{ key: 'source', value: { name: 3 } }]),
      'synchronizationRules[0].objectMappings[0].attributeMappings[0].source.parameters[0].value.name: This must be text.',
    ],
    [changed([...RULE, 'objectMappings'], {}), 'synchronizationRules[0].objectMappings: This must be a list.'],
    [{ value: [{ id: 'x', schema: { directories: 3 } }] }, 'value[0].schema.directories: This must be a list.'],
    [{}, ': There is no synchronizationSchema here: synchronizationRules is missing.'],
    [{ schema: { x: 1 } }, 'schema: There is no synchronizationSchema here: synchronizationRules is missing.'],
    [null, ': There is no synchronizationSchema here: synchronizationRules is missing.'],
    [{ value: [] }, 'value: There is no synchronizationSchema here: synchronizationRules is missing.'],
    [
      {
        value: [
          { id: 'a', schema },
          { id: 'b', schema },
        ],
      },
      'value: There are 2 schemas here (a, b).',
    ],
  ])('%#', (value, said) => {
    expect(faultOf(value)).toBe(said);
  });

  it('of text that is no JSON its line and column', () => {
    const result = readDocumentText('f.json', '{\n  "a": 1,\n}');
    expect(result).toMatchObject({
      ok: false,
      faults: [{ file: 'f.json', line: 3, message: 'This is not valid JSON.' }],
    });
  });

  it('of a document without bottom', () => {
    let deep: unknown = {};
    for (let level = 0; level < 10_000; level += 1) deep = { source: deep };
    expect(faultOf({ synchronizationRules: [deep] })).toContain('nested more than');
  });
});

describe('unknown members', () => {
  it('are named, and go back with an export unless they are notes or could be secrets', () => {
    const value = {
      ...schema,
      _note: 'mine',
      somethingNew: [1],
      directories: [{ name: 'x', clientSecret: 'hunter2-hunter2', later: true }],
    };
    const result = readDocument('f.json', {
      schema: value,
      secrets: [{ key: 'SecretToken', value: 'hunter2-hunter2' }],
    });
    if (!result.ok) throw new Error('refused');
    expect(result.document.unknown.map(({ path }) => path)).toEqual([
      'secrets',
      'schema.directories[0].clientSecret',
      'schema.directories[0].later',
      'schema._note',
      'schema.somethingNew',
    ]);
    expect(result.document.raw).toMatchObject({ somethingNew: [1], directories: [{ name: 'x', later: true }] });
    expect(JSON.stringify([result.document.raw, result.document.unknown])).not.toMatch(/hunter2|mine"?,?\s*"?syn/);
    expect(result.document.raw).not.toHaveProperty('_note');
  });
});
