// What accounts held before requests of a cycle, so that it can be undone.

/** What an account held before a request of a cycle, and what was written. */
export interface BeforeImageTable {
  id: string;
  job_id: string;
  cycle_id: string;
  kind: string;
  source_id: string;
  target_id: string;
  display_name: string | null;
  action: string;
  event: string | null;
  /** JSON list of attributes with their values before and after. */
  attributes: string;
  at: number;
}

/** What a request of a cycle did to the members of a group, in one direction; ids only. */
export interface MembershipImageTable {
  /** Later ones of a process sort after it, also when the clock was put back; `at` does not. */
  id: string;
  job_id: string;
  cycle_id: string;
  group_id: string;
  /** The account of the group. */
  target_id: string;
  /** `added` or `removed`. */
  direction: string;
  /** JSON list of the members. A row for each would be most of what a cycle of groups writes. */
  members: string;
  at: number;
}
