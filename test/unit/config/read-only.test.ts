// SCIMSYNC_READ_ONLY: nothing that somebody meant as yes may count as no.
import { describe, expect, it } from 'vitest';
import { isReadOnly } from '../../../src/config/read-only.ts';

describe('isReadOnly', () => {
  it.each(['1', 'true', 'yes', 'TRUE', ' Yes '])('%j forbids writing', (value) => {
    expect(isReadOnly({ SCIMSYNC_READ_ONLY: value })).toBe(true);
  });

  it.each([undefined, '', '0', 'false', 'no'])('%j does not', (value) => {
    expect(isReadOnly({ SCIMSYNC_READ_ONLY: value })).toBe(false);
  });

  it.each(['on', 'maybe', '2', 'ja'])('%j is refused', (value) => {
    expect(() => isReadOnly({ SCIMSYNC_READ_ONLY: value })).toThrow(/set it to 1 or to 0/);
  });
});
