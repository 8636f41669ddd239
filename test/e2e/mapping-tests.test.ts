// `scimsync test` beside a job, as a person meets it: what gallery add writes passes, a changed mapping is shown attribute by
// attribute, and a malformed file says where. No secret is there, and no network.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCli } from './support/child-processes.ts';

const MAIN = `sources:
  acme: { type: graph, tenantId: t, clientId: c, clientSecret: { fromEnv: ACME_SECRET } }
`;

async function configuration(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'scimsync-mapping-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, 'scimsync.yaml'), MAIN);
  const added = await runCli(['gallery', 'add', 'scim', '--id', 'wiki', '--config', directory]);
  expect(added.stdout).toContain('wiki.test.yaml, tests of its mappings');
  return directory;
}

const MAPPING = `objectMappings:
  user:
    scope: { groups: [{ name: staff, clauses: [{ sourceOperandName: employeeId, operatorName: IS NOT NULL }] }] }
    attributeMappings:
      - { targetAttributeName: title, source: "ToUpper([jobTitle])" }
      - { targetAttributeName: nickName, source: "Item(Split([mailNickname], \\".\\"), 2)" }
`;

const TESTS = `tests:
  - name: a clerk
    user: { userPrincipalName: ana@acme.com, employeeId: "1", jobTitle: Clerk, mailNickname: ana.ruiz }
    expect:
      contains: { userName: ana@acme.com, title: Clerk, nickName: ruiz, displayName: Ana }
  - name: without a dot
    user: { userPrincipalName: ana@acme.com, employeeId: "1", mailNickname: ana }
    expect: { error: { kind: range, attribute: nickName } }
  - name: a contractor
    user: { userPrincipalName: kim@acme.com, mailNickname: kim.li }
    expect: { inScope: true }
`;

describe('test', () => {
  it('passes for what gallery add writes, and keeps tests that are there', async () => {
    const directory = await configuration();
    const { exitCode, stdout, stderr } = await runCli(['test', '--config', directory]);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^wiki {2}.*wiki\.test\.yaml\n( {2}ok {4}.+\n)+\d+ tests passed\n$/);
    const file = join(directory, 'jobs/own.test.yaml');
    await writeFile(file, 'mine');
    const added = await runCli(['gallery', 'add', 'scim', '--id', 'own', '--config', directory]);
    expect([added.exitCode, await readFile(file, 'utf8')]).toEqual([0, 'mine']);
    expect(added.stdout).not.toContain('own.test.yaml');
  });

  it('is no job', async () => {
    const directory = await configuration();
    const { stdout } = await runCli(['validate', '--config', directory]);
    expect(stdout).toContain('wiki.yaml:');
    expect(stdout).not.toContain('test.yaml');
  });

  // spec: mapping-tests
  it('shows what failed, attribute by attribute', async () => {
    const directory = await configuration();
    const job = join(directory, 'jobs/wiki.yaml');
    await writeFile(job, `${await readFile(job, 'utf8')}\n${MAPPING}`);
    await writeFile(join(directory, 'jobs/wiki.test.yaml'), TESTS);
    const { exitCode, stdout, stderr } = await runCli(['test', '--job', 'wiki', '--config', directory]);
    expect([exitCode, stderr]).toEqual([2, '']);
    const file = join(directory, 'jobs/wiki.test.yaml');
    expect(stdout).toBe(`wiki  ${file}
  FAIL  a clerk  ${file}:2
        contains: - expected  + what the mappings give
        - title        "Clerk"
        + title        "CLERK"
        - displayName  "Ana"  (missing)
  ok    without a dot
  FAIL  a contractor  ${file}:9
        inScope: expected true, but it is false: the scoping filters let nobody like this in; "staff": employeeId IS NOT NULL -> no value (no)
1 test passed, 2 failed
`);
    const json = await runCli(['test', file, '--config', directory, '--json']);
    expect(json.exitCode).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      passed: 1,
      failed: 2,
      files: [
        {
          file,
          job: 'wiki',
          tests: [
            {
              name: 'a clerk',
              line: 2,
              ok: false,
              failures: [
                {
                  about: 'contains',
                  differences: [{ path: 'title', expected: 'Clerk', actual: 'CLERK' }, { path: 'displayName' }],
                },
              ],
            },
            { ok: true, failures: [] },
            { ok: false },
          ],
        },
      ],
      faults: [],
    });
  });

  it('says where a file is malformed, and runs the others', async () => {
    const directory = await configuration();
    const file = join(directory, 'jobs/zoo.test.yaml');
    await writeFile(file, 'job: wiki\ntests:\n  - name: x\n    user: { mial: x }\n    expct: {}\n');
    const { exitCode, stdout, stderr } = await runCli(['test', '--config', directory]);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('tests passed');
    expect(stderr).toContain(`${file}:4:13  tests[0].user.mial  Unknown key "mial".\n    Did you mean "mail"?`);
    expect(stderr).toContain(`${file}:5:5  tests[0].expct  Unknown key "expct".`);
    const json = await runCli(['test', file, '--config', directory, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, faults: [{ line: 3 }, { line: 4 }, { line: 5 }] });
  });

  it('refuses what it cannot run', async () => {
    const directory = await configuration();
    await rm(join(directory, 'jobs/wiki.test.yaml'));
    const none = await runCli(['test', '--config', directory]);
    expect([none.exitCode, none.stdout]).toEqual([1, '']);
    expect(none.stderr).toContain('There are no tests');
    const unknown = await runCli(['test', '--job', 'wikki', '--config', directory]);
    expect(unknown.stderr).toContain('Did you mean "wiki"?');
  });
});

describe('scope --job', () => {
  it('judges one object by the filter of a job', async () => {
    const directory = await configuration();
    const job = join(directory, 'jobs/wiki.yaml');
    await writeFile(job, `${await readFile(job, 'utf8')}\n${MAPPING}`);
    const object = join(directory, 'ana.json');
    await writeFile(object, '{"id":"1","employeeId":"7"}');
    const judged = await runCli(['scope', '--job', 'wiki', '--attributes', object, '--config', directory]);
    expect(judged).toMatchObject({
      exitCode: 0,
      stdout: 'The filter of wiki lets in this person.\n  "staff": employeeId IS NOT NULL -> 7 (yes)\n',
    });
    await writeFile(object, 'mail: x\n');
    const json = await runCli(['scope', '--job', 'wiki', '--attributes', object, '--config', directory, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ job: 'wiki', kind: 'user', inScope: false });
  });
});
