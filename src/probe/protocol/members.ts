// Members of groups: adding and removing them in the forms that clients write (RFC 7644 section 3.5.2), each judged by who is in
// the group afterwards. The short outcome lists them by the index of the probe's account; -1 is an id that does not exist.
import { type Check, observed, type Verdict } from '../check.ts';
import { answerName, objectOf, succeeded } from '../exchange.ts';
import type { FindingId } from '../finding-table.ts';
import { pathOf, type Stage } from '../stage.ts';

interface MemberCase {
  readonly id: string;
  readonly row: string | null;
  readonly title?: string;
  readonly operations: (stage: Stage) => readonly unknown[];
  /** Who has to be a member for it to be a question; added first where an earlier check lost them. */
  readonly needs?: readonly number[];
  /** Who should be in the group, given who was. */
  readonly expected: (before: readonly number[]) => readonly number[];
  readonly refused: FindingId | null;
  /** Accepted, and others are in the group than should be. */
  readonly wrong: FindingId | null;
}

const UNKNOWN = -1;

/** Who is in the group, in the order in which it lists them. */
async function membersOf(stage: Stage): Promise<readonly number[]> {
  const read = await stage.get(pathOf('Groups', stage.madeGroup()));
  const members = objectOf(read.json)?.['members'];
  if (!Array.isArray(members)) return [];
  const index = new Map(stage.people.map(({ id }, position) => [id, position]));
  return members.map((each) => index.get(String(objectOf(each)?.['value'] ?? each)) ?? UNKNOWN);
}

function sameMembers(left: readonly number[], right: readonly number[]): boolean {
  const [one, other] = [left, right].map((list) => [...new Set(list)].toSorted((a, b) => a - b).join());
  return one === other;
}

function shown(members: readonly number[]): string {
  return `[${members.join(',')}]`;
}

function memberCheck(member: MemberCase): Check {
  const { id, row, title, needs = [], operations, expected, refused, wrong } = member;
  return {
    id,
    theme: 'members',
    row,
    title: title ?? row ?? id,
    writes: true,
    async run(stage) {
      const before = await prepared(stage, needs);
      const exchange = await stage.patch(pathOf('Groups', stage.madeGroup()), operations(stage));
      const now = await membersOf(stage);
      stage.members = [...now];
      stage.membersSeen ||= now.length > 0;
      const answered = answerName(exchange);
      const outcome = `${answered} ${shown(now)}`;
      if (!succeeded(exchange))
        return observed(
          outcome,
          refused !== null && { finding: refused, because: `expected 200 or 204, came ${answered}`, exchange },
        );
      const should = expected(before);
      if (stage.membersShown && !stage.membersSeen && before.length === 0 && now.length === 0 && should.length > 0) {
        stage.membersShown = false;
        return observed(outcome, {
          finding: 'members-not-shown',
          because: `answered ${answered}, and GET of the group shows no members`,
          exchange,
        });
      }
      return observed(outcome, stage.membersShown && wrong !== null && judge(wrong, should, before, now, exchange));
    },
  };
}

function judge(
  finding: FindingId,
  should: readonly number[],
  before: readonly number[],
  now: readonly number[],
  exchange: NonNullable<Verdict['exchange']>,
): Verdict | false {
  const twice = new Set(now).size < now.length && new Set(before).size === before.length;
  if (sameMembers(should, now))
    return twice && { finding: 'members-twice', because: `listed afterwards: ${shown(now)}`, exchange };
  const kind = now.length === 0 && should.length > 0 && ONE_REMOVED.has(finding) ? 'members-remove-wipes' : finding;
  return {
    finding: kind,
    because: `before ${shown(before)}, expected ${shown([...new Set(should)])}, came ${shown(now)}`,
    exchange,
  };
}

/** Findings about removing one member: where everybody is gone that is another, worse one. */
const ONE_REMOVED: ReadonlySet<FindingId> = new Set(['members-remove-path', 'members-remove-value']);

/** Who is in the group, after those that a check needs were added where they are missing. */
async function prepared(stage: Stage, needs: readonly number[]): Promise<readonly number[]> {
  const missing = needs.filter((index) => !stage.members.includes(index));
  if (!stage.membersSeen || missing.length === 0) return stage.members;
  await stage.patch(pathOf('Groups', stage.madeGroup()), [
    { op: 'add', path: 'members', value: values(stage, missing) },
  ]);
  return membersOf(stage);
}

const values = (stage: Stage, indexes: readonly number[]) =>
  indexes.map((index) => ({ value: stage.person(index).id }));
const without = (members: readonly number[], index: number) => members.filter((each) => each !== index);

const CASES: readonly MemberCase[] = [
  {
    id: 'members.add',
    row: 'add 1 member',
    operations: (stage) => [{ op: 'add', path: 'members', value: values(stage, [0]) }],
    expected: (before) => [...before, 0],
    refused: 'members-add',
    wrong: 'members-add',
  },
  {
    id: 'members.capital-add',
    row: '"Add" 2 members (+1,2)',
    title: '"Add" with two members',
    operations: (stage) => [{ op: 'Add', path: 'members', value: values(stage, [1, 2]) }],
    expected: (before) => [...before, 1, 2],
    refused: 'members-capital-op',
    wrong: 'members-add',
  },
  {
    id: 'members.add-present',
    row: 'add a present member',
    operations: (stage) => [{ op: 'add', path: 'members', value: values(stage, [0]) }],
    expected: (before) => [...before, 0],
    refused: 'members-add-present',
    wrong: 'members-add',
  },
  {
    id: 'members.add-unknown',
    row: 'add an unknown id (-1)',
    title: 'add an id that no account has',
    operations: (stage) => [{ op: 'add', path: 'members', value: [{ value: stage.unknownId() }] }],
    expected: (before) => before,
    refused: null,
    wrong: 'members-unknown-accepted',
  },
  {
    id: 'members.remove-by-path',
    row: 'remove members[value eq 0]',
    title: 'remove members[value eq "…"]',
    operations: (stage) => [{ op: 'remove', path: `members[value eq ${JSON.stringify(stage.person(0).id)}]` }],
    expected: (before) => without(before, 0),
    refused: 'members-remove-path',
    wrong: 'members-remove-path',
  },
  {
    id: 'members.remove-absent',
    row: 'remove a non-member',
    title: 'remove somebody who is no member',
    operations: (stage) => [{ op: 'remove', path: `members[value eq ${JSON.stringify(stage.person(0).id)}]` }],
    expected: (before) => without(before, 0),
    refused: 'members-remove-absent',
    wrong: 'members-remove-path',
  },
  {
    id: 'members.remove-by-value',
    row: '"Remove" members value:[1]',
    title: '"Remove" members with the member as value',
    needs: [1, 2],
    operations: (stage) => [{ op: 'Remove', path: 'members', value: values(stage, [1]) }],
    expected: (before) => without(before, 1),
    refused: 'members-remove-value',
    wrong: 'members-remove-value',
  },
  {
    id: 'members.add-no-path',
    row: 'add, no path, {members:[3]}',
    title: 'add without a path',
    operations: (stage) => [{ op: 'add', value: { members: values(stage, [3]) } }],
    expected: (before) => [...before, 3],
    refused: 'members-no-path',
    wrong: 'members-no-path',
  },
  {
    id: 'members.add-object',
    row: 'add members, value an object (0)',
    title: 'add one member as an object, not as a list',
    operations: (stage) => [{ op: 'add', path: 'members', value: values(stage, [0])[0] }],
    expected: (before) => [...before, 0],
    refused: 'members-value-object',
    wrong: 'members-value-object',
  },
  {
    id: 'members.replace',
    row: 'replace members [0,2]',
    title: 'replace the whole list',
    operations: (stage) => [{ op: 'replace', path: 'members', value: values(stage, [0, 2]) }],
    expected: () => [0, 2],
    refused: 'members-replace',
    wrong: 'members-replace',
  },
  {
    id: 'members.remove-all',
    row: 'remove members (all)',
    title: 'remove all members',
    operations: () => [{ op: 'remove', path: 'members' }],
    expected: () => [],
    refused: 'members-remove-all',
    wrong: 'members-remove-all',
  },
  {
    id: 'members.several-operations',
    row: null,
    title: 'four additions in one request, one operation each',
    operations: (stage) => values(stage, [0, 1, 2, 3]).map((value) => ({ op: 'add', path: 'members', value: [value] })),
    expected: (before) => [...before, 0, 1, 2, 3],
    refused: 'members-several-operations',
    wrong: 'members-several-operations',
  },
];

export const MEMBER_CHECKS: readonly Check[] = CASES.map(memberCheck);
