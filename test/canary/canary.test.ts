// Runs after all end-to-end tests: no secret that any of them used was left anywhere.
import { describe, expect, it } from 'vitest';
import { leakRecords, searchLeaks, type Trace, watchSecret } from '../e2e/support/leaks.ts';

const records = leakRecords();
const searched = (trace: Trace) => records.filter((each) => each.trace === trace);

describe('no secret is left behind', () => {
  it('in what the programs of the whole end-to-end suite printed, stored, wrote and mailed', () => {
    expect(records.filter((each) => each.found.length > 0)).toEqual([]);
  });

  it.each<[Trace, number]>([
    ['stdout', 100],
    ['stderr', 100],
    ['store', 50],
    ['file', 50],
    ['mail', 3],
  ])('and there was enough to look at: %s, at least %i', (trace, least) => {
    const nonEmpty = searched(trace).filter((each) => each.bytes > 0);
    expect(nonEmpty.length, 'run this together with the e2e project').toBeGreaterThanOrEqual(least);
  });

  it.each(['plain', 'base64', 'url'])('a secret that is printed %s would be found', (form) => {
    const canary = 'canary+/value=5f1c9e27';
    watchSecret('canary', canary);
    const forms = { plain: canary, base64: Buffer.from(canary).toString('base64'), url: encodeURIComponent(canary) };
    const test = `would be found ${form}`;
    searchLeaks('stdout', `token ${forms[form as keyof typeof forms]} refused`, test);
    expect(leakRecords().filter((each) => each.test === test)).toMatchObject([{ found: ['canary'] }]);
  });
});
