// Who left, one row an event: what a deletion after some days counts from, which memberships are taken, what has to be
// undone when the person comes back, and the evidence of when the target confirmed it. Ids and times only; names are those
// of source_object. Times are milliseconds.
export interface DepartureTable {
  id: string;
  job_id: string;
  source_id: string;
  target_id: string;
  /** unassigned, outOfScope, blocked, softDeleted or hardDeleted. */
  event: string;
  /** When the account was found or made disabled first; events that follow each other keep it. */
  disabled_at: number | null;
  /** When a cycle first read this event. */
  first_seen: number;
  /** What came of it (model/departure.ts); null while nothing has. */
  outcome: string | null;
  /** When the target had confirmed all that was to be done at once. */
  confirmed_at: number | null;
  /** When the account is to be deleted. */
  delete_at: number | null;
  deleted_at: number | null;
  /** Since when the person is to be in no group of this job. */
  stripped_at: number | null;
  /** What the policy set in the account, by target attribute name, as JSON, until it is undone. */
  set_values: string | null;
  /** When this event was over. */
  ended_at: number | null;
  /** returned, otherEvent, deleted or gone. */
  ended_by: string | null;
}

/** When numbers above `after_sequence` were first given to changed rows: with it, what a row says about its time. */
export interface SequenceMarkTable {
  job_id: string;
  after_sequence: number;
  at: number;
}
