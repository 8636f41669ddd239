// Values that an expression redacts appear in no log, whatever becomes of them.
import { expect, it } from 'vitest';
import { USER_ATTRIBUTES } from '../support/build-job.ts';
import { buildWorld, type World } from '../support/world.ts';

const HIDDEN = 'Hidden-Value';
const FLAG = 'emails[type eq "work"].primary';

/** Everything that is kept or said of what happened. */
async function said(world: World): Promise<string> {
  const escrows = await world.store.db.selectFrom('escrow').selectAll().execute();
  return JSON.stringify([await world.log(), world.logged, escrows]);
}

it.each([
  ['that is written', 'nickName', 'Redact([jobTitle])', '[Redact]'],
  ['that does not fit its attribute', FLAG, 'Redact([jobTitle])', 'InvalidValue'],
  ['of which there are several', 'nickName', 'Split(Redact([jobTitle]), "-")', 'SchemaPropertyCanOnlyAcceptValue'],
  ['in an error', 'nickName', 'Error(Redact([jobTitle]))', 'ExpressionFailed'],
  ['that several accounts have', 'userName', 'Redact([jobTitle])', 'DuplicateTargetEntries'],
])('a redacted value is not logged: one %s', async (_, targetAttributeName, expression, expected) => {
  const mapping = { targetAttributeName, source: { type: 'Function', expression } };
  const others = USER_ATTRIBUTES.filter((each) => each.targetAttributeName !== targetAttributeName);
  const matched = targetAttributeName === 'userName' ? { ...mapping, matchingPriority: 2 } : mapping;
  const world = await buildWorld({ group: null, user: { attributeMappings: [...others, matched] } });
  world.target.uniqueUserName = false;
  for (const externalId of ['x', 'y']) world.target.seed('User', { userName: HIDDEN, externalId, active: true });
  world.people(1, { jobTitle: HIDDEN });
  await world.run();
  await world.run();
  expect(await said(world)).toContain(expected);
  expect(await said(world)).not.toContain(HIDDEN);
});

it('a redacted value that a target repeats in its refusal is not logged', async () => {
  const mapping = { targetAttributeName: 'nickName', source: { type: 'Function', expression: 'Redact([jobTitle])' } };
  const world = await buildWorld({ group: null, user: { attributeMappings: [...USER_ATTRIBUTES, mapping] } });
  world.people(1, { jobTitle: HIDDEN });
  world.target.disturb = ({ method }) =>
    method === 'create'
      ? { fault: { code: 'InvalidValue', message: `nickName: ${HIDDEN} is not allowed ($&).` } }
      : undefined;
  await world.run();
  expect(await said(world)).toContain('nickName: [Redact] is not allowed ($&).');
  expect(await said(world)).not.toContain(HIDDEN);
});
