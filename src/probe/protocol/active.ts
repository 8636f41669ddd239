// Disabling and enabling: what happens to somebody who leaves, and comes back. The most important thing that a provisioning
// client sends.
import { type Check, observed } from '../check.ts';
import { answerName, listed, objectOf, succeeded } from '../exchange.ts';
import { pathOf, type Stage } from '../stage.ts';
import { patchCheck } from './patch-check.ts';

async function set(stage: Stage, active: boolean): Promise<void> {
  await stage.patch(pathOf('Users', stage.person(0)), [{ op: 'replace', path: 'active', value: active }]);
}

/** Runs after the account was set to the other state, so that the check can see a change. */
function after(active: boolean, check: Check): Check {
  return {
    ...check,
    async run(stage) {
      await set(stage, active);
      return check.run(stage);
    },
  };
}

export const ACTIVE_CHECKS: readonly Check[] = [
  patchCheck({
    id: 'active.disable',
    theme: 'active',
    row: 'active false',
    operations: () => [{ op: 'replace', path: 'active', value: false }],
    applied: ({ active }) => active === false,
    refused: 'disable-refused',
    ignored: 'disable-ignored',
  }),
  {
    id: 'active.disabled-visible',
    theme: 'active',
    row: null,
    title: 'a disabled account is still found',
    writes: true,
    async run(stage) {
      const person = stage.person(0);
      await set(stage, false);
      const read = await stage.get(pathOf('Users', person));
      const found = await stage.find('Users', `userName eq ${JSON.stringify(person.userName)}`);
      const isFound = (listed(found) ?? []).some(({ id }) => id === person.id);
      const outcome = `${answerName(read)} n=${isFound ? 1 : 0}`;
      return observed(
        outcome,
        !(succeeded(read) && isFound) && {
          finding: 'disabled-not-found',
          because: `GET by id: ${answerName(read)}; filter: ${isFound ? 'found' : 'not found'}`,
        },
      );
    },
  },
  after(
    true,
    patchCheck({
      id: 'active.disable-text',
      theme: 'active',
      row: 'active "False"',
      operations: () => [{ op: 'Replace', path: 'active', value: 'False' }],
      applied: ({ active }) => active === false,
      refused: 'active-text-refused',
      ignored: 'disable-ignored',
    }),
  ),
  after(
    false,
    patchCheck({
      id: 'active.enable-text-no-path',
      theme: 'active',
      row: 'active "True", no path',
      operations: () => [{ op: 'replace', value: { active: 'True' } }],
      applied: ({ active }) => active === true,
      refused: 'active-text-no-path-refused',
      ignored: 'enable-ignored',
    }),
  ),
  after(
    false,
    patchCheck({
      id: 'active.enable',
      theme: 'active',
      row: null,
      title: 'active true: somebody comes back',
      operations: () => [{ op: 'replace', path: 'active', value: true }],
      applied: ({ active }) => active === true,
      refused: 'enable-refused',
      ignored: 'enable-ignored',
    }),
  ),
  {
    id: 'active.keeps-the-rest',
    theme: 'active',
    row: null,
    title: 'disabling and enabling leaves everything else as it was',
    writes: true,
    async run(stage) {
      const path = pathOf('Users', stage.person(0));
      const before = objectOf((await stage.get(path)).json);
      await set(stage, false);
      await set(stage, true);
      const now = objectOf((await stage.get(path)).json);
      const lost = ['userName', 'externalId', 'displayName', 'name', 'emails'].filter(
        (name) => before?.[name] !== undefined && now?.[name] === undefined,
      );
      return observed(
        lost.length === 0 ? 'kept' : `lost ${lost.join(',')}`,
        lost.length > 0 && { finding: 'disable-loses-attributes', because: `not there any more: ${lost.join(', ')}` },
      );
    },
  },
];
