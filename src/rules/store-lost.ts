// A job that is new to the store and meets accounts with its own ids: somebody has provisioned these people before. Most
// likely the store was lost, and with it the knowledge whose accounts are to be disabled when they leave: whoever left since
// is matched by nobody, and would keep the account for good.

/** What a first cycle that is to write has found. */
export interface FoundAccounts {
  /** People whose account was found by a matching attribute. */
  readonly matched: number;
  /** Of these, the accounts that hold the very externalId that the job would write. */
  readonly ours: number;
}

/** One or two such accounts may have been made by hand, or on demand. */
const LEAST = 3;

/** Whether the accounts were evidently made with the ids of this job: at least half of those that were found. */
export function looksLikeLostStore({ matched, ours }: FoundAccounts): boolean {
  return ours >= LEAST && ours * 2 >= matched;
}
