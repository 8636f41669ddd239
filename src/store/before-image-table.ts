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

/** A membership that a request of a cycle changed, ids only; of several requests in one cycle the first. */
export interface MembershipImageTable {
  job_id: string;
  cycle_id: string;
  group_id: string;
  /** The account of the group. */
  target_id: string;
  member_id: string;
  /** `added` or `removed`. */
  direction: string;
  at: number;
}
