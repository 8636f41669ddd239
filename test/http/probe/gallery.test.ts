// Microsoft's tests for its gallery, by our reading, and a rate of requests, against a target of the sandbox.
import { expect, it } from 'vitest';
import { openSuite } from '../../../src/cli/probe-suites.ts';
import { loadCheck } from '../../../src/probe/load.ts';
import { type SandboxTarget, startScimTarget } from '../../../src/sandbox/target/scim-server.ts';
import { found, NAMES, outcomes, probe, sessionFor } from './probe-world.ts';

async function at<T>(run: (target: SandboxTarget) => Promise<T>): Promise<T> {
  const target = await startScimTarget({ kind: 'rfc7644', token: 'probe-token' });
  try {
    return await run(target);
  } finally {
    await target.close();
  }
}

it('are passed by the strict target with the requests of the standard, save for those of credentials', () =>
  at(async (target) => {
    const session = sessionFor(target);
    const { signal } = new AbortController();
    const suite = await openSuite({ suite: 'entra-gallery', dialect: 'rfc7644' }, session, NAMES, signal);
    try {
      const result = await probe({ url: target.url, token: target.token, session, checks: suite.checks });
      expect(found(result)).toEqual(['warning gallery-credentials gallery.overall']);
      const named = Object.entries(outcomes(result)).filter(([id]) => id.endsWith('_Test'));
      expect(named).toHaveLength(25);
      expect(named.filter(([, outcome]) => outcome === 'PASSED')).toHaveLength(23);
      expect(target.users()).toEqual([]);
      expect(target.groups()).toEqual([]);
    } finally {
      await suite[Symbol.asyncDispose]();
    }
  }));

/** Time passes when somebody waits, and not otherwise. */
function clockAt(start: number) {
  let now = start;
  return {
    now: () => new Date(now),
    sleep: (milliseconds: number) => {
      now += milliseconds;
      return Promise.resolve();
    },
  };
}

it.each([
  ['goes well', undefined, []],
  ['fails', { action: { status: 503 }, match: { query: 'load-7@' } }, ['error load-failed load.requests']],
])('a rate of requests %s, and only reads', (_what, fault, expected) =>
  at(async (target) => {
    if (fault !== undefined) target.faults.add(fault);
    const result = await probe({
      url: target.url,
      token: target.token,
      mayWrite: false,
      checks: [loadCheck(25, clockAt(0))],
    });
    expect(found(result).filter((each) => each.includes(' load-'))).toEqual(expected);
    expect(target.log.totals().requests).toBe(125);
    expect(Object.keys(target.log.totals().byMethod)).toEqual(['GET']);
    expect(outcomes(result)['load.requests']).toMatch(/^25\.0\/s/);
  }),
);
