import { describe, expect, it } from 'vitest';
import { nearest } from '../../../src/expressions/suggest.ts';

describe('nearest', () => {
  it.each([
    ['mial', ['mail', 'manager'], 'mail'],
    ['MAIL', ['mail'], 'mail'],
    ['displaName', ['givenName', 'displayName'], 'displayName'],
    ['xyz', ['mail', 'manager'], undefined],
    ['a', [], undefined],
  ])('%s among %j is %s', (name, candidates, expected) => {
    expect(nearest(name, candidates)).toBe(expected);
  });
});
