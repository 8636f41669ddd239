import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { copyLogWhenQuiet } from '../../../src/store/log-copying.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function aConnection(pragma: () => unknown = () => []) {
  return { inTransaction: false, pragma: vi.fn<(text: string) => unknown>(pragma) };
}

describe('the log of the store', () => {
  it('is copied once nothing was written for a while, and again after the next writing', () => {
    const connection = aConnection();
    const copying = copyLogWhenQuiet(connection, 1000);
    vi.advanceTimersByTime(5000);
    expect(connection.pragma).not.toHaveBeenCalled();
    for (let times = 0; times < 5; times += 1) {
      copying.written();
      vi.advanceTimersByTime(900);
    }
    expect(connection.pragma).not.toHaveBeenCalled();
    vi.advanceTimersByTime(5000);
    expect(connection.pragma.mock.calls).toEqual([['wal_checkpoint(PASSIVE)']]);
    copying.written();
    vi.advanceTimersByTime(1000);
    expect(connection.pragma).toHaveBeenCalledTimes(2);
  });

  it('is left alone while a transaction is open, and after the end', () => {
    const connection = aConnection();
    const copying = copyLogWhenQuiet(connection, 1000);
    copying.written();
    connection.inTransaction = true;
    vi.advanceTimersByTime(1000);
    connection.inTransaction = false;
    copying.written();
    copying.stop();
    vi.advanceTimersByTime(5000);
    expect(connection.pragma).not.toHaveBeenCalled();
  });

  it('that cannot be copied ends nothing', () => {
    const copying = copyLogWhenQuiet(
      aConnection(() => {
        throw new Error('the disk is full');
      }),
      1000,
    );
    copying.written();
    expect(() => vi.advanceTimersByTime(1000)).not.toThrow();
  });
});
