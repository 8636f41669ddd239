// Whatever the dialect, a change means the same: an endpoint that understands all three holds the same afterwards.
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { DIALECTS, STRATEGIES } from '../../../src/model/dialect.ts';
import { patchOperations, removalsAsList } from '../../../src/scim/dialect-body.ts';
import { ENTERPRISE_SCHEMA, type PatchOperation } from '../../../src/scim/resource.ts';
import { apply } from '../../http/dialects/entra-endpoint.ts';

const word = fc.constantFrom('a', 'B', 'c d', 'é', '7');
const path = fc.constantFrom(
  'displayName',
  'title',
  'name.givenName',
  'name.familyName',
  'emails[type eq "work"].value',
  'phoneNumbers[type eq "mobile"].value',
  `${ENTERPRISE_SCHEMA}:department`,
);
const operation: fc.Arbitrary<PatchOperation> = fc.oneof(
  fc.record({ op: fc.constantFrom('add', 'replace'), path, value: word }),
  fc.record({ op: fc.constant('replace'), path: fc.constant('active'), value: fc.boolean() }),
  fc.record({ op: fc.constant('add'), path: fc.constant('members'), value: fc.tuple(fc.record({ value: word })) }),
  word.map((value) => ({ op: 'remove', path: `members[value eq "${value}"]` }) as const),
);

const account = () => ({
  displayName: 'x',
  active: true,
  emails: [{ type: 'work', value: 'x' }],
  members: [{ value: 'a' }, { value: 'B' }, { value: 'z' }],
});

// One operation a path and a member, as the engine builds them.
const subjectOf = ({ path: name, value }: PatchOperation): string =>
  Array.isArray(value) ? `members[value eq "${(value as { value: string }[])[0]?.value}"]` : (name ?? '');
const operations = fc.uniqueArray(operation, { selector: subjectOf, maxLength: 8 });

// spec: dialects
it('means the same in every dialect', () => {
  fc.assert(
    fc.property(operations, (neutral) => {
      const results = DIALECTS.map((dialect) => {
        const { patch, memberRemoval } = STRATEGIES[dialect];
        const removed = memberRemoval === 'list' ? removalsAsList(neutral) : neutral;
        const resource: Record<string, unknown> = account();
        for (const each of patchOperations(patch, removed, 'https://scim.test')) apply(resource, { ...each });
        return {
          ...resource,
          members: (resource['members'] as { value: string }[]).map(({ value }) => value).toSorted(),
        };
      });
      expect(results[1]).toEqual(results[0]);
      expect(results[2]).toEqual(results[0]);
    }),
  );
});
