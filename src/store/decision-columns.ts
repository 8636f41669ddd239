// Columns of a change that say what was decided about it.

/** Who approved or rejected a change, when, and why; null while nobody did. Times are milliseconds. */
export interface DecisionColumns {
  decided_by: string | null;
  decided_at: number | null;
  decision_reason: string | null;
  /** When a rejection ends. */
  decided_until: number | null;
}
