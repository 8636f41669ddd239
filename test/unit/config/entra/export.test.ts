// A job back to Entra: what nobody changed is as it was, what was changed is Entra's form of it, and what Entra would not
// understand is left out and named.
import { describe, expect, it } from 'vitest';
import { exportSchema } from '../../../../src/config/entra/export-schema.ts';
import type { AttributeMapping, ObjectMapping } from '../../../../src/model/job.ts';
import { objectMappingSchema } from '../../../../src/model/object-mapping.ts';
import { imported, type Json, loaded, mapping, SOUND, userSchema } from './conversions.ts';

interface EntraMapping {
  readonly targetAttributeName: string;
  readonly source: Json | null;
  readonly [key: string]: unknown;
}
interface EntraObject {
  readonly attributeMappings: readonly EntraMapping[];
  readonly scope: unknown;
  readonly [key: string]: unknown;
}

function objectsOf(schema: Json): readonly EntraObject[] {
  const [rule] = schema['synchronizationRules'] as readonly { objectMappings: EntraObject[] }[];
  return rule?.objectMappings ?? [];
}

const users = (attributeMappings: readonly object[], more: Json = {}): ObjectMapping =>
  objectMappingSchema.parse({ sourceObjectName: 'user', targetObjectName: 'User', attributeMappings, ...more });

const written = (targetAttributeName: string, expression: string, more: Json = {}): Json => ({
  targetAttributeName,
  source: { type: 'Function', expression },
  ...more,
});

/** Imports, lets a person change the mapping of people, and exports. */
async function changed(value: Json, change: (mapping: ObjectMapping) => ObjectMapping) {
  const { text, kept } = imported(value);
  const { objectMappings } = await loaded(text);
  return exportSchema(objectMappings.map(change), kept);
}

const withAttributes =
  (change: (list: readonly AttributeMapping[]) => readonly AttributeMapping[]) => (user: ObjectMapping) => ({
    ...user,
    attributeMappings: [...change(user.attributeMappings)],
  });

const edit = (target: string, more: Partial<AttributeMapping>) =>
  withAttributes((list) => list.map((each) => (each.targetAttributeName === target ? { ...each, ...more } : each)));

describe('over what was kept', () => {
  const odd = {
    ...mapping('title', '[jobTitle]'),
    source: {
      type: 'Function',
      name: 'Trim',
      expression: 'Trim([jobTitle])',
      parameters: [{ key: 'strange', value: { name: 'jobTitle' } }],
    },
    exportMissingReferences: true,
    defaultValue: '',
    later: 1,
  };
  const unreadable = mapping('nickName', 'Frobnicate([mail])');
  const scope = {
    groups: [
      {
        name: null,
        clauses: [{ sourceOperandName: 'department', operatorName: 'equals', targetOperand: { values: ['x'] } }],
      },
    ],
    inputFilterGroups: [],
    categoryFilterGroups: [],
  };
  const before = userSchema([...SOUND, odd, unreadable], {
    scope,
    flowTypes: 'Add,Update',
    metadata: [{ key: 'a', value: 'b' }],
  });

  // spec: imported-schemas
  it('nothing changed: everything as it was, also what was not carried over', async () => {
    const { schema, report } = await changed(before, (user) => user);
    expect(schema).toEqual(before);
    expect(report).toEqual({ leftOut: [], warnings: [] });
  });

  it('a changed source: the rest of the mapping stays', async () => {
    const { schema } = await changed(
      before,
      edit('title', { source: { type: 'Function', expression: 'ToUpper([jobTitle])' } }),
    );
    expect(objectsOf(schema)[0]?.attributeMappings[2]).toEqual({
      ...odd,
      flowBehavior: 'FlowWhenChanged',
      flowType: 'Always',
      matchingPriority: 0,
      source: {
        type: 'Function',
        name: 'ToUpper',
        expression: 'ToUpper([jobTitle])',
        parameters: [
          { key: 'source', value: { type: 'Attribute', name: 'jobTitle', expression: '[jobTitle]', parameters: [] } },
        ],
      },
    });
  });

  it('a changed option: the source stays, down to its parameters', async () => {
    const { schema } = await changed(before, edit('title', { flowType: 'ObjectAddOnly', defaultValue: true }));
    expect(objectsOf(schema)[0]?.attributeMappings[2]).toMatchObject({
      source: odd.source,
      flowType: 'ObjectAddOnly',
      defaultValue: 'True',
      exportMissingReferences: true,
      later: 1,
    });
  });

  it('a mapping taken out is gone, one that was never there is added, one that could not be carried over is replaced', async () => {
    const add = [written('nickName', 'ToLower([mailNickname])'), written('locale', 'ToLower([preferredLanguage])')];
    const { schema } = await changed(before, (user) => ({
      ...user,
      attributeMappings: [
        ...user.attributeMappings.filter(({ targetAttributeName }) => targetAttributeName !== 'title'),
        ...users([...SOUND.slice(0, 0), ...add]).attributeMappings,
      ],
    }));
    const list = objectsOf(schema)[0]?.attributeMappings ?? [];
    expect(list.map(({ targetAttributeName, source }) => [targetAttributeName, source?.['expression']])).toEqual([
      ['userName', '[userPrincipalName]'],
      ['active', 'Not([IsSoftDeleted])'],
      ['nickName', 'ToLower([mailNickname])'],
      ['locale', 'ToLower([preferredLanguage])'],
    ]);
  });

  it('scope, actions and enabled follow the job', async () => {
    const group = {
      name: 'it',
      clauses: [{ sourceOperandName: 'department', operatorName: 'EQUALS', targetOperand: { values: ['IT'] } }],
    };
    const { schema } = await changed(before, (user) => ({
      ...user,
      enabled: false,
      flowTypes: ['Add'],
      scope: { groups: [group] },
    }));
    expect(objectsOf(schema)[0]).toMatchObject({
      enabled: false,
      flowTypes: 'Add',
      scope: { groups: [group], inputFilterGroups: [], categoryFilterGroups: [] },
      metadata: [{ key: 'a', value: 'b' }],
    });
    const open = await changed(before, (user) => ({ ...user, scope: null }));
    expect(objectsOf(open.schema)[0]?.scope).toBeNull();
  });

  it('a kind that is gone from the job is switched off, one that is new is added', () => {
    const { kept } = imported(before);
    const groups = objectMappingSchema.parse({
      sourceObjectName: 'group',
      targetObjectName: 'Group',
      attributeMappings: [{ targetAttributeName: 'members', source: { type: 'Attribute', name: 'members' } }],
    });
    const [people, group] = objectsOf(exportSchema([groups], kept).schema);
    expect(people).toMatchObject({ enabled: false, name: 'People' });
    expect(group).toMatchObject({
      enabled: true,
      sourceObjectName: 'Group',
      targetObjectName: 'urn:ietf:params:scim:schemas:core:2.0:Group',
    });
  });

  it('defines the attributes of new mappings where Entra defines the object', async () => {
    const urn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
    const directories = [
      {
        id: 's',
        name: 'Azure Active Directory',
        objects: [
          {
            name: 'User',
            attributes: [{ name: 'jobTitle' }, { name: 'extension_0123456789abcdef0123456789abcdef_x' }],
          },
        ],
      },
      { id: 't', name: 'customappsso', objects: [{ name: urn, attributes: [{ name: 'userName', caseExact: true }] }] },
    ];
    const add = [
      { targetAttributeName: 'userName', source: { type: 'Attribute', name: 'mail' }, matchingPriority: 1 },
      { targetAttributeName: 'title', source: { type: 'Attribute', name: 'jobTitle' } },
      { targetAttributeName: `${urn}:manager`, source: { type: 'Attribute', name: 'manager' } },
      {
        targetAttributeName: 'nickName',
        source: { type: 'Attribute', name: 'extension_fedcba9876543210fedcba9876543210_y' },
      },
    ];
    const { schema, report } = await changed({ ...before, directories }, () => users(add));
    const [source, target] = schema['directories'] as readonly { objects: { attributes: Json[] }[] }[];
    expect(target?.objects[0]?.attributes).toMatchObject([
      { name: 'userName', caseExact: true },
      { name: 'title', type: 'String', mutability: 'ReadWrite' },
      { name: 'nickName' },
      { name: `${urn}:manager`, type: 'Reference', referencedObjects: [{ referencedObjectName: urn }] },
    ]);
    expect(source?.objects[0]?.attributes.map(({ name }) => name)).toEqual([
      'jobTitle',
      'extension_0123456789abcdef0123456789abcdef_x',
      'extension_fedcba9876543210fedcba9876543210_y',
    ]);
    expect(report.warnings.map(({ value }) => value)).toEqual(['userName <- [mail]', `${urn}:manager <- [manager]`]);
  });
});

describe('what Entra would not understand', () => {
  it.each([
    [
      {
        targetAttributeName: 'title',
        source: { type: 'Attribute', name: 'jobTitle' },
        defaultValue: 'x',
        whenNull: 'default',
      },
      'objectMappings.user.attributeMappings[0].whenNull',
      1,
    ],
    [
      { targetAttributeName: 'emails', source: { type: 'Attribute', name: 'proxyAddresses' } },
      'objectMappings.user.attributeMappings[0]',
      0,
    ],
    [
      { targetAttributeName: 'emails[type eq "work"]', source: { type: 'Attribute', name: 'mail' } },
      'objectMappings.user.attributeMappings[0]',
      0,
    ],
    [
      {
        targetAttributeName: 'emails[type eq "work" and primary eq true].value',
        source: { type: 'Attribute', name: 'mail' },
      },
      'objectMappings.user.attributeMappings[0]',
      0,
    ],
    [written('title', 'Frobnicate([jobTitle])'), 'objectMappings.user.attributeMappings[0]', 0],
    [written('title', 'ToLower(Frobnicate([jobTitle]))'), 'objectMappings.user.attributeMappings[0]', 0],
  ])('%j', (one, path, left) => {
    const { schema, report } = exportSchema([users([one])], undefined);
    expect(report.leftOut.map((item) => item.path)).toEqual([path]);
    expect(objectsOf(schema)[0]?.attributeMappings).toHaveLength(left);
  });

  it.each([
    'roles',
    'members',
    'name.givenName',
    'emails[type eq "work"].value',
    'urn:ietf:params:scim:schemas:extension:x:2.0:User:A b',
  ])('takes %s as a target', (targetAttributeName) => {
    const one = { targetAttributeName, source: { type: 'Constant', value: 'x' } };
    expect(exportSchema([users([one])], undefined).report.leftOut).toEqual([]);
  });

  it.each([
    [written('title', 'Trim([jobTitle])'), 'Microsoft lists Trim for cloud sync only.'],
    [
      written('title', 'IIF([jobTitle] = "x", "1", "2")'),
      'How Graph writes a comparison as parameters is not published.',
    ],
    [
      { targetAttributeName: 'userType', source: { type: 'Attribute', name: 'userType' } },
      'Entra does not offer userType as a source',
    ],
  ])('is doubtful: %j', (one, reason) => {
    const { report } = exportSchema([users([one])], undefined);
    expect(report.leftOut).toEqual([]);
    expect(report.warnings.map((item) => item.reason).join()).toContain(reason);
  });

  it('a group of the scope with a clause of scimsync goes as a whole; without any the mapping is switched off', () => {
    const ours = {
      clauses: [{ sourceOperandName: 'userType', operatorName: 'EQUALS', targetOperand: { values: ['Member'] } }],
    };
    const theirs = {
      clauses: [{ sourceOperandName: 'department', operatorName: 'EQUALS', targetOperand: { values: ['IT'] } }],
    };
    const both = exportSchema(
      [
        users(SOUND.slice(0, 0).concat([written('title', 'ToLower([jobTitle])')]), {
          scope: { groups: [ours, theirs] },
        }),
      ],
      undefined,
    );
    expect(both.report.leftOut.map(({ path }) => path)).toEqual(['objectMappings.user.scope.groups[0]']);
    expect(objectsOf(both.schema)[0]).toMatchObject({
      enabled: true,
      scope: { groups: [{ clauses: [{ operatorName: 'EQUALS', sourceOperandName: 'department' }] }] },
    });
    const one = exportSchema(
      [users([written('title', 'ToLower([jobTitle])')], { scope: { groups: [ours] } })],
      undefined,
    );
    expect(objectsOf(one.schema)[0]).toMatchObject({ enabled: false, scope: null });
  });
});

it('constants and defaults become texts, as Graph keeps them', () => {
  const list = [
    { targetAttributeName: 'active', source: { type: 'Constant', value: true } },
    { targetAttributeName: 'title', source: { type: 'Constant', value: 7 }, defaultValue: false },
    { targetAttributeName: 'nickName', source: null, defaultValue: 3 },
  ];
  expect(objectsOf(exportSchema([users(list)], undefined).schema)[0]?.attributeMappings).toMatchObject([
    { source: { type: 'Constant', name: 'True', expression: '"True"', parameters: [] }, defaultValue: null },
    { source: { name: '7', expression: '"7"' }, defaultValue: 'False' },
    { source: null, defaultValue: '3' },
  ]);
});
