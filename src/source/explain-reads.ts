// Reads that explain one person or group: few requests, each a batch of many small reads, nothing repeated. What is
// refused is named and the rest is answered; so these reads never fail a job, and nothing of them is stored.
import { z } from 'zod';
import type { ExplainReader, FactsQuestion } from '../engine/ports.ts';
import type { ObjectKind, ReadOutcome } from '../model/directory.ts';
import type {
  Answered,
  Candidate,
  DirectoryFacts,
  Memberships,
  Named,
  NamedAssignment,
} from '../model/directory-facts.ts';
import { JobFault } from '../model/errors.ts';
import { appRoleAssignment, objectEntry, servicePrincipal } from './entries.ts';
import { type Answer, type Ask, BATCH_SIZE, createAsk, NOT_FOUND, type SmallRead } from './explain-batch.ts';
import { asRecord } from './json.ts';
import {
  ADVANCED_QUERY,
  assignmentsPath,
  deletedItemPath,
  employeePath,
  groupsAbovePath,
  memberCountPath,
  namedAssignmentsPath,
  namedPath,
  objectPath,
  servicePrincipalPath,
} from './queries.ts';
import type { Requester } from './requester.ts';

/** Namesakes that are shown. */
const NAMED_LIMIT = 10;
/** Assigned groups whose people are counted; more would not fit. */
const COUNTED_GROUPS = 5;

const listSchema = z.looseObject({
  value: z.array(z.unknown()),
  '@odata.nextLink': z.string().nullish(),
  '@odata.count': z.int().nullish(),
});
const namedSchema = z.looseObject({
  id: z.string().min(1),
  '@odata.type': z.string().nullish(),
  displayName: z.string().nullish(),
  userPrincipalName: z.string().nullish(),
  mail: z.string().nullish(),
});
const principalSchema = z.looseObject({ principalDisplayName: z.string().nullish() });

/** The reader of a source. */
export function createExplainReader(requester: Requester, origin: string): ExplainReader {
  return {
    async find(text, signal) {
      const reads = new Map<string, SmallRead>([
        ['user', { path: namedPath('user', text, NAMED_LIMIT), concern: 'users' }],
        ['group', { path: namedPath('group', text, NAMED_LIMIT), concern: 'groups' }],
        // Graph refuses a longer employeeId, which would look like a failure.
        ...(text.length <= 16
          ? ([['employee', { path: employeePath(text, NAMED_LIMIT), concern: 'users' }]] as const)
          : []),
      ]);
      const answers = await createAsk(requester, origin, signal)(reads);
      const candidates = [...answers].flatMap(([key, answer]) => candidatesOf(key, answer, text));
      return { candidates, refused: refusals(answers) };
    },
    readFacts: (question, signal) => readFacts(question, createAsk(requester, origin, signal)),
  };
}

function candidatesOf(key: string, answer: Answer, text: string): Candidate[] {
  const kind: ObjectKind = key === 'group' ? 'group' : 'user';
  const same = (value: string | null | undefined): boolean => value?.toLowerCase() === text.toLowerCase();
  return rowsOf(answer).map((row) => {
    const { id, displayName, userPrincipalName, mail } = namedSchema.parse(row);
    const by = same(userPrincipalName) ? 'userPrincipalName' : same(mail) ? 'mail' : 'displayName';
    return {
      kind,
      id,
      displayName: displayName ?? null,
      address: userPrincipalName ?? mail ?? null,
      by: key === 'employee' ? 'employeeId' : by,
    };
  });
}

async function readFacts(question: FactsQuestion, ask: Ask): Promise<DirectoryFacts> {
  const { id, servicePrincipalId } = question;
  const kinds: readonly ObjectKind[] = question.kind === null ? ['user', 'group'] : [question.kind];
  const first = new Map<string, SmallRead>([
    ['application', { path: servicePrincipalPath(servicePrincipalId), concern: 'servicePrincipal' }],
    ['assignments', { path: assignmentsPath(servicePrincipalId), concern: 'assignments' }],
    ['deleted', { path: deletedItemPath(id), concern: 'users' }],
  ]);
  for (const kind of kinds) {
    const concern = `${kind}s` as const;
    first.set(kind, { path: objectPath(kind, id, question.properties[kind], true), concern });
    first.set(`${kind} direct`, { path: groupsAbovePath(kind, id, 'direct'), concern });
    first.set(`${kind} all`, { path: groupsAbovePath(kind, id, 'transitive'), concern });
  }
  const answers = await ask(first);
  const kind = kindOf(kinds, answers);
  const facts = {
    kind,
    id,
    object: objectOf(kind, answers),
    application: mapped(answers.get('application'), servicePrincipal),
    assignments: assignmentsOf(answers.get('assignments')),
    memberships: membershipsOf(answers.get(`${kind} direct`), answers.get(`${kind} all`)),
    nestedPeople: null,
  };
  return nameTheChain(await completeAssignments(facts, servicePrincipalId, ask), question.depth, ask);
}

/** The kind that was found alive or in the recycle bin; a person while nothing was found. */
function kindOf(kinds: readonly ObjectKind[], answers: ReadonlyMap<string, Answer>): ObjectKind {
  const alive = kinds.find((kind) => isFound(answers.get(kind)));
  if (alive !== undefined) return alive;
  const bin = answers.get('deleted');
  const type = bin?.known === true ? asRecord(bin.value)?.['@odata.type'] : undefined;
  return kinds.find((kind) => type === `#microsoft.graph.${kind}`) ?? kinds[0] ?? 'user';
}

function isFound(answer: Answer | undefined): boolean {
  return answer?.known === true && answer.value !== NOT_FOUND;
}

function objectOf(kind: ObjectKind, answers: ReadonlyMap<string, Answer>): Answered<ReadOutcome> {
  const live = answers.get(kind);
  if (live === undefined || !live.known) return live ?? { known: false, why: 'Not asked.' };
  if (live.value !== NOT_FOUND)
    return { known: true, value: { found: true, entry: objectEntry(kind, live.value, true) } };
  // The recycle bin of groups asks for Group.Read.All, which the grant set does without: refused counts as not there.
  return {
    known: true,
    value: { found: false, state: isFound(answers.get('deleted')) ? 'softDeleted' : 'hardDeleted' },
  };
}

function mapped<T>(answer: Answer | undefined, read: (body: unknown) => T): Answered<T> {
  if (answer === undefined || !answer.known) return answer ?? { known: false, why: 'Not asked.' };
  if (answer.value === NOT_FOUND) return { known: false, why: 'Microsoft Graph does not know it (404).' };
  try {
    return { known: true, value: read(answer.value) };
  } catch (error) {
    if (error instanceof JobFault) return { known: false, why: error.message };
    throw error;
  }
}

function namedAssignment(row: unknown): NamedAssignment[] {
  const assignment = appRoleAssignment(row);
  const parsed = principalSchema.safeParse(row);
  const name = parsed.success ? (parsed.data.principalDisplayName ?? null) : null;
  return assignment === undefined ? [] : [{ ...assignment, principalDisplayName: name }];
}

function assignmentsOf(answer: Answer | undefined): DirectoryFacts['assignments'] {
  return mapped(answer, (body) => {
    const { rows, more } = listOf(body);
    return { rows: rows.flatMap(namedAssignment), complete: !more };
  });
}

function membershipsOf(direct: Answer | undefined, all: Answer | undefined): Answered<Memberships> {
  const near = mapped(direct, listOf);
  const far = mapped(all, listOf);
  if (!near.known) return near;
  if (!far.known) return far;
  return {
    known: true,
    value: {
      direct: near.value.rows.flatMap(namedGroup),
      all: far.value.rows.flatMap(namedGroup),
      parents: new Map(),
      complete: !near.value.more && !far.value.more,
    },
  };
}

/** Lists of groups also hold directory roles and administrative units. */
function namedGroup(row: unknown): Named[] {
  const parsed = namedSchema.safeParse(row);
  if (!parsed.success || parsed.data['@odata.type'] !== '#microsoft.graph.group') return [];
  return [{ id: parsed.data.id, displayName: parsed.data.displayName ?? null }];
}

function listOf(body: unknown): { rows: readonly unknown[]; more: boolean; count: number | null } {
  const parsed = listSchema.safeParse(body);
  if (!parsed.success) throw new JobFault('SourceProtocolError', 'Microsoft Graph answered a list without "value".');
  const { value, '@odata.nextLink': next, '@odata.count': count } = parsed.data;
  return { rows: value, more: Boolean(next), count: count ?? null };
}

function rowsOf(answer: Answer | undefined): readonly unknown[] {
  const list = mapped(answer, listOf);
  return list.known ? list.value.rows : [];
}

function refusals(answers: ReadonlyMap<string, Answer>): string[] {
  return [...new Set([...answers.values()].flatMap((answer) => (answer.known ? [] : [answer.why])))];
}

/** Of a list that goes on, the rows about the object and its groups are asked for by name. */
async function completeAssignments(
  facts: DirectoryFacts,
  servicePrincipalId: string,
  ask: Ask,
): Promise<DirectoryFacts> {
  if (!facts.assignments.known || facts.assignments.value.complete) return facts;
  const own =
    facts.object.known && facts.object.value.found ? facts.object.value.entry.properties['displayName'] : null;
  const groups = facts.memberships.known ? nearestFirst(facts.memberships.value) : [];
  const names = [...(typeof own === 'string' ? [own] : []), ...groups.flatMap((group) => group.displayName ?? [])];
  const reads = new Map(
    [...new Set(names)].map(
      (name) => [name, { path: namedAssignmentsPath(servicePrincipalId, name), concern: 'assignments' }] as const,
    ),
  );
  if (reads.size === 0) return facts;
  const answers = await ask(reads);
  const rows = [...facts.assignments.value.rows, ...[...answers.values()].flatMap(rowsOf).flatMap(namedAssignment)];
  return { ...facts, assignments: { known: true, value: { rows, complete: false } } };
}

/**
 * Which group is inside which, for somebody who is reached only through nested groups, and how many people are: the
 * way up is asked for all groups at once, since the groups in between are known already.
 */
async function nameTheChain(facts: DirectoryFacts, depth: FactsQuestion['depth'], ask: Ask): Promise<DirectoryFacts> {
  if (!facts.memberships.known || !facts.assignments.known) return facts;
  const { direct, all } = facts.memberships.value;
  const assigned = new Map(
    facts.assignments.value.rows.filter((row) => row.principalType === 'Group').map((row) => [row.principalId, row]),
  );
  const reached = all.filter((group) => assigned.has(group.id));
  if (reached.every((group) => direct.some((each) => each.id === group.id))) return facts;
  const counted = depth === 'direct' && facts.assignments.value.complete && assigned.size <= COUNTED_GROUPS;
  const counts = counted ? [...assigned.keys()].flatMap((id) => countReads(id)) : [];
  const ways = nearestFirst(facts.memberships.value)
    .slice(0, BATCH_SIZE - counts.length)
    .map((group) => [group.id, { path: groupsAbovePath('group', group.id, 'direct'), concern: 'groups' }] as const);
  const answers = await ask(new Map<string, SmallRead>([...ways, ...counts]));
  const parents = new Map(
    ways.map(
      ([id]) =>
        [
          id,
          rowsOf(answers.get(id))
            .flatMap(namedGroup)
            .map((group) => group.id),
        ] as const,
    ),
  );
  return {
    ...facts,
    memberships: { known: true, value: { ...facts.memberships.value, parents } },
    nestedPeople: counted ? sumOf(assigned.keys(), answers) : null,
  };
}

function nearestFirst({ direct, all }: Memberships): Named[] {
  return [...direct, ...all.filter((group) => !direct.some((each) => each.id === group.id))];
}

function countReads(groupId: string): (readonly [string, SmallRead])[] {
  return (['direct', 'transitive'] as const).map((reach) => [
    `${groupId} ${reach}`,
    { path: memberCountPath(groupId, reach), concern: 'groups', headers: ADVANCED_QUERY },
  ]);
}

function sumOf(groups: Iterable<string>, answers: ReadonlyMap<string, Answer>): number | null {
  let sum = 0;
  for (const id of groups) {
    const near = mapped(answers.get(`${id} direct`), listOf);
    const far = mapped(answers.get(`${id} transitive`), listOf);
    if (!near.known || !far.known || near.value.count === null || far.value.count === null) return null;
    sum += Math.max(0, far.value.count - near.value.count);
  }
  return sum;
}
