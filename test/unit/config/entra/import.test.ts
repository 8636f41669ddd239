// What becomes of a schema in a job: what is left out and why, scope, lifecycle, template, settings of Entra's job.
import { describe, expect, it } from 'vitest';
import { jobFacts } from '../../../../src/config/entra/job-facts.ts';
import { recogniseTemplate } from '../../../../src/config/entra/recognise-template.ts';
import { listTemplates } from '../../../../src/config/gallery.ts';
import { parseYaml } from '../../../../src/config/read-yaml.ts';
import { documentOf, imported, type Json, loaded, mapping, SOUND, templateCalled, userSchema } from './conversions.ts';

const AT = 'synchronizationRules[0].objectMappings[0]';

const clause = (sourceOperandName: string, operatorName: string, ...values: string[]): Json => ({
  sourceOperandName,
  operatorName,
  targetOperand: { values },
});

describe('what a job cannot have is left out, with its path, and the rest is valid', () => {
  it.each([
    [mapping('roles', '[appRoleAssignments]'), 'The list of app roles is no value by itself.'],
    [mapping('title', '[jobTitel]'), 'The source attribute "jobTitel" is not known.'],
    [mapping('title', 'Len([jobTitle])'), 'Len is a function of Entra Connect sync, not of app provisioning'],
    [mapping('title', 'Frobnicate([jobTitle])'), 'There is no function Frobnicate.'],
    [mapping('title', 'ToLower([jobTitle]'), 'The expression stops too early'],
    [mapping('title', 'ToLower([manager])'), '[manager] is a reference and cannot be used inside an expression.'],
    [mapping('id', '[objectId]'), '"id" is set by the target itself and cannot be mapped.'],
    [mapping('emails[type', '[mail]'), 'The bracket is not closed.'],
    [mapping('username', '[mail]'), '"username" is mapped twice.'],
    [mapping('title', '[jobTitle]', { flowType: 'Sometimes' }), 'This must be '],
    [{ targetAttributeName: 'title', source: { type: 'Function' } }, 'It names no function.'],
  ])('%j', async (extra, reason) => {
    const { imported: result, text } = imported(userSchema([...SOUND, extra]));
    const [item, ...more] = result.report.leftOut;
    expect(more).toEqual([]);
    expect(item?.path).toMatch(/^synchronizationRules\[0\]\.objectMappings\[0\]\.attributeMappings\[2\](\.source)?$/);
    expect(item?.reason).toContain(reason);
    expect(item?.advice).not.toBe('');
    expect(text).toContain(`      # left out: ${String(extra['targetAttributeName'])}`);
    expect((await loaded(text)).objectMappings[0]?.attributeMappings).toHaveLength(2);
  });

  it('names the attribute that was probably meant', () => {
    const { imported: result } = imported(userSchema([...SOUND, mapping('title', '[jobTitel]')]));
    expect(result.report.leftOut[0]?.advice).toBe('Did you mean "jobTitle"? Names are case-sensitive.');
  });

  it('several at once, each with its own place', async () => {
    const bad = (index: number) => mapping(`title${index}`, `[nobody${index}]`);
    const list = [bad(0), SOUND[0] ?? {}, bad(2), SOUND[1] ?? {}, bad(4)];
    const { imported: result, text } = imported(userSchema(list));
    expect(result.report.leftOut.map(({ path }) => path)).toEqual(
      [0, 2, 4].map((at) => `${AT}.attributeMappings[${at}]`),
    );
    expect(result.numbers.attributeMappings).toEqual({ found: 5, carriedOver: 2 });
    await loaded(text);
  });

  it('a matching attribute that cannot match stays as a mapping', async () => {
    const late = mapping('externalId', '[objectId]', { matchingPriority: 2, flowType: 'ObjectAddOnly' });
    const { imported: result, text } = imported(userSchema([...SOUND, late]));
    expect(result.report.leftOut).toMatchObject([
      { path: `${AT}.attributeMappings[2].matchingPriority`, value: 'externalId: 2' },
    ]);
    expect((await loaded(text)).objectMappings[0]?.attributeMappings[2]).toMatchObject({
      targetAttributeName: 'externalId',
      matchingPriority: 0,
      flowType: 'ObjectAddOnly',
    });
  });
});

it('an option that the mapping cannot have is left away', async () => {
  const filling = mapping('title', '[jobTitle]', { flowType: 'AttributeAddOnly', flowBehavior: 'FlowAlways' });
  const { imported: result, text } = imported(userSchema([...SOUND, filling]));
  expect(result.report.leftOut.map(({ path }) => path)).toEqual([`${AT}.attributeMappings[2].flowBehavior`]);
  expect(text).toContain('# flowBehavior FlowAlways in Entra');
  expect((await loaded(text)).objectMappings[0]?.attributeMappings[2]).toMatchObject({ flowType: 'AttributeAddOnly' });
});

describe('details of a mapping', () => {
  it.each([
    [{ flowType: 1 }, { flowType: 'ObjectAddOnly' }],
    [{ flowType: 'objectaddonly' }, { flowType: 'ObjectAddOnly' }],
    [{ flowBehavior: 1 }, { flowType: 'Always', flowBehavior: 'FlowAlways' }],
    [
      { flowType: null, flowBehavior: null, matchingPriority: null, defaultValue: '' },
      { flowType: 'Always', defaultValue: null },
    ],
    [{ defaultValue: 'True' }, { defaultValue: 'True' }],
    [{ defaultValue: '007' }, { defaultValue: '007' }],
  ])('%j', async (more, expected) => {
    const { text } = imported(userSchema([...SOUND, mapping('title', '[jobTitle]', more)]));
    expect((await loaded(text)).objectMappings[0]?.attributeMappings[2]).toMatchObject(expected);
  });

  it.each([
    ['Add,Update', ['Add', 'Update']],
    ['Add, Update, Delete', ['Add', 'Update', 'Delete']],
    ['update', ['Update']],
    [7, ['Add', 'Update', 'Delete']],
    [5, ['Add', 'Delete']],
    [null, ['Add', 'Update', 'Delete']],
  ])('flowTypes %j', async (flowTypes, expected) => {
    const { text } = imported(userSchema(SOUND, { flowTypes }));
    expect((await loaded(text)).objectMappings[0]?.flowTypes).toEqual(expected);
  });

  it('unusual metadata and missing references are warned about', () => {
    const metadata = [
      { key: 'Disposition', value: '"Normal"' },
      { key: 'Unsynchronized', value: 'true' },
      { key: 'OriginalJoiningProperty', value: 'displayName' },
    ];
    const list = [...SOUND, mapping('title', '[jobTitle]', { exportMissingReferences: true })];
    const { imported: result } = imported(userSchema(list, { metadata }));
    expect(result.report.warnings.map(({ path }) => path)).toEqual([
      `${AT}.attributeMappings[2].exportMissingReferences`,
      `${AT}.metadata[1]`,
    ]);
  });

  it('counts the defaults of an application, with their capitals and numbers', () => {
    const value = JSON.stringify([{ AttributeMappings: [{ FlowType: 0 }], FlowTypes: 7 }, {}]);
    const { imported: result } = imported(
      userSchema(SOUND, {}, { metadata: [{ key: 'defaultSourceObjectMappings', value }] }),
    );
    expect(result.kept).toContain('the defaults of the application (2 object mappings)');
  });
});

describe('which object mappings are taken', () => {
  const other = (more: Json) => ({
    enabled: true,
    sourceObjectName: 'User',
    targetObjectName: 'X',
    attributeMappings: SOUND,
    ...more,
  });

  it('one of people and one of groups, out of Entra, by priority; the others are named', async () => {
    const groups = [mapping('displayName', '[displayName]', { matchingPriority: 1 }), mapping('members', '[members]')];
    const rule = (priority: number, sourceDirectoryName: string, objectMappings: unknown[]) => ({
      name: `rule ${priority}`,
      priority,
      sourceDirectoryName,
      objectMappings,
    });
    const { imported: result, text } = imported({
      synchronizationRules: [
        rule(3, 'Microsoft Entra ID', [other({ name: 'late' })]),
        rule(2, 'Active Directory', [other({ name: 'inbound' })]),
        rule(1, 'Azure Active Directory', [
          other({ name: 'off', enabled: false }),
          other({ name: 'people' }),
          other({ name: 'groups', sourceObjectName: 'group', attributeMappings: groups }),
          other({ name: 'roles', sourceObjectName: 'AppRole' }),
        ]),
      ],
    });
    expect(result.job.objects.map(({ chosen }) => [chosen.kind, chosen.mapping.name])).toEqual([
      ['user', 'people'],
      ['group', 'groups'],
    ]);
    expect(result.report.leftOut.map(({ path, idle }) => [path, idle ?? false])).toEqual([
      ['synchronizationRules[2].objectMappings[3]', false],
      ['synchronizationRules[1]', false],
      ['synchronizationRules[2].objectMappings[0]', true],
      ['synchronizationRules[0].objectMappings[0]', false],
    ]);
    expect((await loaded(text)).objectMappings.map(({ sourceObjectName }) => sourceObjectName)).toEqual([
      'user',
      'group',
    ]);
  });

  it('one that is not enabled stays so', async () => {
    const { imported: result, text } = imported(userSchema(SOUND, { enabled: false }));
    expect(result.report.leftOut).toEqual([]);
    expect((await loaded(text)).objectMappings[0]?.enabled).toBe(false);
  });
});

describe('scope', () => {
  const groupOf = (name: string | null, ...clauses: Json[]): Json => ({ name, clauses });
  const sales = groupOf('sales', clause('department', 'EQUALS', 'Sales'));
  const hidden = groupOf(null, clause('department', 'NOT EQUALS', 'x'), clause('deparment', 'IS NOT NULL'));

  it('is carried over in short forms', async () => {
    const scope = { groups: [sales, groupOf(null, clause('accountEnabled', 'IS TRUE'))], inputFilterGroups: [] };
    const { text, imported: result } = imported(userSchema(SOUND, { scope }));
    expect(result.numbers.filterGroups).toEqual({ found: 2, carriedOver: 2 });
    expect((await loaded(text)).objectMappings[0]?.scope).toEqual({
      groups: [
        {
          name: 'sales',
          clauses: [{ sourceOperandName: 'department', operatorName: 'EQUALS', targetOperand: { values: ['Sales'] } }],
        },
        { clauses: [{ sourceOperandName: 'accountEnabled', operatorName: 'IS TRUE' }] },
      ],
    });
  });

  it('loses a whole group with one clause, and never lets more people in', async () => {
    const { text, imported: result } = imported(userSchema(SOUND, { scope: { groups: [sales, hidden] } }));
    expect(result.report.leftOut).toMatchObject([{ path: `${AT}.scope.groups[1]` }]);
    expect((await loaded(text)).objectMappings[0]).toMatchObject({
      enabled: true,
      scope: { groups: [{ name: 'sales' }] },
    });
  });

  it.each([
    [{ groups: [hidden] }],
    [{ groups: [groupOf('empty')] }],
    [{ groups: [sales], inputFilterGroups: [hidden, groupOf('x')] }],
  ])('switches the mapping off when nothing is left: %j', async (scope) => {
    const { text, imported: result } = imported(userSchema(SOUND, { scope }));
    const [mappingOfUsers] = (await loaded(text)).objectMappings;
    expect(mappingOfUsers?.enabled === false || mappingOfUsers?.scope !== null).toBe(true);
    expect(result.report.leftOut.length).toBeGreaterThan(0);
  });

  it('joins the filters on reading and on category with each group', async () => {
    const members = groupOf('members', clause('accountEnabled', 'IS TRUE'));
    const scope = {
      groups: [sales, groupOf('it', clause('department', 'EQUALS', 'IT'))],
      categoryFilterGroups: [members],
    };
    const { text, imported: result } = imported(userSchema(SOUND, { scope }));
    const groups = (await loaded(text)).objectMappings[0]?.scope?.groups;
    expect(groups?.map(({ name, clauses }) => [name, clauses.length])).toEqual([
      ['sales, members', 2],
      ['it, members', 2],
    ]);
    expect(result.report.warnings).toMatchObject([{ path: `${AT}.scope.categoryFilterGroups` }]);
  });
});

describe('lifecycle is what Entra does with the same mappings', () => {
  const active = (expression: string) => userSchema([SOUND[0] ?? {}, mapping('active', expression)]);
  const left = { unassigned: 'nothing', outOfScope: 'nothing', softDeleted: 'nothing' };
  const disabled = { unassigned: 'disable', outOfScope: 'disable', blocked: 'disable', softDeleted: 'disable' };

  it.each([
    ['IsSoftDeleted', active('Switch([IsSoftDeleted], , "False", "True", "True", "False")'), disabled],
    ['accountEnabled only', active('[accountEnabled]'), { ...left, blocked: 'disable' }],
    ['a constant', active('"True"'), { ...left, blocked: 'nothing' }],
    [
      'no Update',
      userSchema(SOUND, { flowTypes: 'Add, Delete' }),
      { ...left, blocked: 'nothing', hardDeleted: 'delete' },
    ],
    ['no Delete', userSchema(SOUND, { flowTypes: 'Add, Update' }), { ...disabled, hardDeleted: 'nothing' }],
  ])('%s', async (_, value, expected) => {
    expect((await loaded(imported(value).text)).lifecycle).toMatchObject(expected);
  });
});

describe('what Graph says of the job', () => {
  it.each([
    [[{ name: 'SyncAll', value: 'True' }], { syncAll: true }],
    [[{ name: 'syncall', value: 'false' }], { syncAll: false }],
    [[{ name: 'QuarantineTooManyDeletesThreshold', value: '500' }], { deleteThreshold: 500 }],
    [
      [
        { name: 'QuarantineTooManyDeletes', value: 'False' },
        { name: 'QuarantineTooManyDeletesThreshold', value: '500' },
      ],
      { deleteThreshold: null },
    ],
    [[{ name: 'SkipOutOfScopeDeletions', value: 'True' }], { skipOutOfScopeDeletions: true }],
    [[{ name: 'SyncAll', value: 'perhaps' }], {}],
    [[{ name: 'QuarantineTooManyDeletesThreshold', value: 'many' }], {}],
    [null, {}],
    ['nonsense', {}],
  ])('%j', (settings, facts) => {
    expect(jobFacts(settings)).toEqual(facts);
  });

  it('stands in the job', async () => {
    const facts = { syncAll: true, deleteThreshold: 40, skipOutOfScopeDeletions: true };
    const job = await loaded(imported(userSchema(SOUND), facts).text);
    expect(job.source.syncAll).toBe(true);
    expect(job.guards).toMatchObject({ leavers: { count: 40, percent: 10 }, scopeLosses: { count: 40 } });
    expect(job.lifecycle).toMatchObject({ unassigned: 'nothing', outOfScope: 'nothing', blocked: 'disable' });
    expect(imported(userSchema(SOUND), { deleteThreshold: null }).text).toContain(
      'accidental deletion prevention is off',
    );
  });
});

describe('an application of the gallery', () => {
  const peakon = userSchema([
    ...SOUND,
    mapping('urn:ietf:params:scim:schemas:extension:peakon:2.0:User:Department', '[department]'),
  ]);

  it.each([
    [['Workday Peakon Employee Voice'], userSchema(SOUND), 'peakon'],
    [[], peakon, 'peakon'],
    [['aWSSingleSignon'], userSchema(SOUND), undefined],
    [['scim'], userSchema(SOUND), undefined],
    [['Slack'], userSchema(SOUND), 'slack'],
    [['Atlassian Cloud'], userSchema(SOUND), 'atlassian'],
    [['AWS IAM Identity Center (successor to AWS Single Sign-On)'], userSchema(SOUND), 'aws-iam-identity-center'],
    [['GitHub Enterprise Managed User (OIDC)'], userSchema(SOUND), 'github-enterprise-managed-user'],
    [['GitHub Enterprise Cloud - Organization'], userSchema(SOUND), 'github-enterprise-cloud-organization'],
    [['Azure Databricks SCIM Provisioning Connector'], userSchema(SOUND), 'databricks'],
    [['Salesforce'], userSchema(SOUND), 'salesforce'],
    [['Salesforce'], userSchema([mapping('Username', '[userPrincipalName]')]), undefined],
  ])('is recognised by %j and its attributes', async (names, value, expected) => {
    const templates = (await listTemplates('/nowhere')).map(({ name }) => name);
    expect(recogniseTemplate(documentOf(value).schema, names, templates)).toBe(expected);
  });

  it('gives the job its template, without mappings that Entra did not have', async () => {
    const template = await templateCalled('peakon');
    const { text } = imported(peakon, {}, template);
    const job = await loaded(text);
    expect(text).toContain('template: peakon');
    expect(job.profile.groups).toBe(false);
    expect(job.lifecycle.hardDeleted).toBe('disable');
    expect(
      job.objectMappings[0]?.attributeMappings.map(({ targetAttributeName }) => targetAttributeName).toSorted(),
    ).toEqual(['active', 'urn:ietf:params:scim:schemas:extension:peakon:2.0:User:Department', 'userName']);
  });

  it('keeps groups away from one that has none', async () => {
    const schema = userSchema(SOUND) as { synchronizationRules: { objectMappings: unknown[] }[] };
    const groups = [mapping('displayName', '[displayName]', { matchingPriority: 1 })];
    schema.synchronizationRules[0]?.objectMappings.push({ sourceObjectName: 'Group', attributeMappings: groups });
    const { text, imported: result } = imported(schema, {}, await templateCalled('peakon'));
    expect(result.report.leftOut).toMatchObject([
      { reason: expect.stringContaining('This target has no groups') as string },
    ]);
    expect(
      (await loaded(text)).objectMappings.find(({ sourceObjectName }) => sourceObjectName === 'group')?.enabled,
    ).toBe(false);
  });

  it('says so when Entra does not provision people although the template does', async () => {
    const groups = [mapping('displayName', '[displayName]', { matchingPriority: 1 })];
    const value = userSchema(groups, { sourceObjectName: 'Group' });
    const { text } = imported(value, {}, await templateCalled('scim'));
    expect(text).toContain("  user: { enabled: false } # Entra's job has no mapping of users");
    const enabled = (await loaded(text)).objectMappings.filter((each) => each.enabled);
    expect(enabled.map(({ sourceObjectName }) => sourceObjectName)).toEqual(['group']);
  });
});

it.each(['a: b', '# x', '"', "it's", 'x\ny', '{}', 'null', '\u202e', '*a'])(
  'takes no YAML from names and constants: %j',
  async (name) => {
    const scope = { groups: [{ name, clauses: [clause('department', 'EQUALS', name)] }] };
    const { text } = imported(userSchema([...SOUND, mapping('title', null, { defaultValue: name })], { name, scope }));
    expect(parseYaml('f', text).faults).toEqual([]);
    const [user] = (await loaded(text)).objectMappings;
    expect(user?.scope?.groups).toMatchObject([{ name, clauses: [{ targetOperand: { values: [name] } }] }]);
    expect(user?.attributeMappings[2]?.defaultValue).toBe(name);
  },
);
