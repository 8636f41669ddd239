// The class of a change, and what an earlier verdict about the same object means for a new plan.
import { describe, expect, it } from 'vitest';
import type { GuardClass } from '../../../src/model/cycle.ts';
import { type ChangeFacts, classOfChange, type JudgedChange, standingOf } from '../../../src/rules/guard-class.ts';
import { parsePath } from '../../../src/scim/path.ts';

const NOTHING: ChangeFacts = {
  kind: 'user',
  action: 'update',
  removal: null,
  shouldExist: false,
  revives: false,
  changesIdentity: false,
  byConfiguration: false,
};

// spec: held-updates
describe('the class', () => {
  it.each<[string, Partial<ChangeFacts>, GuardClass | null]>([
    ['of an ordinary update', {}, null],
    ['of an ordinary creation', { action: 'create' }, null],
    ['of a removal', { action: 'disable', removal: 'leavers' }, 'leavers'],
    ['of a deletion that cannot be undone', { action: 'delete', removal: 'leavers' }, 'irreversible'],
    ['of the deletion of a group', { kind: 'group', action: 'delete', removal: 'groupDeletes' }, 'irreversible'],
    ['of a creation in the place of an account', { action: 'create', shouldExist: true }, 'creates'],
    ['of a group in the place of another', { kind: 'group', action: 'create', shouldExist: true }, null],
    ['of a new name', { changesIdentity: true }, 'identity'],
    ['of a new name with an enabling', { action: 'enable', changesIdentity: true }, 'identity'],
    ['of a new name of an adopted account', { action: 'adopt', changesIdentity: true }, 'identity'],
    ['of an adoption in the place of an account', { action: 'adopt', shouldExist: true }, null],
    ['of an update by a changed configuration', { byConfiguration: true }, 'updates'],
    ['of an enabling by a changed configuration', { action: 'enable', byConfiguration: true }, 'updates'],
    ['of a group by a changed configuration', { kind: 'group', byConfiguration: true }, 'updates'],
    ['of an adoption under a changed configuration', { action: 'adopt', byConfiguration: true }, null],
    ['of a creation under a changed configuration', { action: 'create', byConfiguration: true }, null],
    ['of a new name by a changed configuration', { changesIdentity: true, byConfiguration: true }, 'identity'],
    [
      'of a leaver under a changed configuration',
      { action: 'disable', removal: 'leavers', byConfiguration: true },
      'leavers',
    ],
    ['of a group with a new name', { kind: 'group', changesIdentity: true }, null],
  ])('%s', (_name, facts, guardClass) => {
    expect(classOfChange({ ...NOTHING, ...facts }, ['delete'], 'stage')).toBe(guardClass);
  });

  it('of what cannot be undone is that of its event where the configuration allows it', () => {
    const facts = { ...NOTHING, action: 'delete', removal: 'leavers' } as const;
    expect(classOfChange(facts, ['delete'], 'allow')).toBe('leavers');
    expect(classOfChange(facts, ['disable'], 'stage')).toBe('leavers');
  });
});

describe('an earlier verdict', () => {
  const named = (newValue: string): JudgedChange['identity'] => {
    const parsed = parsePath('userName');
    return parsed.ok ? [{ path: parsed.path, newValue }] : [];
  };
  const change = (action: string, guardClass: GuardClass | null, newValue?: string): JudgedChange => ({
    action,
    guardClass,
    identity: newValue === undefined ? [] : named(newValue),
  });

  // spec: approvals
  it.each<[string, string, JudgedChange, JudgedChange, string]>([
    ['approved, same action', 'approved', change('disable', 'leavers'), change('disable', 'leavers'), 'approved'],
    ['approved, another event', 'approved', change('disable', 'leavers'), change('disable', 'scopeLosses'), 'approved'],
    ['approved, another action', 'approved', change('disable', 'leavers'), change('delete', 'leavers'), 'new'],
    [
      'approved, same name',
      'approved',
      change('update', 'identity', 'a'),
      change('update', 'identity', 'a'),
      'approved',
    ],
    ['approved, another name', 'approved', change('update', 'identity', 'a'), change('update', 'identity', 'b'), 'new'],
    ['approved, name taken back', 'approved', change('update', 'identity', 'a'), change('update', null), 'approved'],
    ['held, same class', 'staged', change('disable', 'leavers'), change('disable', 'leavers'), 'held'],
    ['held, another class', 'staged', change('disable', 'scopeLosses'), change('disable', 'leavers'), 'new'],
    ['held, no class any more', 'staged', change('update', 'identity', 'a'), change('update', null), 'new'],
    ['held, another action', 'staged', change('disable', 'leavers'), change('delete', 'leavers'), 'new'],
    ['rejected, same class', 'rejected', change('disable', 'leavers'), change('disable', 'leavers'), 'rejected'],
    ['rejected, another event', 'rejected', change('disable', 'scopeLosses'), change('disable', 'leavers'), 'new'],
    ['rejected, another action', 'rejected', change('disable', 'leavers'), change('delete', 'leavers'), 'new'],
    [
      'rejected, another name',
      'rejected',
      change('update', 'identity', 'a'),
      change('update', 'identity', 'b'),
      'held',
    ],
    ['only planned', 'planned', change('disable', 'leavers'), change('disable', 'leavers'), 'new'],
    ['sent', 'sent', change('disable', 'leavers'), change('disable', 'leavers'), 'new'],
  ])('%s', (_name, status, earlier, now, standing) => {
    expect(standingOf({ ...earlier, status }, now)).toBe(standing);
    expect(standingOf(undefined, now)).toBe('new');
  });
});
