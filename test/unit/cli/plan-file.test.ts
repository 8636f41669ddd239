// Plan files: written for their owner only, in the place of no other file, and refused unless they are whole.
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readPlanFile, writePlanFile } from '../../../src/cli/plan-file.ts';
import type { ApprovedChange, PlanHeader } from '../../../src/model/approved-plan.ts';

const HEADER: PlanHeader = {
  scimsyncPlan: 1,
  job: 'scim',
  tenantId: 'tenant',
  servicePrincipalId: 'application',
  target: 'https://target.example/scim',
  at: '2026-11-23T12:00:00.000Z',
  configuration: 'a'.repeat(64),
};
const CHANGE: ApprovedChange = {
  kind: 'user',
  id: 'p0001',
  name: 'Seen',
  action: 'update',
  account: 't1',
  event: null,
  guard: null,
  changes: [{ attribute: 'displayName', oldValue: 'Before', newValue: 'Seen' }],
  hash: 'b'.repeat(64),
};

async function* one(): AsyncIterable<ApprovedChange> {
  yield await Promise.resolve(CHANGE);
}

let directory = '';
let file = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'scimsync-plan-'));
  file = join(directory, 'first.plan');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

// spec: plan-files
it('comes back as it was written, belongs to its owner, and replaces an earlier plan', async () => {
  expect(await writePlanFile(file, HEADER, one())).toBe(1);
  expect(await writePlanFile(file, { ...HEADER, job: 'other' }, one())).toBe(1);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readPlanFile(file)).toEqual({ header: { ...HEADER, job: 'other' }, changes: [CHANGE] });
  expect(await readdir(directory)).toEqual(['first.plan']);
});

it('replaces no other file', async () => {
  await writeFile(file, 'users: []\n');
  await expect(writePlanFile(file, HEADER, one())).rejects.toThrow('is no plan');
  expect(await readFile(file, 'utf8')).toBe('users: []\n');
});

it.each<[string, (text: string) => string, string]>([
  ['with another value', (text) => text.replace('"Seen"', '"Sent"'), 'was altered'],
  ['cut off', (text) => text.slice(0, -10), 'was altered'],
  ['without its end', (text) => `${text.split('\n').slice(0, -2).join('\n')}\n`, 'was altered'],
  ['with a line more', (text) => text.replace('{"kind"', '{"kind":"user"}\n{"kind"'), 'was altered'],
  ['of another kind', () => 'users: []\n', 'no plan of this version'],
])('%s is refused as a whole', async (_name, change, message) => {
  await writePlanFile(file, HEADER, one());
  await writeFile(file, change(await readFile(file, 'utf8')));
  await expect(readPlanFile(file)).rejects.toThrow(message);
});
