// What a target said, taken out of log lines.
import { expect, it } from 'vitest';
import { createForeignText } from '../../../src/observe/foreign-text.ts';

const INSTEAD = '[what the target said]';

it('is replaced as it stands in a JSON line, with or without its full stop', () => {
  const foreign = createForeignText();
  foreign.remember('userName "ana@example.com" is taken.');
  const line = JSON.stringify({ msg: 'answered 400: userName "ana@example.com" is taken, once more' });
  expect(JSON.parse(foreign.withhold(line))).toEqual({ msg: `answered 400: ${INSTEAD}, once more` });
});

it('leaves no part of a text that contains another', () => {
  const foreign = createForeignText();
  foreign.remember('Ana Ruiz exists');
  foreign.remember('The person Ana Ruiz exists already');
  expect(foreign.withhold('The person Ana Ruiz exists already')).toBe(INSTEAD);
});

it('leaves words and other lines alone', () => {
  const foreign = createForeignText();
  foreign.remember('error');
  foreign.remember('');
  expect(foreign.withhold('an error of ours')).toBe('an error of ours');
});

it('forgets the oldest', () => {
  const foreign = createForeignText();
  for (let number = 0; number < 150; number += 1) foreign.remember(`answer number ${number}!`);
  expect(foreign.withhold('answer number 0!')).toBe('answer number 0!');
  expect(foreign.withhold('answer number 149!')).toBe(INSTEAD);
});
