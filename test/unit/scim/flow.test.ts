// What each flow type sends to an account that exists, and what a cleared attribute comes to.
import { describe, expect, it } from 'vitest';
import type { DesiredAttribute, Flow } from '../../../src/scim/desired.ts';
import { diffResource } from '../../../src/scim/diff.ts';
import { isKnownToHold } from '../../../src/scim/flow.ts';
import { buildPatch } from '../../../src/scim/patch.ts';
import { parsePath } from '../../../src/scim/path.ts';
import type { ScimResource, ScimValue } from '../../../src/scim/resource.ts';

function want(name: string, value: ScimValue, flow?: Flow): DesiredAttribute {
  const parsed = parsePath(name);
  if (!parsed.ok) throw new Error(name);
  return { path: parsed.path, value, ...(flow === undefined ? {} : { flow }) };
}

/** Operations as short texts: `add roles [{"value":"b"}]`. */
function sent(current: ScimResource, desired: readonly DesiredAttribute[], before: Record<string, ScimValue> = {}) {
  const differences = diffResource(current, desired, { caseInsensitive: ['tags'], before });
  return buildPatch(differences).map(({ op, path, value }) =>
    value === undefined ? `${op} ${path}` : `${op} ${path} ${JSON.stringify(value)}`,
  );
}

const WORK = 'emails[type eq "work"].value';
const work = (value: string | null, more: Record<string, ScimValue> = {}) => ({
  emails: [{ type: 'work', ...(value === null ? {} : { value }), ...more }],
});

const FLOWS = ['Always', 'AttributeAddOnly', 'ValueAddOnly', 'MultiValueAddOnly', 'ObjectAddOnly'] as const;

describe('a single value', () => {
  it.each<[string, ScimResource, Record<(typeof FLOWS)[number], string[]>]>([
    [
      'that is missing',
      {},
      {
        Always: ['add title "b"'],
        AttributeAddOnly: ['add title "b"'],
        ValueAddOnly: ['add title "b"'],
        MultiValueAddOnly: ['add title "b"'],
        ObjectAddOnly: [],
      },
    ],
    [
      'that is another one',
      { title: 'a' },
      {
        Always: ['replace title "b"'],
        AttributeAddOnly: [],
        ValueAddOnly: [],
        MultiValueAddOnly: [],
        ObjectAddOnly: [],
      },
    ],
  ])('%s', (_name, current, expected) => {
    for (const flow of FLOWS)
      expect([flow, ...sent(current, [want('title', 'b', flow === 'Always' ? undefined : flow)])]).toEqual([
        flow,
        ...expected[flow],
      ]);
  });
});

describe('an element', () => {
  it.each<[string, ScimResource, Flow | undefined, string[]]>([
    ['another value', work('a'), undefined, [`replace ${WORK} "b"`]],
    ['another value', work('a'), 'AttributeAddOnly', []],
    ['another value', work('a'), 'ValueAddOnly', []],
    ['another value', work('a'), 'MultiValueAddOnly', []],
    ['no value', work(null), 'AttributeAddOnly', [`replace ${WORK} "b"`]],
    ['no value', work(null), 'ValueAddOnly', [`replace ${WORK} "b"`]],
    ['no value', work(null), 'MultiValueAddOnly', []],
    ['no element', {}, 'MultiValueAddOnly', ['add emails [{"type":"work","value":"b","primary":true}]']],
    ['no element', {}, 'ObjectAddOnly', []],
  ])('with %s, flow %s', (_name, current, flow, expected) => {
    expect(sent(current, [want(WORK, 'b', flow)])).toEqual(expected);
  });
});

describe('a list', () => {
  const tags = (...values: string[]) => ({ tags: values });
  const roles = (...values: string[]) => ({ roles: values.map((value) => ({ value, display: value.toUpperCase() })) });

  it.each<[string, ScimResource, string[], Flow | undefined, string[]]>([
    ['is replaced', tags('x', 'a'), ['a', 'b'], undefined, ['replace tags ["a","b"]']],
    ['is a set', tags('b', 'a'), ['a', 'b'], undefined, []],
    ['only grows', tags('x', 'a'), ['a', 'b'], 'ValueAddOnly', ['add tags ["b"]']],
    ['only grows', tags('x', 'a'), ['a', 'b'], 'MultiValueAddOnly', ['add tags ["b"]']],
    ['grows without regard to case where it has none', tags('A'), ['a'], 'ValueAddOnly', []],
    ['is filled', tags(), ['a'], 'AttributeAddOnly', ['add tags ["a"]']],
    ['is left alone', tags('x'), ['a'], 'AttributeAddOnly', []],
    ['stays as it was created', tags('x'), ['a'], 'ObjectAddOnly', []],
  ])('%s: %o wanted %o by %s', (_name, current, values, flow, expected) => {
    expect(sent(current, [want('tags', values, flow)])).toEqual(expected);
  });

  it.each<[string, ScimResource, string[], string[], string[]]>([
    ['adds beside what somebody else put there', roles('foreign'), ['a'], [], ['add roles [{"value":"a"}]']],
    ['takes away what it wrote', roles('foreign', 'a', 'b'), ['b'], ['a', 'b'], ['remove roles[value eq "a"]']],
    ['does both', roles('foreign', 'a'), ['b'], ['a'], ['remove roles[value eq "a"]', 'add roles [{"value":"b"}]']],
    ['takes away everything it wrote', roles('foreign', 'a'), [], ['a'], ['remove roles[value eq "a"]']],
    ['leaves what it never wrote', roles('foreign', 'a'), [], [], []],
    ['has nothing to take away twice', roles('foreign'), [], ['a'], []],
    ['quotes what it names', { roles: [{ value: 'a"]b' }] }, [], ['a"]b'], ['remove roles[value eq "a\\"]b"]']],
  ])('that is managed %s', (_name, current, values, before, expected) => {
    const desired = want(
      'roles',
      values.map((value) => ({ value })),
      'Managed',
    );
    expect(sent(current, [desired], { roles: before.map((value) => ({ value, display: 'x' })) })).toEqual(expected);
  });

  it('tells elements apart by value and type', () => {
    const current = { phoneNumbers: [{ type: 'work', value: '1' }] };
    const wanted = [
      { type: 'Work', value: '1' },
      { type: 'mobile', value: '1' },
    ];
    expect(sent(current, [want('phoneNumbers', wanted, 'ValueAddOnly')])).toEqual([
      'add phoneNumbers [{"type":"mobile","value":"1"}]',
    ]);
  });

  it('states the whole list where no filter can name an element', () => {
    const current = { addresses: [{ type: 'work', locality: 'Rom' }, { type: 'home' }] };
    const before = { addresses: [{ type: 'work', locality: 'Rom' }] };
    expect(sent(current, [want('addresses', [], 'Managed')], before)).toEqual(['replace addresses [{"type":"home"}]']);
  });
});

describe('a cleared attribute', () => {
  it.each<[string, ScimResource, readonly DesiredAttribute[], string[]]>([
    ['a single value', { title: 'a' }, [want('title', null)], ['remove title']],
    ['a missing one', {}, [want('title', null)], []],
    ['a list', { tags: ['a'] }, [want('tags', null)], ['remove tags']],
    [
      'a value takes its element along',
      work('a', { primary: true }),
      [want(WORK, null)],
      ['remove emails[type eq "work"]'],
    ],
    [
      'but not one of which something else is wanted',
      work('a', { display: 'x' }),
      [want(WORK, null), want('emails[type eq "work"].display', 'y')],
      [`remove ${WORK}`, 'replace emails[type eq "work"].display "y"'],
    ],
    [
      'a line of an address',
      { addresses: [{ type: 'work', locality: 'Rom', country: 'IT' }] },
      [want('addresses[type eq "work"].locality', null)],
      ['remove addresses[type eq "work"].locality'],
    ],
    [
      'its last lines together',
      { addresses: [{ type: 'work', locality: 'Rom', country: 'IT', primary: true }] },
      [want('addresses[type eq "work"].locality', null), want('addresses[type eq "work"].country', null)],
      ['remove addresses[type eq "work"]'],
    ],
  ])('%s', (_name, current, desired, expected) => {
    expect(sent(current, desired)).toEqual(expected);
  });
});

it.each<[Flow | undefined, ScimValue, ScimValue, boolean]>([
  [undefined, 'a', 'a', true],
  [undefined, 'a', 'b', false],
  [undefined, null, null, true],
  [undefined, [{ value: 'a', display: 'A' }], [{ display: 'A', value: 'a' }], true],
  [undefined, [{ value: 'a', display: 'A' }], [{ value: 'a' }], false],
  ['AttributeAddOnly', 'a', 'b', true],
  ['AttributeAddOnly', 'a', null, false],
  ['ValueAddOnly', ['a'], ['b', 'a'], true],
  ['ValueAddOnly', ['a', 'c'], ['b', 'a'], false],
  ['ValueAddOnly', 'a', 'b', true],
  ['Managed', ['a'], ['b', 'a'], false],
  ['Managed', [], [], true],
  ['ObjectAddOnly', 'a', 'b', true],
])('flow %s: wanted %o, known %o: nothing to do is %s', (flow, wanted, known, expected) => {
  expect(isKnownToHold(want('x', wanted, flow), known)).toBe(expected);
});
