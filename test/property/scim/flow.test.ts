// What flow types promise, judged by an independent implementation of PATCH (scim-patch): applying once is enough, flows
// that only add take nothing away, and a managed list loses what was written and nothing else.
import * as fc from 'fast-check';
import { type ScimResource as LibraryResource, type ScimPatchOperation, scimPatch } from 'scim-patch';
import { describe, expect, it } from 'vitest';
import type { DesiredAttribute, Flow } from '../../../src/scim/desired.ts';
import { diffResource } from '../../../src/scim/diff.ts';
import { isKnownToHold, rememberedValue } from '../../../src/scim/flow.ts';
import { buildPatch } from '../../../src/scim/patch.ts';
import { parsePath, type ScimPath } from '../../../src/scim/path.ts';
import { readPath } from '../../../src/scim/read.ts';
import type { ScimResource, ScimValue } from '../../../src/scim/resource.ts';

function path(text: string): ScimPath {
  const parsed = parsePath(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.path;
}

function apply(resource: ScimResource, desired: readonly DesiredAttribute[], before: Record<string, ScimValue>) {
  const operations = buildPatch(diffResource(resource, desired, { caseInsensitive: [], before }));
  const copy = { schemas: [], meta: {}, ...structuredClone(resource) } as unknown as LibraryResource;
  return scimPatch(copy, structuredClone(operations) as ScimPatchOperation[]) as LibraryResource & ScimResource;
}

// No backslash: the library does not unescape one in a filter.
const word = fc.constantFrom('a', 'b', 'c', 'd', 'e f', 'g]h', 'é');
const words = fc.uniqueArray(word, { maxLength: 5 });
const flow = fc.constantFrom<Flow | undefined>(
  undefined,
  'AttributeAddOnly',
  'ValueAddOnly',
  'MultiValueAddOnly',
  'Managed',
);
const SCALARS = ['title', 'name.givenName', 'emails[type eq "work"].value', 'addresses[type eq "work"].locality'];
const scalar = fc.record({ path: fc.constantFrom(...SCALARS).map(path), value: fc.option(word), flow });
const roles = fc.record({
  path: fc.constant(path('roles')),
  value: words.map((all) => all.map((value) => ({ value, display: 'x' }))),
  flow,
});
const desired: fc.Arbitrary<DesiredAttribute[]> = fc
  .tuple(fc.uniqueArray(scalar, { selector: (each) => each.path.text, maxLength: 4 }), fc.option(roles))
  .map(([scalars, list]) =>
    [...scalars, ...(list === null ? [] : [list])].map(({ flow: kind, ...each }) =>
      // Only what keeps an account equal clears anything, and only a managed list may be wanted empty.
      kind === undefined || each.value === null || (kind !== 'Managed' && each.value.length === 0)
        ? each
        : { ...each, flow: kind },
    ),
  );
const resource = fc
  .record(
    {
      title: word,
      name: fc.record({ givenName: word }),
      emails: fc.constantFrom([{ type: 'work', value: 'a' }], [{ type: 'home', value: 'a' }], [{ type: 'work' }]),
      addresses: fc.constantFrom([{ type: 'work', locality: 'a' }], [{ type: 'work', country: 'b' }]),
      roles: words.map((all) => all.map((value) => ({ value }))),
    },
    { requiredKeys: [] },
  )
  .map((each) => each as ScimResource);
const before = words.map((all) => ({ roles: all.map((value) => ({ value })) }));

function valuesOf(list: ScimValue | undefined): string[] {
  return Array.isArray(list) ? list.map((each: { value: string }) => each.value) : [];
}

describe('a patch by flow', () => {
  it('leaves nothing to do, and is known to', () => {
    fc.assert(
      fc.property(resource, desired, before, (current, wanted, written) => {
        const patched = apply(current, wanted, written);
        expect(diffResource(patched, wanted, { caseInsensitive: [], before: written })).toEqual([]);
        for (const each of wanted) {
          const known = rememberedValue(current, each, (written as Record<string, ScimValue>)[each.path.text]);
          // An element without a value that must not be touched is looked at whenever the person is planned.
          if (each.flow !== 'MultiValueAddOnly' || known !== null) expect(isKnownToHold(each, known)).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });

  // spec: patches
  it('takes nothing away where the flow only adds', () => {
    fc.assert(
      fc.property(resource, desired, before, (current, wanted, written) => {
        const adding = wanted.filter((each) => each.flow !== undefined && each.flow !== 'Managed');
        const patched = apply(current, adding, written);
        for (const each of adding) {
          const held = readPath(current, each.path);
          if (each.path.text === 'roles')
            expect(valuesOf(patched['roles'])).toEqual(expect.arrayContaining(valuesOf(held)));
          else if (held !== undefined) expect(readPath(patched, each.path)).toEqual(held);
        }
      }),
      { numRuns: 2000 },
    );
  });

  // spec: patches
  it('takes out of a managed list what was written, and nothing else', () => {
    fc.assert(
      fc.property(words, words, words, (held, wanted, written) => {
        const list: DesiredAttribute = {
          path: path('roles'),
          value: wanted.map((value) => ({ value })),
          flow: 'Managed',
        };
        const current = { roles: held.map((value) => ({ value, display: 'shown' })) };
        const patched = apply(current, [list], { roles: written });
        const stays = held.filter((each) => !written.includes(each) || wanted.includes(each));
        expect(valuesOf(patched['roles']).toSorted()).toEqual([...new Set([...stays, ...wanted])].toSorted());
      }),
      { numRuns: 2000 },
    );
  });
});
