// Entra's mapping rules: what an empty source, a default value, a creation-only mapping and an expression come to.
import { describe, expect, it } from 'vitest';
import type { SourceValue } from '../../../src/expressions/compile.ts';
import { attributeMappingSchema, objectMappingSchema } from '../../../src/model/object-mapping.ts';
import { targetProfileSchema } from '../../../src/model/profile.ts';
import { type CompiledMapping, compileObjectMapping, mapObject, matchingValue } from '../../../src/rules/mapping.ts';
import { NO_DISCOVERY } from '../../../src/scim/capabilities.ts';

function compile(mappings: readonly unknown[], profile = {}): CompiledMapping {
  const mapping = objectMappingSchema.parse({
    sourceObjectName: 'user',
    targetObjectName: 'User',
    attributeMappings: mappings.map((each) => attributeMappingSchema.parse(each)),
  });
  return compileObjectMapping(mapping, targetProfileSchema.parse(profile));
}

function map(mappings: readonly unknown[], source: Record<string, SourceValue>, creating: boolean, profile = {}) {
  const mapped = mapObject(compile(mappings, profile), (name) => source[name] ?? null, creating, NO_DISCOVERY);
  return { ...mapped, values: Object.fromEntries(mapped.desired.map((each) => [each.path.text, each.value])) };
}

const from = (name: string, more = {}) => ({
  targetAttributeName: 'title',
  source: { type: 'Attribute', name },
  ...more,
});
const computed = (expression: string, more = {}) => ({
  targetAttributeName: 'title',
  source: { type: 'Function', expression },
  ...more,
});

describe('a value', () => {
  it.each([
    { name: 'direct', mapping: from('jobTitle'), source: { jobTitle: 'Clerk' }, create: 'Clerk', update: 'Clerk' },
    { name: 'empty', mapping: from('jobTitle'), source: {}, create: undefined, update: undefined },
    { name: 'empty text', mapping: from('jobTitle'), source: { jobTitle: '' }, create: undefined, update: undefined },
    {
      name: 'empty with default',
      mapping: from('jobTitle', { defaultValue: 'None' }),
      source: {},
      create: 'None',
      update: undefined,
    },
    {
      name: 'creation only',
      mapping: from('jobTitle', { flowType: 'ObjectAddOnly' }),
      source: { jobTitle: 'Clerk' },
      create: 'Clerk',
      update: undefined,
    },
    {
      name: 'constant',
      mapping: { targetAttributeName: 'title', source: { type: 'Constant', value: 'X' } },
      source: {},
      create: 'X',
      update: 'X',
    },
    {
      name: 'mapping type None',
      mapping: { targetAttributeName: 'title', source: null, defaultValue: 'X' },
      source: {},
      create: 'X',
      update: 'X',
    },
    {
      name: 'expression',
      mapping: computed('Join("-", [city], [state])'),
      source: { city: 'a', state: 'b' },
      create: 'a-b',
      update: 'a-b',
    },
  ])('$name', ({ mapping, source, create, update }) => {
    expect(map([mapping], source, true).values['title']).toBe(create);
    expect(map([mapping], source, false).values['title']).toBe(update);
  });

  it('of mapping type None only fills what is empty', () => {
    const mapped = map([{ targetAttributeName: 'title', source: null, defaultValue: 'X' }], {}, false);
    expect([...mapped.onlyIfEmpty]).toEqual(['title']);
  });

  it('has the type of its attribute', () => {
    const active = { targetAttributeName: 'active', source: { type: 'Constant', value: 'False' } };
    expect(map([active], {}, true).values['active']).toBe(false);
  });
});

describe('a fault', () => {
  it('of an expression keeps the object from being written', () => {
    const mapped = map([computed('Item([city], 3)')], { city: 'no date' }, true);
    expect(mapped.fault).toMatchObject({
      code: 'ExpressionFailed',
      message: expect.stringContaining('title') as string,
    });
  });

  it('is several values for an attribute that holds one', () => {
    const mapped = map([from('otherMails')], { otherMails: ['a', 'b'] }, true);
    expect(mapped.fault).toMatchObject({ code: 'SchemaPropertyCanOnlyAcceptValue' });
  });

  it('is a text that is no boolean', () => {
    const active = { targetAttributeName: 'active', source: { type: 'Attribute', name: 'city' } };
    expect(map([active], { city: 'perhaps' }, true).fault).toMatchObject({ code: 'InvalidValue' });
  });
});

describe('references', () => {
  const manager = { targetAttributeName: 'manager', source: { type: 'Attribute', name: 'manager' } };

  it.each(['id', 'email'] as const)('are kept apart until the account is known, as %s', (form) => {
    const mapped = map([manager], { manager: 'boss' }, true, { references: { manager: form } });
    expect(mapped.desired).toEqual([]);
    expect(mapped.references).toMatchObject([{ name: 'manager', form, referencedId: 'boss' }]);
  });

  it('that are empty are left out', () => {
    expect(map([manager], {}, true).references).toEqual([]);
  });
});

describe('matching', () => {
  it('goes by priority, not by order', () => {
    const compiled = compile([
      { ...from('mail', { matchingPriority: 2 }), targetAttributeName: 'userName' },
      { ...from('objectId', { matchingPriority: 1 }), targetAttributeName: 'externalId' },
    ]);
    expect(compiled.matching.map((each) => each.name)).toEqual(['externalId', 'userName']);
  });

  it.each([
    ['text', 'text'],
    [7, '7'],
    [true, 'true'],
    [null, null],
    ['', null],
    [['a', 'b'], null],
  ])('by %o asks for %o', (value, expected) => {
    const [attribute] = compile([from('city', { matchingPriority: 1 })]).matching;
    expect(attribute === undefined ? undefined : matchingValue(attribute, () => value)).toBe(expected);
  });
});

it('selects what mappings, filters and the engine need', () => {
  const compiled = compile([
    from('employeeOrgData.division'),
    computed('Coalesce([mail], [originalUserPrincipalName])'),
  ]);
  expect(compiled.properties).toEqual([
    'accountEnabled',
    'displayName',
    'employeeOrgData',
    'mail',
    'userPrincipalName',
    'userType',
  ]);
});
