// The first cycle that meets the accounts of a target: when hardly anybody is found although the target holds many,
// the matching attributes are most likely wrong, and creating everybody would double the company.

/** What a first plan found. */
export interface FirstContactNumbers {
  /** Accounts that the target says it holds. */
  readonly accounts: number;
  /** Of these, the ones that nobody in scope was matched with. */
  readonly unmatchedAccounts: number;
  /** People in scope, but for those whose account was made by this job. */
  readonly inScope: number;
  /** Of these, the ones with an account: adopted already or found by a matching attribute. */
  readonly matched: number;
}

/** At least this many accounts must be unmatched, and at least this share of the people in scope. */
const UNMATCHED = { least: 10, share: 0.25 };
/** Below this share of people who were found, the matching is in doubt. */
const MATCHED_SHARE = 0.5;

/** Whether all creations of a first cycle are held, and the sentence that says why. */
export function judgeFirstContact(numbers: FirstContactNumbers): { readonly held: boolean; readonly because: string } {
  const { accounts, unmatchedAccounts, inScope, matched } = numbers;
  const shown = `the target holds ${accounts} accounts, and ${matched} of the ${inScope} people in scope have one of them`;
  const held =
    unmatchedAccounts >= Math.max(UNMATCHED.least, inScope * UNMATCHED.share) && matched < inScope * MATCHED_SHARE;
  return {
    held,
    because: held
      ? `first contact: ${shown}; the others would be created beside ${unmatchedAccounts} accounts that match nobody`
      : `first contact: ${shown}`,
  };
}
