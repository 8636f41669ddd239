// The published examples of Microsoft: imported, valid as a job, and back in Entra as they were.
import { describe, expect, it } from 'vitest';
import { exportSchema } from '../../../../src/config/entra/export-schema.ts';
import { imported, loaded, roundTrip, sample } from './conversions.ts';

/** What goes to Entra of a document: the schema, without notes. */
function schemaIn(document: Record<string, unknown>): Record<string, unknown> {
  const { _source: _, ...rest } = ('schema' in document ? document['schema'] : document) as Record<string, unknown>;
  return rest;
}

// spec: imported-schemas
describe.each(['entra-schema', 'entra-template'] as const)('the example %s', (name) => {
  it('becomes a job that validates, in mode observe', async () => {
    const job = await loaded(imported(sample(name)).text);
    expect(job.mode).toBe('observe');
    expect(job.source).toMatchObject({ syncAll: false, excludeDefaultAccess: false });
  });

  it('goes back as it was', async () => {
    expect(await roundTrip(sample(name))).toEqual(schemaIn(sample(name)));
  });

  it('comes again as the same text', async () => {
    expect(imported(await roundTrip(sample(name))).text).toBe(imported(sample(name)).text);
  });
});

it('reads every mapping of the Salesforce example', async () => {
  const { imported: result, text } = imported(sample('entra-schema'));
  expect(result.numbers.attributeMappings).toEqual({ found: 14, carriedOver: 14 });
  expect(result.report.leftOut).toEqual([]);
  const { objectMappings, lifecycle } = await loaded(text);
  expect(objectMappings[0]?.attributeMappings).toMatchObject([
    { targetAttributeName: 'IsActive', source: { expression: 'Not([IsSoftDeleted])' }, defaultValue: 'True' },
    { targetAttributeName: 'Alias', source: { expression: 'Mid([userPrincipalName], 1, 8)' } },
    { targetAttributeName: 'Email', source: { type: 'Attribute', name: 'mail' } },
    { targetAttributeName: 'EmailEncodingKey', source: null, defaultValue: 'ISO-8859-1' },
    {},
    {},
    { targetAttributeName: 'LastName', defaultValue: '.' },
    { targetAttributeName: 'LocaleSidKey', source: { expression: 'Replace([preferredLanguage], "-", , , "_", , )' } },
    {},
    {},
    { targetAttributeName: 'Username', matchingPriority: 1 },
    {},
    {},
    {},
  ]);
  // Nothing maps `active`, so that Entra disables nobody either.
  expect(lifecycle).toMatchObject({ unassigned: 'nothing', softDeleted: 'nothing', hardDeleted: 'delete' });
});

it('switches a mapping off that would find nobody, and says by what Entra finds', async () => {
  const { imported: result, text } = imported(sample('entra-template'));
  expect(result.report.leftOut).toMatchObject([
    {
      path: 'schema.synchronizationRules[0].objectMappings[0].enabled',
      reason: expect.stringContaining("Entra's default is displayName.") as string,
    },
  ]);
  expect((await loaded(text)).objectMappings).toMatchObject([{ sourceObjectName: 'group', enabled: false }]);
});

it('without what was kept, a schema says the same mappings', async () => {
  const { objectMappings } = await loaded(imported(sample('entra-schema')).text);
  const { schema } = exportSchema(objectMappings, undefined);
  const again = await loaded(imported(schema).text);
  expect(again.objectMappings).toEqual(objectMappings);
});
