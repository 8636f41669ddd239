/** Entra's own provisioning of the sandbox's application, as far as another client can see it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EntraTenant, startEntraTenant } from '../../../src/sandbox/entra/tenant.ts';
import { type GraphCaller, makeCaller } from './graph-caller.ts';

let tenant: EntraTenant;
let caller: GraphCaller;
let jobs: string;
const schema = { id: 's', synchronizationRules: [{ name: 'USER_OUTBOUND_USER' }] };

beforeAll(async () => {
  tenant = await startEntraTenant({ users: 3, groups: 1, seed: 2 });
  caller = makeCaller(tenant);
  await caller.admin('POST', '/_emu/permissions', { granted: ['Application.Read.All', 'Synchronization.Read.All'] });
  const settings = [{ name: 'QuarantineTooManyDeletesThreshold', value: '500' }];
  await caller.admin('POST', '/_emu/synchronization-jobs', {
    jobs: [
      { id: 'scim.1', schema, settings },
      { id: 'scim.2', code: 'Paused' },
    ],
  });
  jobs = `/servicePrincipals/${tenant.servicePrincipalId}/synchronization/jobs`;
});
afterAll(async () => {
  await caller.close();
  await tenant.close();
});

test('jobs, one job, its settings and its schema', async () => {
  const list = await caller.get(jobs);
  expect(list.json).toMatchObject({ value: [{ id: 'scim.1', schedule: { state: 'Active' } }, { id: 'scim.2' }] });
  const one = await caller.get(`${jobs}/scim.1`);
  expect(one.json).toMatchObject({
    id: 'scim.1',
    templateId: 'scim',
    synchronizationJobSettings: [{ name: 'QuarantineTooManyDeletesThreshold', value: '500' }],
  });
  expect(one.json).not.toHaveProperty('schema');
  expect((await caller.get(`${jobs}/scim.1/schema`)).json).toMatchObject(schema);
});

test.each(['scim.3', 'scim.3/schema', 'scim.2/schema'])('%s is not there', async (path) => {
  expect((await caller.get(`${jobs}/${path}`)).status).toBe(404);
});

test.each(['', '/scim.1', '/scim.1/schema'])('"%s" is 403 without the permission', async (path) => {
  await caller.admin('POST', '/_emu/permissions', { granted: ['User.Read.All', 'Application.Read.All'] });
  expect((await caller.get(`${jobs}${path}`)).status).toBe(403);
});
