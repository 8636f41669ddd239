// Lists that end before they have shown as many accounts as they announce: whoever was not shown may still be there.
import { expect, it } from 'vitest';
import type { ListPage } from '../../src/engine/ports.ts';
import type { ScimResource } from '../../src/scim/resource.ts';
import { buildWorld } from '../support/world.ts';

const PEOPLE = 12;
const SHOWN = 4;

it('asks for each person when the list shows fewer accounts than it announces', async () => {
  const world = await buildWorld({ group: null });
  world.target.uniqueUserName = false;
  for (const id of world.people(PEOPLE)) world.target.seed('User', { userName: `${id}@example.com` });
  world.target.list = async function* list(kind): AsyncIterable<ListPage> {
    const resources = [...world.target.resources[kind].values()].slice(0, SHOWN) as ScimResource[];
    yield await Promise.resolve({ resources, totalResults: PEOPLE });
  };
  const summary = await world.run();
  expect(summary.counts).toMatchObject({ created: 0, adopted: PEOPLE, failed: 0 });
  expect(world.target.resources.User.size).toBe(PEOPLE);
  expect(world.logged.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
    `the target announces ${PEOPLE} Users and lists ${SHOWN}: it is asked for each object instead`,
  ]);
});
