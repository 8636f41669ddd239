// The protocol suite against targets of the sandbox: what it finds, that it touches nothing but what it made, and that it leaves
// nothing behind however it ends.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Check } from '../../../src/probe/check.ts';
import { PROTOCOL_CHECKS } from '../../../src/probe/protocol/suite.ts';
import { type SandboxTarget, startScimTarget } from '../../../src/sandbox/target/scim-server.ts';
import { found, outcomes, probe } from './probe-world.ts';

const FOREIGN = ['ana@contoso.com', 'jo@contoso.com', 'Kim@contoso.com'].map((userName, index) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  id: `foreign-${index}`,
  userName,
  active: true,
}));

let target: SandboxTarget;

beforeEach(async () => {
  target = await startScimTarget({ kind: 'rfc7644', token: 'probe-token' });
  target.seed(FOREIGN);
});
afterEach(() => target.close());

const at = () => ({ url: target.url, token: target.token });

describe('the strict target', () => {
  it('is found to keep the RFC, and to refuse what only Entra writes', async () => {
    const result = await probe(at());
    expect(found(result).filter((each) => each.startsWith('error'))).toEqual([
      'error group-entra-schema-refused groups.entra-schema',
    ]);
    expect(found(result)).toEqual(
      expect.arrayContaining([
        'warning active-text-refused active.disable-text',
        'warning patch-dotted-key patch.dotted-key',
        'warning match-manager matching.manager',
      ]),
    );
    expect(outcomes(result)).toMatchObject({
      'discovery.no-token': '401',
      'create.duplicate': '409 uniqueness',
      'matching.user-name-other-case': '200 n=1',
      'active.disable': '200',
      'active.disable-text': '400 invalidValue',
      'members.capital-add': '200 [0,1,2]',
      'delete.again': '404',
    });
    expect(result.checks.filter(({ skipped }) => skipped !== null)).toEqual([]);
  });

  // spec: probe-own-resources
  it('keeps its accounts as they were, and nothing of the probe', async () => {
    const before = target.users();
    const result = await probe(at());
    expect(result.removed).toBeGreaterThan(5);
    expect(result.leftovers).toEqual([]);
    expect(target.users()).toEqual(before);
    expect(target.groups()).toEqual([]);
    const touched = target.log.all().filter(({ method, path }) => method !== 'GET' && path.includes('foreign-'));
    expect(touched).toEqual([]);
  });

  // spec: probe-reads-only
  it('is sent nothing but GET when the run only reads', async () => {
    const result = await probe({ ...at(), mayWrite: false });
    expect(new Set(target.log.all().map(({ method }) => method))).toEqual(new Set(['GET']));
    const made = result.checks.filter(({ skipped }) => skipped === null);
    expect(made.length).toBeGreaterThan(10);
    expect(result.checks.filter(({ skipped }) => skipped !== null).length).toBeGreaterThan(50);
  });

  // spec: probe-own-resources
  it.each(['matching.user-name', 'members.capital-add', 'bulk.create'])(
    'is cleaned up after a run that was stopped before %s',
    async (stopBefore) => {
      const controller = new AbortController();
      const result = await probe({
        ...at(),
        signal: controller.signal,
        progress: ({ id }) => {
          if (id === stopBefore) controller.abort(new Error('stopped'));
        },
      });
      expect(result.interrupted).toBe(true);
      expect(result.removed).toBeGreaterThan(3);
      expect(target.users().map(({ userName }) => userName)).toEqual(FOREIGN.map(({ userName }) => userName));
      expect(target.groups()).toEqual([]);
    },
  );

  it('is cleaned up after a check that is at fault itself', async () => {
    const faulty: Check = {
      id: 'faulty',
      theme: 'errors',
      row: null,
      title: 'throws',
      writes: true,
      run: () => Promise.reject(new TypeError('a fault of the check')),
    };
    const checks = [...PROTOCOL_CHECKS.slice(0, 20), faulty];
    await expect(probe({ ...at(), checks })).rejects.toThrow('a fault of the check');
    expect(target.users()).toHaveLength(FOREIGN.length);
  });

  it('is cleaned up of an account whose creation was not answered', async () => {
    target.faults.add({
      match: { method: 'POST', path: '^/Users$' },
      times: 1,
      action: { applyThenFail: true, reset: true },
    });
    const result = await probe(at());
    expect(found(result)).toContain('error connection-dropped create.account');
    expect(target.users()).toHaveLength(FOREIGN.length);
    expect(result.leftovers).toEqual([]);
  });
});
