// What a client did differently because a target refused, ignored or misjudged what RFC 7644 asks of it. Each is told once it
// was tried, so that it can be shown; what came of it is the result of the call.
import type { ScimKind } from '../scim/resource.ts';

/**
 * - `filterForm`: a value path in a filter was asked in another form.
 * - `withoutPath`: a change was sent as a nested value without path.
 * - `addedElement`: an element that `replace` did not find was added whole.
 * - `memberList`: members were removed by a list of values.
 * - `memberReplacement`: members were removed by stating those that stay.
 * - `membersRestored`: members that a removal took with it were added again.
 * - `replacedResource`: the change was merged into what the target holds, and sent with PUT.
 * - `disabledInstead`: an account that could not be deleted was disabled.
 * - `readVersion`: the version was read, and the change sent for it.
 * - `withoutVersion`: the change was sent without a version, because the target knows another one than it shows.
 */
export type Rung =
  | 'filterForm'
  | 'withoutPath'
  | 'addedElement'
  | 'memberList'
  | 'memberReplacement'
  | 'membersRestored'
  | 'replacedResource'
  | 'disabledInstead'
  | 'readVersion'
  | 'withoutVersion';

/** One rung that was taken. */
export interface Adaptation {
  readonly rung: Rung;
  readonly kind: ScimKind;
  /** Id of the resource in the target; null for a question about many. */
  readonly id: string | null;
  /** What the target did, in one sentence that is safe to show. */
  readonly because: string;
}
