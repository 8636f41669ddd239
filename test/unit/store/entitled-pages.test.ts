// Whatever is assigned and whoever is in which group: the pages together are everybody entitled, in order, each role once.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pageEntitledUsers, storeAssignments } from '../../../src/store/assignments.ts';
import { openStore } from '../../../src/store/database.ts';
import { ensureJob } from '../../../src/store/jobs.ts';
import { storeMembers } from '../../../src/store/members.ts';

const JOB = 'job';
const people = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
const groups = fc.constantFrom('g1', 'g2', 'g3');
const roles = fc.constantFrom('r1', 'r2');
const assigned = fc.array(fc.tuple(fc.oneof(people, groups), roles), { maxLength: 8 });
const memberships = fc.array(fc.tuple(groups, people), { maxLength: 20 });

it('pages of any size hold everybody who is entitled', async () => {
  const property = fc.asyncProperty(
    assigned,
    memberships,
    fc.integer({ min: 1, max: 4 }),
    async (direct, inGroups, limit) => {
      const store = await openStore('sqlite::memory:');
      try {
        await ensureJob(store.db, JOB);
        const rows = new Map(
          direct.map(([principalId, appRoleId]) => [`${principalId} ${appRoleId}`, { principalId, appRoleId }]),
        );
        const typed = [...rows.values()].map((row) => ({
          ...row,
          principalType:
            row.principalId.startsWith('g') && row.principalId.length > 1 ? ('Group' as const) : ('User' as const),
        }));
        await storeAssignments(store.db, JOB, typed, 1);
        for (const [group, id] of inGroups) await storeMembers(store.db, JOB, group, [{ id, type: 'user' }], 1);
        const wanted = new Set<string>();
        for (const { principalId, principalType, appRoleId } of typed) {
          if (principalType === 'User') wanted.add(`${principalId} ${appRoleId}`);
          for (const [group, id] of inGroups) if (group === principalId) wanted.add(`${id} ${appRoleId}`);
        }
        const found: string[] = [];
        let after = { id: '', role: '' };
        for (;;) {
          const page = await pageEntitledUsers(store.db, JOB, false, after, limit);
          const last = page.at(-1);
          if (last === undefined) break;
          found.push(...page.map((each) => `${each.id} ${each.role_id}`));
          after = { id: last.id, role: last.role_id };
        }
        expect(found).toEqual([...wanted].toSorted());
      } finally {
        await store.close();
      }
    },
  );
  await fc.assert(property, { numRuns: 100 });
});
