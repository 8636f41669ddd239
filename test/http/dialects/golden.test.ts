// The requests of the dialects of Entra, request for request. The golden files are written anew only by
// UPDATE_GOLDEN=1; what they have to hold is entra-behaviour as Microsoft documents it and others saw it (docs/dialects.md).
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkTarget } from '../../../src/cli/target-checks.ts';
import { ENTERPRISE_SCHEMA } from '../../../src/scim/resource.ts';
import { dialectWorld } from './dialect-world.ts';

const ALICE = '5f0e6d7c-1111-4222-8333-000000000001';
const BOB = '5f0e6d7c-1111-4222-8333-000000000002';
const SALES = '5f0e6d7c-1111-4222-8333-0000000000aa';
const NOBODY = '9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d';

const person = (name: string, surname: string) => ({
  userPrincipalName: `${name}@contoso.com`,
  mail: `${name}@contoso.com`,
  mailNickname: name,
  displayName: `${name} ${surname}`,
  givenName: name,
  surname,
  employeeId: '7',
  department: 'Sales',
});

/** Everything that happens, and the requests that each step leads to. */
async function story(dialect: 'entra' | 'entra-legacy'): Promise<string> {
  const { world, endpoint, io, run } = await dialectWorld(dialect);
  const { directory, job } = world;
  const scenes: string[] = [];
  const scene = async (title: string, work: () => Promise<unknown>): Promise<void> => {
    await work();
    const requests = endpoint.takeRequests().map((each) => each.replaceAll(endpoint.url, 'http://scim.test/scim'));
    scenes.push([`### ${title}`, ...(requests.length === 0 ? ['# no request'] : requests)].join('\n\n'));
  };
  const after = (change: () => void) => async (): Promise<unknown> => {
    change();
    return run();
  };
  const signal = new AbortController().signal;

  await scene('test connection', () => checkTarget(job, io.target, NOBODY, signal));
  await scene(
    'assign bob: each matching attribute is asked for, then he is created',
    after(() => {
      directory.addUser(BOB, person('bob', 'Baker'));
      directory.assign(BOB);
    }),
  );
  await scene(
    'assign alice, who has an account: found by her address, read, and changed where it differs; then her manager',
    after(() => {
      endpoint.resources.Users.set('user-9', {
        id: 'user-9',
        userName: 'old.alice',
        active: true,
        name: { givenName: 'alice' },
        emails: [{ type: 'work', value: 'alice@contoso.com' }],
      });
      directory.addUser(ALICE, { ...person('alice', 'Adams'), jobTitle: 'Seller' }, BOB);
      directory.assign(ALICE);
    }),
  );
  await scene('nothing happened', run);
  await scene(
    'several attributes change, one is new, one is an element that is not there',
    after(() =>
      directory.setUser(ALICE, {
        mail: 'a.adams@contoso.com',
        displayName: 'Alice B',
        surname: 'B',
        preferredLanguage: 'en-GB',
        employeeId: '42',
        mobilePhone: '+44 20 7946 0000',
      }),
    ),
  );
  await scene(
    'one attribute changes',
    after(() => directory.setUser(ALICE, { displayName: 'Alice Brown' })),
  );
  await scene(
    'blocked from sign-in',
    after(() => directory.setUser(ALICE, { accountEnabled: false })),
  );
  await scene(
    'may sign in again',
    after(() => directory.setUser(ALICE, { accountEnabled: true })),
  );
  await scene(
    'the manager changes to somebody whom the account refers to already',
    after(() => {
      const held = endpoint.resources.Users.get('user-1');
      if (held !== undefined)
        held[ENTERPRISE_SCHEMA] = { ...(held[ENTERPRISE_SCHEMA] as object), manager: { value: 'user-9' } };
      directory.setManager(BOB, ALICE);
    }),
  );
  await scene(
    'assign a group with two people: looked for, created empty, then one request a member',
    after(() => {
      directory.addGroup(SALES, [ALICE, BOB]);
      directory.setGroup(SALES, { displayName: 'Sales' });
      directory.assign(SALES);
    }),
  );
  await scene(
    'the group is renamed',
    after(() => directory.setGroup(SALES, { displayName: 'Sales EMEA' })),
  );
  await scene(
    'a member leaves the group',
    after(() => directory.removeMember(SALES, BOB)),
  );
  await scene(
    'a member comes back',
    after(() => directory.addMember(SALES, BOB)),
  );
  await scene(
    'the group is unassigned',
    after(() => directory.unassign(SALES)),
  );
  await scene(
    'bob is deleted, and in the recycle bin',
    after(() => directory.softDelete(BOB)),
  );
  await scene(
    'bob is restored',
    after(() => directory.restore(BOB)),
  );
  await scene(
    'alice is unassigned',
    after(() => directory.unassign(ALICE)),
  );
  await scene(
    'bob is deleted for good',
    after(() => directory.hardDelete(BOB)),
  );
  return `${scenes.join('\n\n\n')}\n`;
}

// spec: dialects
describe.each(['entra', 'entra-legacy'] as const)('%s', (dialect) => {
  it('sends what Microsoft Entra sends, request for request', async () => {
    const file = new URL(`./${dialect}.golden.http`, import.meta.url);
    const sent = await story(dialect);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, sent);
    expect(sent).toBe(readFileSync(file, 'utf8'));
  });
});
