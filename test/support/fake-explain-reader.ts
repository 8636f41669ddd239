// A directory in memory as it answers questions about one object: complete, with the way up through nested groups.
import type { ExplainReader } from '../../src/engine/ports.ts';
import type { Candidate, Named } from '../../src/model/directory-facts.ts';
import type { FakeDirectory } from './fake-directory.ts';

/** Answers from a directory; `refuse` leaves parts of it unknown. */
export function fakeExplainReader(
  directory: FakeDirectory,
  refuse: ReadonlySet<'object' | 'application' | 'assignments' | 'memberships'> = new Set(),
  /** Whether the lists were read to their end. */
  complete = true,
): ExplainReader {
  const named = (id: string): Named => {
    const name = directory.groups.get(id)?.properties['displayName'];
    return { id, displayName: typeof name === 'string' ? name : null };
  };
  const above = (id: string): string[] =>
    [...directory.groups].filter(([, team]) => team.members.has(id)).map(([key]) => key);
  const allAbove = (id: string): string[] => {
    const found = new Set<string>();
    for (const queue = above(id); queue.length > 0; ) {
      const next = queue.shift() ?? '';
      if (found.has(next)) continue;
      found.add(next);
      queue.push(...above(next));
    }
    return [...found];
  };
  const answered = <T>(part: Parameters<typeof refuse.has>[0], value: T) =>
    refuse.has(part) ? ({ known: false, why: `${part} refused` } as const) : ({ known: true, value } as const);
  return {
    find(text) {
      const candidates = [...directory.users].flatMap(([id, { properties }]): Candidate[] =>
        properties['userPrincipalName'] === text
          ? [{ kind: 'user', id, displayName: null, address: text, by: 'userPrincipalName' }]
          : [],
      );
      return Promise.resolve({ candidates, refused: [] });
    },
    async readFacts({ id, servicePrincipalId }) {
      const kind = directory.groups.has(id) ? 'group' : 'user';
      const outcome =
        (await directory.readObjects(kind, [id])).get(id) ?? ({ found: false, state: 'hardDeleted' } as const);
      const all = allAbove(id);
      return {
        kind,
        id,
        object: answered('object', outcome),
        application: answered('application', await directory.readServicePrincipal(servicePrincipalId)),
        assignments: answered('assignments', {
          rows: (complete ? directory.assignments : []).map((row) => ({ ...row, principalDisplayName: null })),
          complete,
        }),
        memberships: answered('memberships', {
          direct: above(id).map(named),
          all: all.map(named),
          parents: new Map(all.map((group) => [group, above(group)])),
          complete: true,
        }),
        nestedPeople: null,
      };
    },
  };
}
