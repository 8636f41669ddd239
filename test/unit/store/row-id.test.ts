import { afterEach, describe, expect, it, vi } from 'vitest';
import { newRowId } from '../../../src/store/row-id.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** UUID, version 7, variant of RFC 9562. */
const VERSION_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('ids of rows', () => {
  it('are UUIDs that begin with the time', () => {
    vi.useFakeTimers({ now: Date.parse('2100-01-01T00:00:00Z') });
    const id = newRowId();
    expect(id).toMatch(VERSION_7);
    expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(Date.parse('2100-01-01T00:00:00Z'));
  });

  it('sort in the order in which they were made, also many in a millisecond and when the clock goes back', () => {
    vi.useFakeTimers({ now: Date.parse('2100-01-02T00:00:00Z') });
    const ids = Array.from({ length: 5000 }, () => newRowId());
    vi.setSystemTime(Date.parse('2099-01-01T00:00:00Z'));
    ids.push(newRowId(), newRowId());
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => VERSION_7.test(id))).toBe(true);
  });

  it.each([0, -1])('are such also on a machine whose clock stands at %i', async (now) => {
    vi.resetModules();
    vi.useFakeTimers({ now });
    const { newRowId: anew } = await import('../../../src/store/row-id.ts');
    const ids = Array.from({ length: 5000 }, () => anew());
    expect(ids.toSorted()).toEqual(ids);
    expect(ids.filter((id) => !VERSION_7.test(id))).toEqual([]);
  });
});
