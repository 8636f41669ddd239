// Any schema of Entra: its import is a job that the configuration accepts, the export of that job is the schema as it was, and
// importing it again gives the same text. Texts are read back from YAML as they were written.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkJob } from '../../../src/config/check-job.ts';
import { exportSchema } from '../../../src/config/entra/export-schema.ts';
import { printExpression, quotedText } from '../../../src/config/entra/expression-text.ts';
import { importJob } from '../../../src/config/entra/import-job.ts';
import { importedJobText } from '../../../src/config/entra/job-text.ts';
import { keptOf, keptSchema } from '../../../src/config/entra/kept.ts';
import { readDocument } from '../../../src/config/entra/read-document.ts';
import { sourceOfExpression, textOfSource } from '../../../src/config/entra/source-tree.ts';
import { blockText, flowText, quotedYaml } from '../../../src/config/entra/yaml-text.ts';
import { draftJob } from '../../../src/config/job-draft.ts';
import { readLayers } from '../../../src/config/job-layers.ts';
import { child, toPlain } from '../../../src/config/located.ts';
import { parseYaml } from '../../../src/config/read-yaml.ts';
import { parseExpression } from '../../../src/expressions/parse.ts';
import { objectMappingSchema } from '../../../src/model/object-mapping.ts';

type Json = Record<string, unknown>;

const words = fc.string({
  unit: fc.constantFrom(
    'a',
    'B',
    'ß',
    '"',
    '\\',
    ' ',
    '[',
    ']',
    ',',
    ':',
    '#',
    "'",
    '\n',
    '{',
    '-',
    '1',
    '%',
    '\u202e',
  ),
  maxLength: 8,
});
const attributeNames = fc.constantFrom(
  'mail',
  'givenName',
  'department',
  'IsSoftDeleted',
  'manager',
  'jobTitel',
  'a[b]c',
);

const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    attributeNames.map((name) => `[${name}]`),
    words.map(quotedText),
    fc.integer({ min: -5, max: 100 }).map(String),
    fc.constantFrom('NULL', 'True', '%x%'),
    fc.tuple(tie('expression'), tie('expression')).map(([one, other]) => `Join("-", ${one}, ${other})`),
    tie('expression').map((inner) => `Not(${inner})`),
    tie('expression').map((inner) => `Replace(${inner}, "-", , , "_", , )`),
    fc.tuple(tie('expression'), tie('expression')).map(([one, other]) => `Switch(${one}, , ${other}, "x")`),
    tie('expression').map((inner) => `Frobnicate(${inner})`),
    fc
      .tuple(tie('expression'), fc.constantFrom('=', '<>', '>='))
      .map(([one, sign]) => `IIF(CStr(${one}) ${sign} "x", "1", "2")`),
  ),
}));

const source = fc.oneof(
  { weight: 1, arbitrary: fc.constant(null) },
  {
    weight: 2,
    arbitrary: attributeNames.map((name) => ({ type: 'Attribute', name, expression: `[${name}]`, parameters: [] })),
  },
  { weight: 2, arbitrary: words.map((name) => ({ type: 'Constant', name, expression: quotedText(name) })) },
  { weight: 3, arbitrary: expression.map((text) => sourceOfExpression(text)?.source ?? null) },
  {
    weight: 1,
    arbitrary: expression.map((text) => ({ type: 'Function', expression: text, name: 'x', parameters: null })),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'Function' }) },
);

const targets = fc.constantFrom(
  'userName',
  'active',
  'title',
  'name.givenName',
  'emails[type eq "work"].value',
  'urn:ietf:params:scim:schemas:extension:x:2.0:User:Business Unit',
  'id',
  'emails[type',
  'members',
);

const attributeMapping = fc.record(
  {
    targetAttributeName: targets,
    source,
    defaultValue: fc.option(fc.oneof(words, fc.constant('True'), fc.constant('007'))),
    flowType: fc.constantFrom('Always', 'ObjectAddOnly', 'AttributeAddOnly', 'ValueAddOnly', 1, null),
    flowBehavior: fc.constantFrom('FlowWhenChanged', 'FlowAlways', 0),
    matchingPriority: fc.integer({ min: 0, max: 2 }),
    exportMissingReferences: fc.boolean(),
  },
  { requiredKeys: ['targetAttributeName'] },
);

const clause = fc.record({
  sourceOperandName: fc.constantFrom('department', 'userType', 'deparment', 'accountEnabled'),
  operatorName: fc.constantFrom('EQUALS', 'IS NOT NULL', 'is true', 'REGEX MATCH', 'SOUNDS LIKE'),
  targetOperand: fc.option(fc.record({ values: fc.array(words, { maxLength: 2 }) })),
});
const groups = fc.option(
  fc.array(fc.record({ name: fc.option(words), clauses: fc.array(clause, { maxLength: 2 }) }), { maxLength: 2 }),
);
const scope = fc.option(fc.record({ groups, inputFilterGroups: groups, categoryFilterGroups: groups }));
const metadata = fc.array(fc.record({ key: fc.constantFrom('Disposition', 'OriginalJoiningProperty'), value: words }), {
  maxLength: 2,
});

const objectMapping = fc.record(
  {
    name: fc.option(words),
    enabled: fc.boolean(),
    flowTypes: fc.constantFrom('Add, Update, Delete', 'Add,Update', 'Delete', 7, 0, 'Add, Frobnicate'),
    scope,
    sourceObjectName: fc.constantFrom('User', 'user', 'Group', 'AppRole'),
    targetObjectName: fc.constantFrom('User', 'urn:ietf:params:scim:schemas:core:2.0:Group'),
    attributeMappings: fc.array(attributeMapping, { maxLength: 5 }),
    metadata,
  },
  { requiredKeys: ['sourceObjectName', 'attributeMappings'] },
);

const schema: fc.Arbitrary<Json> = fc.record({
  id: words,
  directories: fc.constant([{ name: 'customappsso', objects: [] }]),
  synchronizationRules: fc.array(
    fc.record({
      id: fc.uuid(),
      name: words,
      priority: fc.integer({ min: 1, max: 3 }),
      sourceDirectoryName: fc.constantFrom('Azure Active Directory', 'Microsoft Entra ID', 'Active Directory'),
      targetDirectoryName: fc.constant('customappsso'),
      objectMappings: fc.array(objectMapping, { maxLength: 3 }),
      metadata,
    }),
    { minLength: 1, maxLength: 2 },
  ),
});

const job = {
  id: 'wiki',
  use: 'acme',
  servicePrincipalId: '11111111-2222-3333-4444-555555555555',
  baseUrl: 'https://wiki.example.com/scim/v2',
};

function imported(value: Json) {
  const result = readDocument('schema.json', value);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  const outcome = importJob(result.document, {}, undefined);
  const text = importedJobText({ job, imported: outcome.job, facts: {}, keptFile: 'wiki.entra.json' });
  return { outcome, text, kept: keptSchema.parse(JSON.parse(JSON.stringify(keptOf(result.document, outcome)))) };
}

/** As the configuration reads a job file, without files. */
async function loaded(text: string) {
  const { root, faults } = parseYaml('wiki.yaml', text);
  if (root === undefined) throw new Error(`${JSON.stringify(faults)}\n${text}`);
  const layers = await readLayers(root, { defaults: undefined, directory: '/nowhere', templates: new Map() });
  const draft = draftJob(layers.merged, layers.template, true);
  const found = [...faults, ...layers.faults, ...checkJob(draft, true).faults];
  // A disabled mapping without any attribute says nothing, so a job may be left without mappings.
  const real = found.filter(
    ({ path, message }) => !(path === 'objectMappings' && message === 'This list must not be empty.'),
  );
  expect(
    real.map(({ path, message }) => `${path}: ${message}`),
    text,
  ).toEqual([]);
  return objectMappingSchema.array().parse(toPlain(child(draft.root, 'objectMappings') ?? draft.root));
}

describe('a schema', () => {
  // spec: imported-schemas
  it('becomes a valid job, and the job the same schema', async () => {
    await fc.assert(
      fc.asyncProperty(schema, async (value) => {
        const first = imported(value);
        if (first.outcome.job.objects.length === 0) return;
        const mappings = await loaded(first.text);
        const { schema: again, report } = exportSchema(mappings, first.kept);
        expect(again).toEqual(value);
        expect(report).toEqual({ leftOut: [], warnings: [] });
        expect(imported(again).text).toBe(first.text);
      }),
      { numRuns: 400 },
    );
  });

  // spec: imported-schemas
  it('lets nobody in whom its filter keeps out', async () => {
    await fc.assert(
      fc.asyncProperty(schema, async (value) => {
        const { outcome, text } = imported(value);
        for (const { chosen, enabled } of outcome.job.objects) {
          const { scope: filter } = chosen.mapping;
          const filtered = [filter?.groups, filter?.inputFilterGroups, filter?.categoryFilterGroups].some(
            (list) => (list?.length ?? 0) > 0,
          );
          if (!filtered || !enabled) continue;
          const [found] = (await loaded(text)).filter(({ sourceObjectName }) => sourceObjectName === chosen.kind);
          expect(found?.scope?.groups.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 200 },
    );
  });
});

it('an expression is the same after its tree was printed', () => {
  fc.assert(
    fc.property(expression, (text) => {
      const parsed = parseExpression(text);
      if (!parsed.ok) return;
      const printed = printExpression(parsed.node);
      const again = parseExpression(printed);
      expect(again.ok && printExpression(again.node)).toBe(printed);
      const tree = sourceOfExpression(text)?.source;
      expect(tree).toBeDefined();
      if (parsed.node.kind !== 'call') return;
      const { expression: _, ...withoutText } = tree ?? {};
      const fromTree = textOfSource(withoutText);
      expect(fromTree).not.toHaveProperty('problem');
      expect(textOfSource({ ...tree })).not.toHaveProperty('disagrees');
    }),
  );
});

it('a text is read back from YAML as it was written', () => {
  const signs = fc.constantFrom(
    'a',
    'b',
    ' ',
    '\n',
    '"',
    "'",
    '\\',
    '#',
    ':',
    '-',
    '{',
    '[',
    ',',
    '|',
    '%',
    '\t',
    '\r',
  );
  const unit = fc.oneof(
    { weight: 8, arbitrary: signs },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
  );
  fc.assert(
    fc.property(fc.tuple(fc.constantFrom('', 'a', 'null'), fc.string({ unit, maxLength: 12 })), ([head, rest]) => {
      const text = head + rest;
      const yaml = `a: ${blockText(text, '  ')}\nb: { x: ${flowText(text)}, y: ${quotedYaml(text)} }\n`;
      const { root, faults } = parseYaml('f', yaml);
      expect(faults, yaml).toEqual([]);
      expect(root === undefined ? undefined : toPlain(root), yaml).toEqual({ a: text, b: { x: text, y: text } });
    }),
    { numRuns: 2000 },
  );
});
