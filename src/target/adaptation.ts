// What a client did differently because a target refused, ignored or misjudged what RFC 7644 asks of it. Each is told once it
// was tried, so that it can be shown; what came of it is the result of the call.
import type { ScimKind } from '../scim/resource.ts';

/**
 * - `filterForm`: a value path in a filter was asked in another form.
 * - `withoutPath`: a change was sent as a nested value without path.
 * - `addedElement`: an element that `replace` did not find was added whole.
 * - `wholeList`: a list was stated whole, because what was added had taken its place.
 * - `membersOneByOne`: members that an addition left out were added again, each by an operation of its own.
 * - `memberList`: members were removed by a list of values.
 * - `memberReplacement`: members were removed by stating those that stay.
 * - `membersRestored`: members that a removal or an addition took with it were added again.
 * - `replacedResource`: the change was merged into what the target holds, and sent with PUT.
 * - `disabledInstead`: an account that could not be deleted was disabled.
 * - `readVersion`: the version was read, and the change sent for it.
 * - `withoutVersion`: the change was sent without a version, because the target knows another one than it shows.
 * - `smallerBulk`: fewer writes share a bulk request from now on.
 * - `withoutBulk`: no writes share one any more.
 * - `standardForm`: a request in the form of a dialect was sent again as RFC 7644 has it.
 * - `readReference`: an account was read, because the question for its manager was refused.
 * - `membersShown`: a group that was asked for without its members showed them, and was taken as it was.
 */
export type Rung =
  | 'filterForm'
  | 'withoutPath'
  | 'addedElement'
  | 'wholeList'
  | 'membersOneByOne'
  | 'memberList'
  | 'memberReplacement'
  | 'membersRestored'
  | 'replacedResource'
  | 'disabledInstead'
  | 'readVersion'
  | 'withoutVersion'
  | 'smallerBulk'
  | 'withoutBulk'
  | 'standardForm'
  | 'readReference'
  | 'membersShown';

/** One rung that was taken. */
export interface Adaptation {
  readonly rung: Rung;
  readonly kind: ScimKind;
  /** Id of the resource in the target; null for a question about many. */
  readonly id: string | null;
  /** What the target did, in one sentence that is safe to show. */
  readonly because: string;
}

const DONE: Readonly<Record<Rung, string>> = {
  filterForm: 'the filter is asked in another form',
  withoutPath: 'the change is sent without a path',
  addedElement: 'the element is added whole',
  wholeList: 'the list is stated whole',
  membersOneByOne: 'members are added each by an operation of its own',
  memberList: 'members are removed by a list of values',
  memberReplacement: 'the members that stay are stated',
  membersRestored: 'members that went with it are added again',
  replacedResource: 'the change is merged and sent with PUT',
  disabledInstead: 'the account is disabled instead of deleted',
  readVersion: 'the version is read, and the change sent for it',
  withoutVersion: 'the change is sent without a version',
  smallerBulk: 'fewer writes share a bulk request',
  withoutBulk: 'writes are sent one by one',
  standardForm: 'the request is sent again as RFC 7644 has it',
  readReference: 'the account is read to see its manager',
  membersShown: 'the group is taken as it is',
};

/** What a tolerant run says of an adaptation: what is done instead, and why. */
export function tolerantNotice({ rung, because }: Adaptation): string {
  return `tolerant: ${DONE[rung]} (${because})`;
}

const BULK_NOTICES: Readonly<Partial<Record<Rung, string>>> = {
  smallerBulk: 'Fewer writes share a bulk request for the rest of the cycle.',
  withoutBulk: 'Writes go one by one for the rest of the cycle.',
};

/** What an administrator who trusts a target with bulk requests wants to hear of; undefined for everything else. */
export function bulkNotice({ rung, because }: Adaptation): string | undefined {
  const notice = BULK_NOTICES[rung];
  return notice === undefined ? undefined : `${because} ${notice}`;
}
