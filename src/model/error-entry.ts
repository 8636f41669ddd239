// The form of an entry in the table of error codes.

/** Whom a fault concerns: one object (a value, recorded and retried), the whole job (thrown), or the configuration. */
type ErrorScope = 'object' | 'job' | 'config';

/** When a fault is tried again: inside the call, with the next cycle, or only after somebody changed something. */
type RetryPolicy = 'nextCycle' | 'ladder' | 'never';

/** One code: whom it concerns, when it is tried again, what happened and what helps. */
export interface ErrorEntry {
  readonly scope: ErrorScope;
  readonly retry: RetryPolicy;
  /** What happened, in general terms; the fault itself carries the particulars. */
  readonly cause: string;
  /** What the reader can do next. */
  readonly advice: string;
}
