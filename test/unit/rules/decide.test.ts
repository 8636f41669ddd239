// The decision about one existing account.
import { describe, expect, it } from 'vitest';
import { decideDisable, decideExisting, isActive } from '../../../src/rules/decide.ts';
import type { MappedObject } from '../../../src/rules/mapping.ts';
import type { DesiredAttribute } from '../../../src/scim/desired.ts';
import { parsePath } from '../../../src/scim/path.ts';
import type { ScimResource, ScimValue } from '../../../src/scim/resource.ts';

function want(name: string, value: ScimValue): DesiredAttribute {
  const parsed = parsePath(name);
  if (!parsed.ok) throw new Error(name);
  return { path: parsed.path, value };
}

function mapped(desired: readonly DesiredAttribute[], onlyIfEmpty: readonly string[] = []): MappedObject {
  return {
    desired,
    references: [],
    onlyIfEmpty: new Set(onlyIfEmpty),
    redacted: new Set(),
    fault: null,
    ignored: false,
  };
}

const ANA = mapped([want('userName', 'ana'), want('active', true), want('title', 'Clerk')]);

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
    expect(decideExisting(ANA, [], current, 'id', adopting, ['userName'])).toMatchObject(expected);
  });

  it('keeps what a mapping only fills', () => {
    const filling = mapped([want('title', 'Default')], ['title']);
    expect(decideExisting(filling, [], { title: 'Mine' }, 'id', false, [])).toEqual({
      action: 'none',
      because: 'unchanged',
    });
    expect(decideExisting(filling, [], { title: '' }, 'id', false, [])).toMatchObject({ action: 'update' });
  });

  it('is compared with resolved references too', () => {
    const manager = want('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager', 'u1');
    const current = {
      userName: 'ana',
      active: true,
      title: 'Clerk',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { manager: { value: 'u2' } },
    };
    const decision = decideExisting(ANA, [manager], current, 'id', false, []);
    expect(decision).toMatchObject({ action: 'update', differences: [{ newValue: 'u1' }] });
  });
});

describe('disabling', () => {
  it.each([
    [true, 'disable'],
    [undefined, 'disable'],
    [false, 'none'],
    ['False', 'none'],
  ])('an account with active %o: %s', (active, action) => {
    const decision = decideDisable(want('active', false), active === undefined ? {} : { active }, 'id');
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
