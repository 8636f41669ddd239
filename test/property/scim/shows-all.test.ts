// Seeing an answer that repeats what was sent concludes what looking for each attribute concludes.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { notApplied } from '../../../src/engine/applied.ts';
import { buildResource } from '../../../src/scim/create.ts';
import type { DesiredAttribute } from '../../../src/scim/desired.ts';
import { parsePath } from '../../../src/scim/path.ts';
import { ENTERPRISE_SCHEMA, type ScimResource, type ScimValue } from '../../../src/scim/resource.ts';
import { showsAll } from '../../../src/scim/shows-all.ts';

const NAMES = [
  'userName',
  'displayName',
  'nickName',
  'name.givenName',
  'emails[type eq "work"].value',
  'emails[type eq "home"].value',
  'phoneNumbers[type eq "mobile"].value',
  'roles',
  'active',
  `${ENTERPRISE_SCHEMA}:department`,
  `${ENTERPRISE_SCHEMA}:manager`,
];

function path(name: string) {
  const parsed = parsePath(name);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.path;
}

const text = fc.constantFrom('a', 'A', 'b', '');
const valueFor = (name: string): fc.Arbitrary<ScimValue> => {
  if (name === 'active') return fc.boolean();
  if (name === 'roles') return fc.uniqueArray(fc.constantFrom('a', 'b', 'c'));
  return fc.oneof({ weight: 5, arbitrary: text }, fc.constant(null));
};
const wanted: fc.Arbitrary<DesiredAttribute[]> = fc
  .tuple(...NAMES.map((name) => fc.option(valueFor(name).map((value) => ({ path: path(name), value })))))
  .map((list) => list.filter((one) => one !== null));

/** What a target makes of what it was sent: as it is, with more, with less, or with something else. */
const answered = (sent: ScimResource): fc.Arbitrary<ScimResource> =>
  fc
    .record({
      more: fc.record({ nickName: text, locale: text, meta: fc.constant({ version: '1' }) }, { requiredKeys: [] }),
      left: fc.subarray(Object.keys(sent)),
      other: fc.option(fc.tuple(fc.constantFrom(...Object.keys(sent)), text)),
    })
    .map(({ more, left, other }) => ({
      id: '1',
      userName: 'somebody',
      ...more,
      ...Object.fromEntries(left.map((name) => [name, structuredClone(sent[name])])),
      ...(other === null ? {} : { [other[0]]: other[1] }),
    }));

const sentAndAnswered = wanted.chain((list) => {
  const sent = buildResource('User', list);
  const whole = fc.constant({ id: '1', ...structuredClone(sent), meta: { version: '1' } });
  return fc.record({ list: fc.constant(list), sent: fc.constant(sent), answer: fc.oneof(whole, answered(sent)) });
});

describe('an answer that repeats what was sent', () => {
  it('is judged as any other answer is', () => {
    let repeated = 0;
    fc.assert(
      fc.property(sentAndAnswered, ({ list, sent, answer }) => {
        if (showsAll(answer, sent)) repeated += 1;
        expect(notApplied(answer, list, sent)).toEqual(notApplied(answer, list));
      }),
      { numRuns: 2000 },
    );
    expect(repeated).toBeGreaterThan(500);
  });

  it.each<[string, ScimValue, ScimValue, boolean]>([
    ['more than was sent', { a: '1', b: '2' }, { a: '1' }, true],
    ['less than was sent', { a: '1' }, { a: '1', b: '2' }, false],
    ['another value', { a: '1' }, { a: '2' }, false],
    ['another type', { a: '1' }, { a: 1 }, false],
    ['a longer list', [{ a: '1' }, { a: '2' }], [{ a: '1' }], false],
    ['a list in another order', ['1', '2'], ['2', '1'], false],
    ['an element with more', [{ a: '1', primary: true }], [{ a: '1' }], true],
    ['a value instead of a list', '1', ['1'], false],
    ['a text instead of an object', 'a', { a: '1' }, false],
    ['what every object has', {}, { toString: 'x' }, false],
  ])('%s', (_name, shown, sent, expected) => {
    expect(showsAll(shown, sent)).toBe(expected);
  });
});
