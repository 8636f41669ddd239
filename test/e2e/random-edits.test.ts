// Whatever happens to a directory between two runs, the targets are in step after the second one. Edits are random, from
// a seed, several in each round, on the same people and groups again and again.
import { expect, it } from 'vitest';
import { makeRandom } from '../../src/sandbox/entra/random.ts';
import { expectInStep } from './support/expected.ts';
import { text } from './support/http-json.ts';
import { type Cast, edit } from './support/random-edit.ts';
import { expectExit } from './support/sync-run.ts';
import { editJob, startWorld } from './support/world.ts';

const ROUNDS = 10;
const EDITS_PER_ROUND = 7;

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
    expectExit(await world.syncHere(), 0);
    try {
      await expectInStep(world.target(), tenant);
    } catch (error) {
      throw new Error(`not in step after ${history.join(' ')}`, { cause: error });
    }
  }
  expect((await world.syncHere()).job().requests.scim, history.join(' ')).toBe(0);
  expect(history.filter((name) => !name.startsWith('(')).length).toBeGreaterThan(ROUNDS * 3);
});
