// Entra's own provisioning of an application as Graph answers it: jobs, settings, schema, and the permission by name.
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GRAPH, graphError, NEVER, rejection, serveTokens, testSource } from './graph-world.ts';

const JOBS = '/v1.0/servicePrincipals/sp/synchronization/jobs';

function serve(path: string, status: number, body: object): void {
  nock(GRAPH)
    .get(path)
    .reply(status, body as nock.Body);
}

beforeEach(() => {
  nock.disableNetConnect();
  serveTokens();
});
afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

describe('jobs of Entra', () => {
  it('are active while they are scheduled, run, or are in quarantine', async () => {
    const job = (id: string, state: string | null, code: string | null) => ({
      id,
      schedule: { state },
      status: { code },
    });
    const jobs = [
      job('a', 'Active', 'Active'),
      job('b', 'Disabled', 'Paused'),
      job('c', 'Active', 'NotRun'),
      job('d', 'Disabled', 'Quarantine'),
      job('e', null, null),
      { id: 'f' },
    ];
    serve(JOBS, 200, { value: jobs });
    const found = await testSource().source.synchronization.jobs('sp', NEVER);
    expect(found.map(({ id, active }) => [id, active])).toEqual([
      ['a', true],
      ['b', false],
      ['c', true],
      ['d', true],
      ['e', false],
      ['f', false],
    ]);
  });

  it('come with their settings, or without', async () => {
    const settings = [{ name: 'SyncAll', value: 'True' }];
    serve(JOBS, 200, { value: [{ id: 'a', templateId: 'scim', synchronizationJobSettings: settings }, { id: 'b c' }] });
    serve(`${JOBS}/b%20c`, 200, { id: 'b c', synchronizationJobSettings: settings });
    serve(`${JOBS}/a`, 200, { id: 'a' });
    const { synchronization } = testSource().source;
    const [first, second] = await synchronization.jobs('sp', NEVER);
    expect(first).toMatchObject({ templateId: 'scim', settings });
    expect(second?.settings).toBeUndefined();
    expect(await synchronization.settings('sp', 'b c', NEVER)).toEqual(settings);
    expect(await synchronization.settings('sp', 'a', NEVER)).toEqual([]);
  });

  it('have a schema, which is not judged here', async () => {
    serve(`${JOBS}/a/schema`, 200, { synchronizationRules: [] });
    expect(await testSource().source.synchronization.schema('sp', 'a', NEVER)).toEqual({ synchronizationRules: [] });
  });

  it.each(['jobs', 'schema'] as const)(
    'a refusal of %s names the permission with its role id, and no other',
    async (what) => {
      serve(JOBS, 403, graphError('Authorization_RequestDenied'));
      serve(`${JOBS}/a/schema`, 403, graphError('Authorization_RequestDenied'));
      const { synchronization } = testSource().source;
      const fault = await rejection(
        what === 'jobs' ? synchronization.jobs('sp', NEVER) : synchronization.schema('sp', 'a', NEVER),
      );
      expect(fault.code).toBe('SourcePermissionMissing');
      expect(fault.message).toContain('Synchronization.Read.All (role id 5ba43d2f-fa88-4db2-bd1c-a67c5f0fb1ce)');
      expect(fault.message).not.toContain('User.Read.All');
    },
  );

  it('an answer that is no list is a fault', async () => {
    serve(JOBS, 200, { value: [{ no: 'id' }] });
    const fault = await rejection(testSource().source.synchronization.jobs('sp', NEVER));
    expect(fault.code).toBe('SourceProtocolError');
  });
});
