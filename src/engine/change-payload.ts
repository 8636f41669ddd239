// What a change row carries from plan to apply, as JSON. References are resolved when the change is sent, because the
// referenced person may get an account in the same cycle.
import type { NoActionReason } from '../model/cycle.ts';
import type { MappedReference } from '../rules/map-object.ts';
import type { ReferenceForm } from '../rules/mapping.ts';
import type { DesiredAttribute } from '../scim/desired.ts';
import type { AttributeDifference } from '../scim/diff.ts';
import { parsePath } from '../scim/path.ts';
import type { ScimValue } from '../scim/resource.ts';
import type { ReferencedAccount } from '../store/referenced-accounts.ts';

/** A reference that had no account when the change was planned. */
export interface WaitingReference extends MappedReference {
  /** What the account, where there was one, held in its place. */
  readonly current?: ScimValue;
}

/** The content of a change. */
export interface ChangePayload {
  /** What the account is to hold; for existing accounts including resolved references. */
  readonly desired: readonly DesiredAttribute[];
  /** What differs from the account as read; empty for creations. */
  readonly differences: readonly AttributeDifference[];
  /** What the account holds already and the request states all the same. */
  readonly restated?: readonly AttributeDifference[];
  /** References that had no account when the change was planned. */
  readonly references: readonly WaitingReference[];
  /** Target attributes whose values must not appear in a log. */
  readonly redacted: readonly string[];
  /** The attribute that found the account, or `created`. */
  readonly matchedBy: string;
  /** True for what an administrator approved, so that a cycle that does not get to it leaves the approval standing. */
  readonly approved?: boolean;
  /** Names of the attributes that change an identity; present for changes that are counted for it. */
  readonly identity?: readonly string[];
  /** Whether the account is protected, where that had to be known. */
  readonly isProtected?: boolean;
  /** True when the person is to be taken out of the groups that the job manages. */
  readonly removesMemberships?: boolean;
  /** How long after the account was disabled it is to be deleted (milliseconds). */
  readonly deleteAfter?: number;
  /** What the lifecycle policy sets, by target attribute name, to be undone when the person comes back. */
  readonly set?: Exported;
}

/** What the target is known to hold, by target attribute name. */
export type Exported = Readonly<Record<string, ScimValue>>;

/** The known state after attributes were written. */
export function exportedAfter(before: Exported, desired: readonly DesiredAttribute[]): Exported {
  const after: Record<string, ScimValue> = { ...before };
  for (const { path, value } of desired) after[path.text] = value;
  return after;
}

/** Where the e-mail of an account is looked for, in this order. */
export const EMAIL_PATHS = ['emails[type eq "work"].value', 'userName'].flatMap((name) => {
  const parsed = parsePath(name);
  return parsed.ok ? [parsed.path] : [];
});

/** The work e-mail of an account, for references by e-mail; the userName where no work e-mail is mapped. */
export function emailOf(exported: Exported): string | null {
  const email = EMAIL_PATHS.map((path) => exported[path.text]).find((value) => value !== undefined && value !== null);
  return typeof email === 'string' ? email : null;
}

/** What a reference to a linked account is written as; null while there is no account, or none with an e-mail. */
export function referenceValue(form: ReferenceForm, account: ReferencedAccount | undefined): string | null {
  return (form === 'id' ? account?.target_id : account?.email) ?? null;
}

/** Sentences for the reasons to leave an object alone. */
export const BECAUSE: Readonly<Record<NoActionReason, string>> = {
  unchanged: 'The target already holds these values.',
  notAssigned: 'Not assigned to the application, and never provisioned.',
  outOfScope: 'Excluded by the scoping filters, and never provisioned.',
  blockedAndNeverProvisioned: 'Blocked from sign-in (accountEnabled is false), so no account is created.',
  deletedAndNeverProvisioned: 'Deleted in the directory, and never provisioned.',
  alreadyDisabled: 'The account is already disabled.',
  deprovisioned: 'What the lifecycle policy asks for is done already.',
  lifecycleSaysNothing: 'The lifecycle policy says to do nothing about this event.',
  flowTypesExclude: 'The flow types of the mapping exclude this action.',
  goneFromTarget: 'The account no longer exists in the target, so there is nothing to disable.',
  ignoredByExpression: 'An expression said to leave this object alone (IgnoreObjectFlow).',
  protected: 'The account is protected by the configuration (protect).',
  unstable: 'The target keeps changing what is written; it is written again when another value is wanted.',
  notReadYet: 'Assigned, but Microsoft Graph does not return the object yet.',
};
