// The decision about one existing account.
import { describe, expect, it } from 'vitest';
import { decideDeprovisioning, decideExisting, isActive } from '../../../src/rules/decide.ts';
import type { DesiredAttribute, Flow } from '../../../src/scim/desired.ts';
import { parsePath } from '../../../src/scim/path.ts';
import type { ScimResource, ScimValue } from '../../../src/scim/resource.ts';

function want(name: string, value: ScimValue): DesiredAttribute {
  const parsed = parsePath(name);
  if (!parsed.ok) throw new Error(name);
  return { path: parsed.path, value };
}

function decide(
  desired: readonly DesiredAttribute[],
  references: readonly DesiredAttribute[],
  resource: ScimResource,
  adopting: boolean,
  caseInsensitive: readonly string[] = [],
  before: Record<string, ScimValue> = {},
) {
  return decideExisting({ desired }, references, { resource, targetId: 'id', before }, { adopting, caseInsensitive });
}

function flowing(name: string, value: ScimValue, flow: Flow): DesiredAttribute {
  return { ...want(name, value), flow };
}

const ANA = [want('userName', 'ana'), want('active', true), want('title', 'Clerk')];

describe('an account', () => {
  it.each<[string, ScimResource, boolean, object]>([
    ['equal', { userName: 'ana', active: true, title: 'Clerk' }, false, { action: 'none', because: 'unchanged' }],
    ['equal but for case', { userName: 'ANA', active: 'True', title: 'Clerk' }, false, { action: 'none' }],
    ['different', { userName: 'ana', active: true, title: 'Boss' }, false, { action: 'update' }],
    ['inactive', { userName: 'ana', active: false, title: 'Clerk' }, false, { action: 'enable' }],
    ['inactive as text', { userName: 'ana', active: 'False', title: 'Clerk' }, false, { action: 'enable' }],
    ['without active', { userName: 'ana', title: 'Clerk' }, false, { action: 'update' }],
    ['equal, met for the first time', { userName: 'ana', active: true, title: 'Clerk' }, true, { action: 'adopt' }],
    ['inactive, met for the first time', { userName: 'ana', active: false }, true, { action: 'adopt' }],
  ])('%s', (_name, current, adopting, expected) => {
    expect(decide(ANA, [], current, adopting, ['userName'])).toMatchObject(expected);
  });

  it('keeps what a mapping only fills', () => {
    const filling = [flowing('title', 'Default', 'AttributeAddOnly')];
    expect(decide(filling, [], { title: 'Mine' }, false)).toEqual({ action: 'none', because: 'unchanged' });
    expect(decide(filling, [], { title: '' }, false)).toMatchObject({ action: 'update' });
  });

  it('is compared with resolved references too', () => {
    const manager = want('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager', 'u1');
    const current = {
      userName: 'ana',
      active: true,
      title: 'Clerk',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { manager: { value: 'u2' } },
    };
    const decision = decide(ANA, [manager], current, false);
    expect(decision).toMatchObject({ action: 'update', differences: [{ newValue: 'u1' }] });
  });
});

describe('FlowAlways', () => {
  const always: DesiredAttribute = { ...want('locale', 'en'), resend: true };

  it('is never a reason for an update', () => {
    expect(
      decide([...ANA, always], [], { userName: 'ana', active: true, title: 'Clerk', locale: 'en' }, false),
    ).toEqual({
      action: 'none',
      because: 'unchanged',
    });
    const adopted = decide([always], [], { locale: 'en' }, true);
    expect(adopted).toMatchObject({ action: 'adopt', differences: [] });
    expect(adopted).not.toHaveProperty('restated');
  });

  it('is part of every update', () => {
    const decision = decide(
      [...ANA, always],
      [],
      { userName: 'ana', active: true, title: 'Boss', locale: 'en' },
      false,
    );
    expect(decision).toMatchObject({
      action: 'update',
      differences: [{ path: { text: 'title' } }],
      restated: [{ path: { text: 'locale' }, newValue: 'en' }],
    });
  });

  it('is stated once when it differs itself', () => {
    const decision = decide([always], [], { locale: 'de' }, false);
    expect(decision).toMatchObject({ action: 'update', differences: [{ newValue: 'en' }] });
    expect(decision).not.toHaveProperty('restated');
  });
});

describe('what is known of an account afterwards', () => {
  it.each<[Flow, string, ScimValue, ScimResource, ScimValue | undefined]>([
    ['AttributeAddOnly', 'title', 'Clerk', { title: 'Boss' }, 'Boss'],
    ['AttributeAddOnly', 'title', 'Clerk', {}, 'Clerk'],
    ['ValueAddOnly', 'title', 'Clerk', { title: 'Boss' }, 'Boss'],
    ['ValueAddOnly', 'tags', ['a'], { tags: ['x'] }, ['a', 'b']],
    ['Managed', 'tags', ['a'], { tags: ['x'] }, ['a']],
    ['ObjectAddOnly', 'title', 'Clerk', { title: 'Boss' }, undefined],
  ])('%s of %s wanted as %o', (flow, name, value, current, known) => {
    const decision = decide([flowing(name, value, flow)], [], current, true, [], { tags: ['b'] });
    expect('desired' in decision ? decision.desired[0]?.value : null).toEqual(known);
  });
});

// spec: disabling
describe('disabling', () => {
  it.each([
    [true, 'disable'],
    [undefined, 'disable'],
    [false, 'none'],
    ['False', 'none'],
  ])('an account with active %o: %s', (active, action) => {
    const decision = decideDeprovisioning([want('active', false)], active === undefined ? {} : { active }, 'id', false);
    expect(decision.action).toBe(action);
    if (decision.action === 'disable') expect(decision.differences).toHaveLength(1);
  });
});

it.each([
  [{}, true],
  [{ active: true }, true],
  [{ active: 'true' }, true],
  [{ active: false }, false],
  [{ active: 'FALSE' }, false],
])('%o is active: %s', (resource, expected) => {
  expect(isActive(resource)).toBe(expected);
});
