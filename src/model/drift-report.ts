// How a target differs from what a job last made of it.
import type { ObjectKind } from './directory.ts';

/** One account or group of a report. */
export interface DriftedObject {
  readonly kind: ObjectKind;
  readonly id: string;
  readonly displayName: string | null;
  readonly targetId: string;
}

/** How often an attribute differs, with the first few objects. */
export interface AttributeDrift {
  readonly attribute: string;
  readonly count: number;
  readonly examples: readonly (DriftedObject & { readonly wanted: string | null; readonly found: string | null })[];
}

/** Members of one group that are missing, or that nobody here put there. */
export interface MemberDrift extends DriftedObject {
  readonly missing: number;
  readonly extra: number;
}

/** What reading a target back has shown. Counts are whole, lists hold the first few. */
export interface DriftReport {
  /** Accounts and groups that were compared. */
  readonly checked: number;
  /** Not compared: changed since, held, failing or protected; the next cycle, or an approval, is about them. */
  readonly left: number;
  /** Accounts and groups of which at least one attribute differs. */
  readonly drifted: number;
  readonly attributes: readonly AttributeDrift[];
  /** Accounts and groups that are gone from the target. */
  readonly gone: { readonly count: number; readonly objects: readonly DriftedObject[] };
  readonly members: {
    readonly missing: number;
    readonly extra: number;
    readonly groups: readonly MemberDrift[];
    /** Groups of which the target does not show any member. */
    readonly unreadable: number;
  };
  /** Attributes that are left as the target keeps them, because it changes whatever is written. */
  readonly unstable: readonly { readonly attribute: string; readonly objects: number }[];
}
