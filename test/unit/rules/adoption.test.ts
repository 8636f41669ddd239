// Whose account it is, by its externalId.
import { describe, expect, it } from 'vitest';
import { carriesObjectId, mayAdopt } from '../../../src/rules/adoption.ts';

const ana = { id: '41c2', mapped: 'E100', names: ['ana.ruiz@acme.com', 'ruiz'] };

describe('the owner of an account', () => {
  // spec: foreign-accounts
  it.each([
    [undefined, true],
    [null, true],
    ['', true],
    ['41C2', true],
    ['e100', true],
    ['Ana.Ruiz@acme.com', true],
    ['ana.ruiz', true],
    ['ruiz', true],
    ['ana', false],
    ['41c', false],
    ['E101', false],
    [17, false],
    [{ value: '41c2' }, false],
  ])('%j: %s', (externalId, expected) => {
    expect(mayAdopt(externalId, ana)).toBe(expected);
  });

  it('an empty name fits nothing', () => {
    expect(mayAdopt(' ', { id: 'x', mapped: '', names: ['', '@acme.com'] })).toBe(false);
  });

  it('only the object id proves whose an inactive account was', () => {
    expect(carriesObjectId('41C2', '41c2')).toBe(true);
    for (const each of [undefined, '', 'ana.ruiz', 41]) expect(carriesObjectId(each, '41c2')).toBe(false);
  });
});
