// The table of quarantines, as Kysely sees it.

/** The quarantine of a job; no row means that it is in none. Moments are milliseconds. */
export interface QuarantineTable {
  job_id: string;
  reason: string;
  current_began: number;
  next_attempt: number;
  series_began: number;
  series_count: number;
  /** What was wrong at the last attempt, as JSON. */
  error: string | null;
}
