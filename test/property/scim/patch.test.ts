// patch(diff(a, wanted)) applied to a leaves nothing to change, judged by an independent implementation (scim-patch).
import * as fc from 'fast-check';
import { type ScimResource as LibraryResource, type ScimPatchOperation, scimPatch } from 'scim-patch';
import { describe, expect, it } from 'vitest';
import { buildResource } from '../../../src/scim/create.ts';
import type { DesiredAttribute } from '../../../src/scim/desired.ts';
import { diffResource } from '../../../src/scim/diff.ts';
import { buildPatch } from '../../../src/scim/patch.ts';
import { parsePath, type ScimPath } from '../../../src/scim/path.ts';
import { pathlessPatch } from '../../../src/scim/pathless.ts';
import {
  ENTERPRISE_SCHEMA,
  type PatchOperation,
  type ScimResource,
  type ScimValue,
} from '../../../src/scim/resource.ts';

const PEAKON = 'urn:ietf:params:scim:schemas:extension:peakon:2.0:User';

function path(text: string): ScimPath {
  const parsed = parsePath(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.path;
}

function isOperation(operation: PatchOperation): operation is PatchOperation & ScimPatchOperation {
  return operation.op !== 'remove' || operation.path !== undefined;
}

function apply(resource: ScimResource, operations: readonly PatchOperation[]): ScimResource {
  const copy: LibraryResource & ScimResource = { schemas: [], meta: {}, ...structuredClone(resource) } as never;
  const list = operations.filter(isOperation).map((operation) => structuredClone(operation));
  return scimPatch(copy, list) as LibraryResource & ScimResource;
}

const text = fc.string({
  unit: fc.constantFrom('a', 'b', 'c', 'Ä', 'ß', '"', '\\', ' ', '.', ']', '1', '-'),
  minLength: 1,
  maxLength: 6,
});
const scalarNames = [
  'userName',
  'displayName',
  'name.givenName',
  'name.familyName',
  `${ENTERPRISE_SCHEMA}:department`,
  `${ENTERPRISE_SCHEMA}:manager`,
  `${PEAKON}:Business Unit`,
  'emails[type eq "work"].value',
  'emails[type eq "home"].value',
  'emails[type eq "home"].display',
  'addresses[type eq "work"].locality',
  'addresses[type eq "work"].region',
  'addresses[type eq "work"].streetAddress',
  'phoneNumbers[type eq "mobile"].value',
  'ims.value',
];
const scalars = scalarNames.map((name) =>
  fc.record({
    path: fc.constant(path(name)),
    value: name === 'ims.value' ? text : fc.oneof({ weight: 6, arbitrary: text }, fc.constant(null)),
  }),
);
const active = fc.record({ path: fc.constant(path('active')), value: fc.boolean() });
const salary = fc.record({ path: fc.constant(path(`${PEAKON}:Salary`)), value: fc.integer() });
const roles = fc.record({
  path: fc.constant(path('roles')),
  value: fc.uniqueArray(text, { maxLength: 4 }),
});
const desired: fc.Arbitrary<DesiredAttribute[]> = fc
  .tuple(...[...scalars, active, salary, roles].map((one: fc.Arbitrary<DesiredAttribute>) => fc.option(one)))
  .map((list) => list.filter((one) => one !== null));

const element = (keys: readonly string[]) =>
  fc.record(Object.fromEntries(keys.map((key) => [key, text])) as Record<string, fc.Arbitrary<ScimValue>>, {
    requiredKeys: [],
  });
const elements = (types: readonly string[], keys: readonly string[]) =>
  fc.uniqueArray(
    fc.tuple(fc.constantFrom(...types), element(keys)).map(([type, rest]) => ({ ...rest, type })),
    { selector: (entry) => entry.type, maxLength: 3 },
  );
const resource: fc.Arbitrary<ScimResource> = fc.record(
  {
    id: fc.constant('1'),
    userName: text,
    displayName: text,
    active: fc.boolean(),
    name: element(['givenName', 'familyName', 'formatted']),
    emails: elements(['work', 'home', 'other'], ['value', 'display']),
    addresses: elements(['work', 'home'], ['locality', 'region', 'country']),
    phoneNumbers: elements(['mobile', 'work'], ['value']),
    ims: elements(['msn', 'icq'], ['value']),
    roles: fc.array(fc.record({ value: text })),
    [ENTERPRISE_SCHEMA]: fc.record(
      { department: text, manager: fc.record({ value: text, displayName: text }, { requiredKeys: ['value'] }) },
      { requiredKeys: [] },
    ),
    [PEAKON]: fc.record({ 'Business Unit': text, Salary: fc.integer() }, { requiredKeys: [] }),
  },
  { requiredKeys: ['id'] },
);

const options = { caseInsensitive: ['userName', 'emails[type eq "work"].value'] };
const runs = { numRuns: 2000 };

describe('diff and patch', () => {
  // spec: patches
  it('leaves no difference after the patch was applied', () => {
    fc.assert(
      fc.property(resource, desired, (current, wanted) => {
        const patched = apply(current, buildPatch(diffResource(current, wanted, options)));
        expect(diffResource(patched, wanted, options)).toEqual([]);
      }),
      runs,
    );
  });

  it('leaves no difference after the form without paths was applied', () => {
    fc.assert(
      fc.property(resource, desired, (current, wanted) => {
        const withoutNames = wanted.filter(({ path }) => path.schema === undefined && path.subAttribute === undefined);
        const patched = apply(current, pathlessPatch(diffResource(current, withoutNames, options)));
        expect(diffResource(patched, withoutNames, options)).toEqual([]);
      }),
      runs,
    );
  });

  // spec: patches
  it('leaves attributes that nobody wants as they were', () => {
    fc.assert(
      fc.property(resource, (current) => {
        const wanted = [{ path: path('emails[type eq "work"].value'), value: 'new' }];
        const patched = apply(current, buildPatch(diffResource(current, wanted, options)));
        const { emails: before, schemas: _s, meta: _m, ...rest } = apply(current, []);
        const { emails: after, schemas: _s2, meta: _m2, ...patchedRest } = patched;
        expect(patchedRest).toEqual(rest);
        const others = (list: ScimValue | undefined) =>
          Array.isArray(list) ? list.filter((one: { type: string }) => one.type !== 'work') : [];
        expect(others(after)).toEqual(others(before));
      }),
      runs,
    );
  });

  it('finds nothing to change in the resource that was just built', () => {
    fc.assert(
      fc.property(desired, (wanted) => {
        expect(diffResource(buildResource('User', wanted), wanted, options)).toEqual([]);
      }),
      runs,
    );
  });

  // spec: patches
  it('does not depend on the order of list elements', () => {
    fc.assert(
      fc.property(fc.uniqueArray(text, { maxLength: 5 }), (values) => {
        const current = { roles: values.toReversed().map((value) => ({ value, display: 'x' })) };
        expect(diffResource(current, [{ path: path('roles'), value: values }], options)).toEqual([]);
      }),
      runs,
    );
  });

  it('finds the same differences in whatever order attributes are wanted', () => {
    fc.assert(
      fc.property(resource, desired, (current, wanted) => {
        const forwards = diffResource(current, wanted, options);
        expect(diffResource(current, wanted.toReversed(), options).toReversed()).toEqual(forwards);
      }),
      runs,
    );
  });
});
