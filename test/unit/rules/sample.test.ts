// Samples are planned by the rules of a cycle, and judged by what was expected of them.
import { describe, expect, it } from 'vitest';
import { lifecycleSchema } from '../../../src/model/lifecycle.ts';
import { objectMappingSchema } from '../../../src/model/object-mapping.ts';
import { targetProfileSchema } from '../../../src/model/profile.ts';
import { compileObjectMapping } from '../../../src/rules/mapping.ts';
import { planSample, type Sample, type SampledJob } from '../../../src/rules/sample.ts';
import { judgeSample, type SampleExpectation } from '../../../src/rules/sample-verdict.ts';

const source = (expression: string) => ({ type: 'Function', expression });

function aJob(more: { mapping?: object; attributes?: readonly object[]; lifecycle?: object } = {}): SampledJob {
  const profile = targetProfileSchema.parse({ references: { 'urn:x:2.0:User:Boss': 'email' } });
  const mapping = objectMappingSchema.parse({
    sourceObjectName: 'user',
    targetObjectName: 'User',
    attributeMappings: [
      { targetAttributeName: 'userName', source: { type: 'Attribute', name: 'mail' }, matchingPriority: 1 },
      { targetAttributeName: 'active', source: source('Not([IsSoftDeleted])') },
      { targetAttributeName: 'title', source: { type: 'Attribute', name: 'jobTitle' } },
      ...(more.attributes ?? []),
    ],
    ...more.mapping,
  });
  const lifecycle = lifecycleSchema.parse(more.lifecycle ?? {});
  return { mapping: compileObjectMapping(mapping, profile), lifecycle, profile };
}

function aSample(more: Partial<Sample> = {}): Sample {
  return {
    kind: 'user',
    id: '1',
    properties: { mail: 'ana@acme.com' },
    managerId: null,
    managerAccount: null,
    members: [],
    roles: [],
    memberOf: [],
    isAssigned: true,
    isSoftDeleted: false,
    existing: null,
    environment: { now: new Date(0), random: (count) => new Uint8Array(count), isTaken: () => false },
    ...more,
  };
}

const plan = (sample: Partial<Sample> = {}, job = aJob()) => planSample(aSample(sample), job);
const EXISTING = { id: '42', userName: 'ana@acme.com', active: true };
const staff = { groups: [{ clauses: [{ sourceOperandName: 'employeeId', operatorName: 'IS NOT NULL' }] }] };

// spec: mapping-tests
describe('a sample', () => {
  it('without an account is created', () => {
    expect(plan()).toMatchObject({
      inScope: true,
      action: 'create',
      resource: { userName: 'ana@acme.com', active: true },
      patch: null,
      skipped: ['title'],
    });
  });

  it('with one is changed in what differs', () => {
    const outcome = plan({
      existing: { ...EXISTING, title: 'Clerk' },
      properties: { mail: 'ana@acme.com', jobTitle: 'Boss' },
    });
    expect(outcome).toMatchObject({ action: 'update', patch: [{ op: 'replace', path: 'title', value: 'Boss' }] });
    expect(plan({ existing: EXISTING })).toMatchObject({ action: 'none', patch: [], skipped: ['title'] });
    expect(plan({ existing: { ...EXISTING, active: false } })).toMatchObject({ action: 'enable' });
  });

  it.each([
    ['blocked', { properties: { mail: 'ana@acme.com', accountEnabled: false } }, 'blocked'],
    ['deleted', { isSoftDeleted: true }, 'deleted'],
    ['not assigned', { isAssigned: false }, 'not assigned'],
  ] as const)('that is %s gets no account, and loses one', (_name, sample, reason) => {
    const without = plan(sample);
    expect(without).toMatchObject({ inScope: false, action: 'none', resource: null, patch: null });
    expect(without.reasons[0]).toContain(reason);
    const off = [{ op: 'replace', path: 'active', value: false }];
    expect(plan({ ...sample, existing: EXISTING })).toMatchObject({ action: 'disable', patch: off });
  });

  it('that the filter keeps out says why', () => {
    const outcome = plan({}, aJob({ mapping: { scope: staff } }));
    expect(outcome).toMatchObject({ inScope: false, action: 'none' });
    expect(outcome.reasons.join()).toContain('employeeId IS NOT NULL');
  });

  it('keeps its account where the filter cannot judge it', () => {
    const clause = {
      sourceOperandName: 'jobTitle',
      operatorName: 'REGEX MATCH',
      targetOperand: { values: ['^(a|a)*$'] },
    };
    const job = aJob({ mapping: { scope: { groups: [{ clauses: [clause] }] } } });
    const properties = { mail: 'ana@acme.com', jobTitle: `${'a'.repeat(64)}!` };
    expect(plan({ properties, existing: EXISTING }, job)).toMatchObject({
      action: 'none',
      fault: { code: 'FilterUndecided' },
    });
    expect(plan({ properties }, job)).toMatchObject({ action: 'none', fault: null });
  });

  it('follows the lifecycle and the flow types', () => {
    const leaver = { isSoftDeleted: true, existing: EXISTING };
    expect(plan(leaver, aJob({ lifecycle: { softDeleted: 'delete' } }))).toMatchObject({ action: 'delete', patch: [] });
    expect(plan(leaver, aJob({ lifecycle: { softDeleted: 'nothing' } }))).toMatchObject({ action: 'none' });
    expect(plan({}, aJob({ mapping: { flowTypes: ['Update'] } }))).toMatchObject({ action: 'none', resource: null });
  });

  it('refers to accounts that exist', () => {
    const manager = { type: 'Attribute', name: 'manager' };
    const job = aJob({ attributes: [{ targetAttributeName: 'urn:x:2.0:User:Boss', source: manager }] });
    const account = { id: '7', email: 'jo@acme.com' };
    expect(plan({ managerId: '2', managerAccount: account }, job).resource).toMatchObject({
      'urn:x:2.0:User': { Boss: 'jo@acme.com' },
    });
    expect(plan({ managerId: '2' }, job).resource).not.toHaveProperty('urn:x:2.0:User');
    expect(plan({ managerId: '2' }, job).skipped).toEqual(['title']);
  });

  it('that an expression ignores or refuses gives no resource', () => {
    const ignoring = aJob({ attributes: [{ targetAttributeName: 'nickName', source: source('IgnoreObjectFlow') }] });
    expect(plan({}, ignoring)).toMatchObject({ ignored: true, action: 'none', resource: null });
    const failing = aJob({ attributes: [{ targetAttributeName: 'nickName', source: source('Error("no")') }] });
    expect(plan({}, failing)).toMatchObject({ fault: { code: 'ExpressionFailed' }, action: 'none', resource: null });
  });
});

describe('a verdict', () => {
  const failing = aJob({ attributes: [{ targetAttributeName: 'nickName', source: source('Error("no")') }] });
  const judge = (expected: SampleExpectation, sample: Partial<Sample> = {}, job = aJob()) =>
    judgeSample(expected, plan(sample, job), job.mapping).map(({ about, message, differences }) =>
      [about, message, ...differences.map(({ path }) => path)].join(' '),
    );

  it.each<[SampleExpectation, Partial<Sample>]>([
    [{ inScope: true, action: 'create', ignored: false, skipped: ['TITLE'] }, {}],
    [{ resource: { userName: 'ana@acme.com', active: true } }, {}],
    [{ contains: { active: true } }, {}],
    [{ resource: null }, { isAssigned: false }],
    [{ patch: [] }, { existing: EXISTING }],
    [{ patch: [{ op: 'replace', path: 'ACTIVE', value: false }] }, { existing: EXISTING, isAssigned: false }],
  ])('is good for %j', (expected, sample) => {
    expect(judge(expected, sample)).toEqual([]);
  });

  it.each<[SampleExpectation, Partial<Sample>, string[]]>([
    [{ inScope: true }, { isAssigned: false }, ['inScope expected true, but it is false: not assigned']],
    [
      { action: 'create' },
      { isAssigned: false },
      ['action expected create, but it is none (not in scope: not assigned)'],
    ],
    [
      { inScope: true, contains: { active: true } },
      { isAssigned: false },
      ['inScope expected true, but it is false: not assigned', 'contains no account would be created (not in scope)'],
    ],
    [{ ignored: true }, {}, ['ignored expected true, but no expression said so']],
    [{ skipped: ['active', 'nonsense'] }, {}, ['skipped active has a value, nonsense is not mapped at all']],
    [{ resource: { userName: 'ana@acme.com' } }, {}, ['resource  active']],
    [{ contains: { userName: 'x', title: 'y' } }, {}, ['contains  userName title']],
    [{ resource: null }, {}, ['resource none was expected, but an account would be created']],
    [{ patch: [{ op: 'add', path: 'title', value: 'x' }] }, { existing: EXISTING }, ['patch  add title']],
    [{ error: { kind: 'type' } }, {}, ['error expected type, but there was none']],
  ])('is bad for %j', (expected, sample, said) => {
    expect(judge(expected, sample)).toEqual(said);
  });

  it('names a fault that was not expected, and nothing that follows from it', () => {
    expect(judge({ contains: { active: true }, skipped: ['title'], action: 'create' }, {}, failing)).toEqual([
      'error none was expected, but: ExpressionFailed: nickName: no (custom)',
    ]);
  });

  it.each<[SampleExpectation['error'], boolean]>([
    [{ kind: 'custom' }, true],
    [{ code: 'ExpressionFailed', attribute: 'nickname' }, true],
    [{ kind: 'type' }, false],
    [{ attribute: 'title' }, false],
    [{ code: 'InvalidValue' }, false],
  ])('knows the fault %j', (error, good) => {
    expect(judge({ error }, {}, failing).length === 0).toBe(good);
  });
});
