// The class in which a change is counted, and whether an earlier verdict about it still stands.
import type { ActionName, GuardClass } from '../model/cycle.ts';
import type { ObjectKind } from '../model/directory.ts';
import type { Guards } from '../model/job.ts';
import type { TargetProfile } from '../model/profile.ts';
import type { AttributeDifference } from '../scim/diff.ts';
import { stableHash, stableJson } from './stable-json.ts';

/** What is known of a change when its class is decided. */
export interface ChangeFacts {
  readonly kind: ObjectKind;
  readonly action: ActionName;
  /** The class of the event that removes somebody; null for everything else. */
  readonly removal: GuardClass | null;
  /** True when an account was linked and is not there any more, or when an earlier cycle held this creation. */
  readonly shouldExist: boolean;
  /** True when the account that would be adopted is inactive, and may be a namesake's. */
  readonly revives: boolean;
  /** True when an existing account would become somebody else in the eyes of the target (identity.ts). */
  readonly changesIdentity: boolean;
  /** True when a changed configuration is, or may be, why the change is due. */
  readonly byConfiguration: boolean;
}

/** The class of a change; null when no guard counts it. What cannot be taken back comes before why it happens. */
export function classOfChange(
  facts: ChangeFacts,
  irreversible: TargetProfile['irreversible'],
  policy: Guards['irreversible'],
): GuardClass | null {
  const { action, kind } = facts;
  if ((action === 'disable' || action === 'delete') && policy === 'stage' && irreversible.includes(action))
    return 'irreversible';
  if (facts.removal !== null) return facts.removal;
  if (action === 'create') return kind === 'user' && facts.shouldExist ? 'creates' : null;
  if (kind === 'user' && facts.revives) return 'revivals';
  if (kind === 'user' && facts.changesIdentity) return 'identity';
  return facts.byConfiguration && (action === 'update' || action === 'enable') ? 'updates' : null;
}

/** What a change is, as far as an approval or a hold is about it. */
export interface JudgedChange {
  readonly action: string;
  readonly guardClass: GuardClass | null;
  readonly targetId?: string | null;
  /** The differences that change an identity. */
  readonly identity: readonly Pick<AttributeDifference, 'path' | 'newValue'>[];
}

/** What becomes of an earlier verdict. */
export type Standing = 'approved' | 'rejected' | 'held' | 'new';

/**
 * Whether what was decided about an earlier plan of the same object holds for the new one. An approval is for the action,
 * and for the names or the account that were shown; so is a rejection, which is for its reason as well. A hold is for the
 * action and its reason, and ends by a decision only.
 */
export function standingOf(
  earlier: (JudgedChange & { readonly status: string }) | undefined,
  now: JudgedChange,
): Standing {
  if (earlier === undefined || earlier.action !== now.action) return 'new';
  if (earlier.status === 'approved') return isCovered(earlier, now) ? 'approved' : 'new';
  if (now.guardClass === null || earlier.guardClass !== now.guardClass) return 'new';
  if (earlier.status === 'rejected') return isCovered(earlier, now) ? 'rejected' : 'held';
  return earlier.status === 'staged' ? 'held' : 'new';
}

/** Hash of the names, ids and addresses that would change; empty where none would. */
export function shownHash(identity: JudgedChange['identity']): string {
  if (identity.length === 0) return '';
  return stableHash(Object.fromEntries(identity.map(({ path, newValue }) => [path.text, newValue])));
}

/**
 * Whether a change is what somebody saw of a held configuration and approved with it: the same action, and the names that
 * were shown. Which account would be adopted was not shown, so nobody's is.
 */
export function wasShown(shown: { readonly action: string; readonly shown: string }, now: JudgedChange): boolean {
  if (shown.action !== now.action || now.guardClass === 'revivals') return false;
  return now.guardClass !== 'identity' || shown.shown === shownHash(now.identity);
}

function isCovered(earlier: JudgedChange, now: JudgedChange): boolean {
  if (now.guardClass === 'revivals') return earlier.targetId === now.targetId;
  if (now.guardClass !== 'identity') return true;
  const shown = new Map(earlier.identity.map(({ path, newValue }) => [path.text, stableJson(newValue)]));
  return now.identity.every(({ path, newValue }) => shown.get(path.text) === stableJson(newValue));
}
