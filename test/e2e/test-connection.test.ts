// `scimsync test-connection`: three marks, each advice once, another writer, secrets from commands, and what to type next.
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startScimTarget } from '../../src/sandbox/target/scim-server.ts';
import { type Ended, runCli } from './support/child-processes.ts';
import { expectExit } from './support/sync-run.ts';
import { editJob, part, startWorld, type World, writeSecret } from './support/world.ts';

const GRANTED = ['User.Read.All', 'GroupMember.Read.All', 'Application.Read.All'];

const connect = ({ directory }: World, ...args: readonly string[]): Promise<Ended> =>
  runCli(['test-connection', '--config', directory, ...args]);

const occurrences = (text: string, part: string): number => text.split(part).length - 1;

it('says what is well, what was not checked, and the next command; another writer is named where it may be seen', async () => {
  await using world = await startWorld({ users: 3, groups: 1 });
  const { tenant } = world;
  const well = await connect(world);
  expectExit(well, 0);
  expect(well.stdout).toMatch(/ {2}ok +source {2}token: /);
  expect(well.stdout).toContain(
    'not checked  source  Entra provisioning: needs Synchronization.Read.All (optional; role id ',
  );
  expect(well.stdout).toMatch(/\n1 job: 8 ok, 1 not checked\. Next: .*scimsync plan --config /);

  await tenant.admin('POST', '/permissions', { granted: [...GRANTED, 'Synchronization.Read.All'] });
  const alone = await connect(world);
  expect(alone.stdout).toContain('Microsoft Entra does not provision this application.');
  await tenant.admin('POST', '/synchronization-jobs', {
    jobs: [{ id: 'scim.4f' }, { id: 'scim.old', code: 'Paused' }],
  });
  const both = await connect(world);
  expectExit(both, 0);
  expect(both.stdout).toContain(
    'ok, but      source  Entra provisioning: Microsoft Entra provisions this application as well: job scim.4f (scim, Active).',
  );
  expect(both.stdout).not.toContain('scim.old');
  expect(both.stdout).toContain('(1 warning)');

  await tenant.admin('POST', '/permissions', { granted: ['User.Read.All'] });
  const missing = await connect(world, '--json');
  expectExit(missing, 4);
  const [job] = (
    JSON.parse(missing.stdout) as { jobs: { source: { name: string; ok: boolean | null; detail: string }[] }[] }
  ).jobs;
  const byName = new Map(job?.source.map((check) => [check.name, check]));
  expect(byName.get('GroupMember.Read.All')).toMatchObject({
    ok: false,
    detail: expect.stringContaining('98830695-27a2-44f7-8c18-0c3ebc9698f6') as string,
  });
  expect(byName.get('Application.Read.All')).toMatchObject({
    ok: false,
    detail: expect.stringContaining('9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30') as string,
  });
  expect(byName.get('Entra provisioning')).toMatchObject({ ok: null });
});

it('a refused token: the advice once, and the command to test again', async () => {
  await using world = await startWorld({ users: 3, groups: 1 });
  await writeSecret(world.directory, 'scim', 'not-the-token');
  const refused = await connect(world);
  expectExit(refused, 4);
  expect(refused.stdout).toContain('not ok       target  filter: TargetCredentialsInvalid: The target answered 401');
  expect(occurrences(refused.stdout, 'Put a valid token or password where target.auth points')).toBe(1);
  expect(refused.stdout).toMatch(
    /1 not ok, 1 not checked\. Next: put right what is not ok, then .*test-connection --job scim/,
  );
  expect(refused.stdout + refused.stderr).not.toContain('not-the-token');
});

it('runs the commands that print secrets', async () => {
  await using world = await startWorld({ users: 3, groups: 1 });
  const program = join(world.directory, 'print-token');
  await writeFile(program, `#!/bin/sh\necho '${world.announced.target?.token ?? ''}'\n`);
  await chmod(program, 0o700);
  await writeSecret(world.directory, 'scim', 'not-the-token');
  await editJob(world.directory, 'scim', (job) => {
    part(part(job, 'target'), 'auth')['token'] = { fromCommand: [program] };
  });
  expectExit(await connect(world), 0);
  await writeFile(program, '#!/bin/sh\nexit 3\n');
  const failing = await connect(world);
  expect(failing.exitCode).not.toBe(0);
  expect(failing.stdout).toContain('SecretUnavailable');
});

it('a target behind OAuth: shows the kind and how long tokens are good; a cycle asks for one, and once more after a 401', async () => {
  const endpoint = await startScimTarget({ kind: 'rfc7644' });
  try {
    await using world = await startWorld({ users: 3, groups: 1, endpoint });
    const oauth = (secret: string) => ({
      type: 'oauth2ClientCredentials',
      tokenUrl: endpoint.tokenUrl,
      clientId: 'engine',
      clientSecret: { fromFile: secret },
    });
    await editJob(world.directory, 'scim', (job) => {
      part(job, 'target')['auth'] = oauth('secrets/scim');
    });
    const well = await connect(world);
    expectExit(well, 0);
    expect(well.stdout).toMatch(
      /ok +target {2}authentication: OAuth 2\.0 client engine by client secret, access token good for 60 min, until 20\d\d-\d\d-\d\d \d\d:\d\d UTC\.\n/,
    );
    endpoint.log.clear();
    endpoint.faults.add({ match: { method: 'POST', path: '^/Users' }, action: { status: 401 }, times: 1 });
    const run = await world.sync();
    expectExit(run, 0);
    expect(run.job().counts.created).toBe(endpoint.users().length);
    // One to begin with, one after the 401; the others are those of the source.
    expect(run.job().requests.tokens).toBe(4);
    expect(run.job().requests.scim).toBe(endpoint.log.totals().requests);

    await writeSecret(world.directory, 'scim', 'not-the-secret');
    const refused = await connect(world);
    expectExit(refused, 4);
    expect(refused.stdout).toContain(
      `authentication: TargetTokenRefused: The token request to ${endpoint.tokenUrl} was refused with 401 (invalid_client).`,
    );
    expect(refused.stdout + refused.stderr).not.toContain('not-the-secret');
  } finally {
    await endpoint.close();
  }
});
