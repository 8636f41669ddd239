// Alerts: what is wrong with a job, as recipients of e-mail are told it. Counts, codes and moments only; no alert can carry
// a name or an address, because its particulars have no room for one.
import type { Alert } from './job.ts';

/** A kind of alert that opens and closes; `recovered` is what is said about the closing of another one. */
export type AlertKind = Exclude<Alert, 'recovered'>;

/** A credential that ends soon, or has ended (negative days). */
export interface EndingCredential {
  /** The key of the configuration, for instance `target.auth.token`. */
  readonly what: string;
  /** ISO date. */
  readonly expires: string;
  readonly daysLeft: number;
}

/** Something that is wrong with a job now. Moments are milliseconds. */
export type AlertCondition =
  | { readonly kind: 'jobFailed'; readonly code: string }
  | { readonly kind: 'quarantine'; readonly reason: string; readonly code: string | null; readonly lasting: boolean }
  | { readonly kind: 'held'; readonly count: number }
  | { readonly kind: 'objectsFailing'; readonly count: number; readonly newest: number }
  | { readonly kind: 'credentialExpiring'; readonly credentials: readonly EndingCredential[] }
  | { readonly kind: 'noSuccess'; readonly lastSuccess: number | null }
  | {
      readonly kind: 'pausedTooLong';
      readonly since: number;
      readonly until: number;
      /** When Microsoft Graph forgets how far it was read. */
      readonly tokensEnd: number;
    }
  | { readonly kind: 'observedTooLong'; readonly since: number };

/** What is said about an alert: it is new, it grew, it is still there, or it is over. */
export type Telling = 'opened' | 'changed' | 'reminder' | 'recovered';

/** One alert as a mail tells it. */
export interface ToldAlert {
  readonly kind: AlertKind;
  readonly telling: Telling;
  /** When the alert was opened. */
  readonly since: number;
  /** Null when it is over. */
  readonly condition: AlertCondition | null;
}
