// The table of what was used of targets' limits, as Kysely sees it.

/** Operations that were sent to a realm at about one time, by what a limit counts. */
export interface TargetUsageTable {
  realm: string;
  /** What the limit counts, without how much it allows. */
  counted: string;
  /** Milliseconds, rounded up. */
  at: number;
  operations: number;
  /** From when on it counts no longer. */
  expires: number;
}
