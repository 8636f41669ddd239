// Entra's mapping rules: what an empty source, a default value, a creation-only mapping and an expression come to.
import { describe, expect, it } from 'vitest';
import type { SourceValue } from '../../../src/expressions/compile.ts';
import { attributeMappingSchema, objectMappingSchema } from '../../../src/model/object-mapping.ts';
import { targetProfileSchema } from '../../../src/model/profile.ts';
import { type MappingEnvironment, matchingValue } from '../../../src/rules/evaluate-attribute.ts';
import { mapObject } from '../../../src/rules/map-object.ts';
import { type CompiledMapping, compileObjectMapping } from '../../../src/rules/mapping.ts';
import { NO_DISCOVERY } from '../../../src/scim/capabilities.ts';

function compile(mappings: readonly unknown[], profile = {}): CompiledMapping {
  const mapping = objectMappingSchema.parse({
    sourceObjectName: 'user',
    targetObjectName: 'User',
    attributeMappings: mappings.map((each) => attributeMappingSchema.parse(each)),
  });
  return compileObjectMapping(mapping, targetProfileSchema.parse(profile));
}

const NOWHERE: MappingEnvironment = { now: new Date('2026-05-01T12:00:00Z'), random: (count) => new Uint8Array(count) };

function map(
  mappings: readonly unknown[],
  source: Record<string, SourceValue>,
  creating: boolean,
  profile = {},
  environment: Partial<MappingEnvironment> = {},
) {
  const view = (name: string) => source[name] ?? null;
  const mapped = mapObject(compile(mappings, profile), view, creating, NO_DISCOVERY, { ...NOWHERE, ...environment });
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
    expect(mapped.desired).toMatchObject([{ flow: 'AttributeAddOnly' }]);
  });

  it('has the type of its attribute', () => {
    const active = { targetAttributeName: 'active', source: { type: 'Constant', value: 'False' } };
    expect(map([active], {}, true).values['active']).toBe(false);
  });
});

describe('whenNull', () => {
  it.each([
    { whenNull: 'skip', defaultValue: null, create: undefined, update: undefined },
    { whenNull: 'skip', defaultValue: 'None', create: 'None', update: undefined },
    { whenNull: 'clear', defaultValue: null, create: undefined, update: null },
    { whenNull: 'default', defaultValue: 'None', create: 'None', update: 'None' },
  ])('$whenNull with default $defaultValue', ({ create, update, ...policy }) => {
    for (const source of [{}, { jobTitle: '' }, { jobTitle: ['', null] }]) {
      expect(map([from('jobTitle', policy)], source, true).values['title']).toBe(create);
      expect(map([from('jobTitle', policy)], source, false).values['title']).toBe(update);
      expect(map([computed('[jobTitle]', policy)], source, false).values['title']).toBe(update);
    }
    expect(map([from('jobTitle', policy)], { jobTitle: 'Clerk' }, false).values['title']).toBe('Clerk');
  });

  it('does not apply to an attribute that an expression leaves out', () => {
    const clearing = computed('IgnoreFlowIfNullOrEmpty([jobTitle])', { whenNull: 'clear' });
    expect(map([clearing], {}, false).values).toEqual({});
  });

  it('writes a default of a creation to no account that turns out to exist', () => {
    expect(map([from('jobTitle', { defaultValue: 'None' })], {}, true).desired).toMatchObject([
      { flow: 'ObjectAddOnly' },
    ]);
    const always = map([from('jobTitle', { defaultValue: 'None', whenNull: 'default' })], {}, true).desired;
    expect(always).toMatchObject([{ value: 'None' }]);
    expect(always[0]).not.toHaveProperty('flow');
  });

  it('clears a reference', () => {
    const manager = { targetAttributeName: 'manager', source: { type: 'Attribute', name: 'manager' } };
    expect(map([{ ...manager, whenNull: 'clear' }], {}, false).values).toEqual({ manager: null });
    expect(map([{ ...manager, whenNull: 'clear' }], {}, true).values).toEqual({});
    expect(map([{ ...manager, whenNull: 'clear' }], { manager: 'boss' }, false).values).toEqual({});
    expect(map([manager], {}, false).values).toEqual({});
  });
});

describe('lists', () => {
  const to = (targetAttributeName: string, expression: string, more = {}) => ({
    targetAttributeName,
    source: { type: 'Function', expression },
    ...more,
  });
  const admin = { id: '1', value: 'admin', displayName: 'Administrators' };
  const nameless = { id: '2', value: null, displayName: 'Readers' };
  const roles = (name: string, target = 'roles') => to(target, `${name}([appRoleAssignments])`);

  it.each([
    ['AppRoleAssignmentsComplex', 'ValueAddOnly'],
    ['AssertiveAppRoleAssignmentsComplex', 'Managed'],
  ])('of app roles by %s are objects and flow %s', (name, flow) => {
    const mapped = map([roles(name)], { appRoleAssignments: [admin, nameless, admin] }, true);
    expect(mapped.desired).toMatchObject([{ flow }]);
    expect(mapped.values['roles']).toEqual([
      { value: 'admin', display: 'Administrators' },
      { value: 'Readers', display: 'Readers' },
    ]);
    const list = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User:grants';
    expect(map([roles(name, list)], { appRoleAssignments: [admin] }, false).values[list]).toEqual([
      { value: 'admin', display: 'Administrators' },
    ]);
    expect(map([roles(name, 'title')], { appRoleAssignments: [admin] }, false).values['title']).toBe('admin');
  });

  it('of app roles may be empty on purpose', () => {
    const nobody = { appRoleAssignments: [] };
    expect(map([roles('AssertiveAppRoleAssignmentsComplex')], nobody, false).values).toEqual({ roles: [] });
    expect(map([roles('AssertiveAppRoleAssignmentsComplex')], nobody, true).values).toEqual({});
    expect(map([roles('AppRoleAssignmentsComplex')], nobody, false).values).toEqual({});
  });

  it('of texts hold each value once and nothing empty', () => {
    const phones = to('phoneNumbers', '[businessPhones]');
    expect(map([phones], { businessPhones: ['1', '', '2', '1'] }, true).values['phoneNumbers']).toEqual(['1', '2']);
    expect(map([phones], { businessPhones: [''] }, true).values).toEqual({});
  });

  it('of JSON texts are objects only where objects belong', () => {
    const text = '{"type":"work","value":"a@x"}';
    const emails = map([to('emails', '[otherMails]')], { otherMails: [text, 'b@x', '{no json'] }, true);
    expect(emails.values['emails']).toEqual([{ type: 'work', value: 'a@x' }, 'b@x', '{no json']);
    expect(map([to('title', '[city]')], { city: text }, true).values['title']).toBe(text);
  });
});

describe('the environment', () => {
  const unique = {
    targetAttributeName: 'userName',
    source: { type: 'Function', expression: 'SelectUniqueValue(ToLower([city]), Append([city], "2"))' },
    flowType: 'ObjectAddOnly',
  };

  it('is asked whether a candidate is taken, and knows for which attribute', () => {
    const open = map([from('jobTitle'), unique], { city: 'Rom', jobTitle: 'x' }, true);
    expect(open.asks).toMatchObject({ attribute: { name: 'userName' }, candidate: 'rom' });
    const asked: string[] = [];
    const isTaken: MappingEnvironment['isTaken'] = ({ name }, candidate) => {
      asked.push(`${name} ${candidate}`);
      return candidate === 'rom';
    };
    const whole = map([unique], { city: 'Rom' }, true, {}, { isTaken });
    expect(whole).toMatchObject({ asks: null, fault: null, values: { userName: 'Rom2' } });
    expect(asked).toEqual(['userName rom', 'userName Rom2']);
  });

  it('fails the object when every candidate is taken', () => {
    const mapped = map([unique], { city: 'Rom' }, true, {}, { isTaken: () => true });
    expect(mapped.fault).toMatchObject({
      code: 'NoUniqueValue',
      message: expect.stringContaining('userName') as string,
    });
  });

  it('says the time', () => {
    const dated = computed('FormatDateTime(Now(), , "M/d/yyyy h:mm:ss tt", "yyyy-MM-dd")');
    const now = new Date('2026-05-01T23:59:59Z');
    expect(map([dated], {}, true, {}, { now }).values['title']).toBe('2026-05-01');
    expect(compile([dated]).readsClock).toBe(true);
    expect(compile([from('jobTitle')]).readsClock).toBe(false);
  });

  it('says the default domain', () => {
    const environment = { tenantDefaultDomain: 'contoso.com' };
    expect(map([computed('DefaultDomain()')], {}, true, {}, environment).values['title']).toBe('contoso.com');
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
    expect(attribute === undefined ? undefined : matchingValue(attribute, () => value, NOWHERE)).toBe(expected);
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
