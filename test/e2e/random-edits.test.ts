// Whatever happens to a directory between two runs, the targets are in step after the second one. Edits are random, from
// a seed, several in each round, on the same people and groups again and again.
import { expect, it } from 'vitest';
import { makeRandom, type Random } from '../../src/sandbox/entra/random.ts';
import { expectInStep } from './support/expected.ts';
import { text } from './support/http-json.ts';
import { expectExit } from './support/sync-run.ts';
import { assign, createPerson, reference, type TenantClient, unassign } from './support/tenant-client.ts';
import { editJob, startWorld } from './support/world.ts';

const ROUNDS = 10;
const EDITS_PER_ROUND = 7;

/** Who and what the edits are about; they may be gone by now, and then an edit is refused. */
interface Cast {
  readonly random: Random;
  readonly tenant: TenantClient;
  readonly people: string[];
  readonly groups: readonly string[];
}

type Edit = (cast: Cast) => Promise<unknown>;

const somebody = ({ random, people }: Cast): string => random.pick(people);
const someGroup = ({ random, groups }: Cast): string => random.pick(groups);

const EDITS: Readonly<Record<string, Edit>> = {
  rename: (cast) =>
    cast.tenant.graph('PATCH', `/users/${somebody(cast)}`, { displayName: `Name ${cast.random.below(1000)}` }),
  department: (cast) =>
    cast.tenant.graph('PATCH', `/users/${somebody(cast)}`, {
      department: cast.random.pick(['Sales', 'Legal', 'Space travel']),
    }),
  address: (cast) => {
    const address = `address${cast.random.below(100_000)}@contoso.example`;
    return cast.tenant.graph('PATCH', `/users/${somebody(cast)}`, { userPrincipalName: address, mail: address });
  },
  block: (cast) => cast.tenant.graph('PATCH', `/users/${somebody(cast)}`, { accountEnabled: false }),
  unblock: (cast) => cast.tenant.graph('PATCH', `/users/${somebody(cast)}`, { accountEnabled: true }),
  softDelete: (cast) => cast.tenant.graph('DELETE', `/users/${somebody(cast)}`),
  restore: (cast) => cast.tenant.graph('POST', `/directory/deletedItems/${somebody(cast)}/restore`),
  purge: (cast) => cast.tenant.graph('DELETE', `/directory/deletedItems/${somebody(cast)}`),
  join: async (cast) => {
    const id = await createPerson(cast.tenant, `joiner${cast.people.length}`);
    cast.people.push(id);
    await assign(cast.tenant, id);
  },
  assign: (cast) => assign(cast.tenant, somebody(cast)),
  unassign: (cast) => unassign(cast.tenant, somebody(cast)),
  assignGroup: (cast) => assign(cast.tenant, someGroup(cast)),
  unassignGroup: (cast) => unassign(cast.tenant, someGroup(cast)),
  renameGroup: (cast) =>
    cast.tenant.graph('PATCH', `/groups/${someGroup(cast)}`, { displayName: `Group ${cast.random.below(10_000)}` }),
  addMember: (cast) => cast.tenant.graph('POST', `/groups/${someGroup(cast)}/members/$ref`, reference(somebody(cast))),
  removeMember: (cast) => cast.tenant.graph('DELETE', `/groups/${someGroup(cast)}/members/${somebody(cast)}/$ref`),
  manager: (cast) => cast.tenant.graph('PUT', `/users/${somebody(cast)}/manager/$ref`, reference(somebody(cast))),
};

/** Makes one edit; one that Graph refuses (somebody is gone, already a member) is no edit. */
async function edit(cast: Cast): Promise<string> {
  const name = cast.random.pick(Object.keys(EDITS));
  try {
    await EDITS[name]?.(cast);
    return name;
  } catch (error) {
    if (error instanceof Error && /: 4\d\d /.test(error.message)) return `(${name})`;
    throw error;
  }
}

it.each([1, 2])('random edits, seed %d: in step after every run', { timeout: 300_000 }, async (seed) => {
  await using world = await startWorld({ users: 24, groups: 6, seed });
  const never = { count: 100_000, percent: 100, from: 100_000 };
  await editJob(world.directory, 'scim', (job) => {
    job['guards'] = { leavers: never, scopeLosses: never, groupDeletes: never };
  });
  const { tenant } = world;
  const people = (await tenant.rows('/users?$select=id&$top=999')).map((each) => text(each, 'id'));
  const groups = (await tenant.rows('/groups?$select=id&$top=999')).map((each) => text(each, 'id'));
  const cast: Cast = { random: makeRandom(seed * 7919), tenant, people, groups };
  expectExit(await world.sync(), 0);
  const history: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let each = 0; each < EDITS_PER_ROUND; each += 1) history.push(await edit(cast));
    history.push('|');
    const run = await world.sync();
    expectExit(run, 0);
    try {
      await expectInStep(world.target(), tenant);
    } catch (error) {
      throw new Error(`not in step after ${history.join(' ')}`, { cause: error });
    }
  }
  expect((await world.sync()).job().requests.scim, history.join(' ')).toBe(0);
  expect(history.filter((name) => !name.startsWith('(')).length).toBeGreaterThan(ROUNDS * 3);
});
