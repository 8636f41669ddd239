// Held changes as sets: all changes of one guard class of a job. The id of a set says its class, its size and a hash of
// its change ids, so that an approval means what was shown and nothing else.
import { createHash } from 'node:crypto';
import type { ChangeStatus } from '../model/cycle.ts';
import type { StoredChange } from '../store/change-tables.ts';
import { pageChanges } from '../store/changes.ts';
import type { Db } from '../store/database.ts';
import { isOfMembers } from '../store/membership-changes.ts';

/** One held change. */
export interface HeldChange {
  readonly changeId: string;
  readonly objectId: string;
  readonly kind: string;
  readonly displayName: string | null;
  readonly action: string;
  /** Why: unassigned, blocked, softDeleted … */
  readonly event: string | null;
  /** How many things it counts as: the memberships that a group would lose, otherwise 1. */
  readonly amount: number;
  /** True when it is about members of the group that somebody has undone. */
  readonly undoneMembers?: true;
  /** What would change of who the account is; values that must not be shown are `[Redact]`. */
  readonly identity?: readonly AttributeChange[];
  /** What would change of an account whose update a changed configuration has caused. */
  readonly updates?: readonly AttributeChange[];
  readonly heldSince: string;
  /** True when a changed configuration is, or may be, why. */
  readonly byConfiguration: boolean;
}

/** One value that would change. */
export interface AttributeChange {
  readonly attribute: string;
  readonly oldValue: string | null;
  readonly newValue: string | null;
}

/** All held changes of one class. */
export interface HeldSet {
  readonly set: string;
  readonly jobId: string;
  readonly guardClass: string;
  /** Changes; for memberships, how many of these. */
  readonly count: number;
  /** ISO time of the oldest change. */
  readonly oldest: string;
  readonly changes: readonly HeldChange[];
}

const PAGE = 500;

/** The held sets of a job, by class. */
export async function readHeldSets(db: Db, jobId: string): Promise<HeldSet[]> {
  return heldSets(jobId, await readChanges(db, jobId, ['staged']));
}

/** All changes of a job with these statuses. */
export async function readChanges(db: Db, jobId: string, statuses: readonly ChangeStatus[]): Promise<StoredChange[]> {
  const changes: StoredChange[] = [];
  for (let after = ''; ; ) {
    const page = await pageChanges(db, jobId, statuses, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) return changes;
    changes.push(...page);
    after = last.id;
  }
}

/** Held changes as sets. */
export function heldSets(jobId: string, held: readonly StoredChange[]): HeldSet[] {
  const byClass = Map.groupBy(held, (change) => change.guard_class ?? 'other');
  return [...byClass].map(([guardClass, changes]) => heldSet(jobId, guardClass, changes));
}

function heldSet(jobId: string, guardClass: string, changes: readonly StoredChange[]): HeldSet {
  const oldest = changes.reduce((earliest, each) => Math.min(earliest, each.created_at), Number.POSITIVE_INFINITY);
  const count = changes.reduce((sum, each) => sum + each.amount, 0);
  return {
    set: setId(
      guardClass,
      changes.map((change) => change.id),
      count,
    ),
    jobId,
    guardClass,
    count,
    oldest: new Date(oldest).toISOString(),
    changes: changes.map(heldChange),
  };
}

/** One change as it is shown. */
export function heldChange(change: StoredChange): HeldChange {
  const { identity: names = [], redacted = [], differences = [] } = shownPayload(change);
  const identity = differences.filter(({ path }) => names.includes(nameOf(path))).map((each) => shown(each, redacted));
  const updates = change.guard_class === 'updates' ? differences.map((each) => shown(each, redacted)) : [];
  return {
    changeId: change.id,
    objectId: change.source_id,
    kind: change.kind,
    displayName: change.display_name,
    action: change.action,
    event: change.event,
    amount: change.amount,
    ...(change.guard_class === 'undone' && isOfMembers(change) ? { undoneMembers: true as const } : {}),
    ...(identity.length === 0 ? {} : { identity }),
    ...(updates.length === 0 ? {} : { updates }),
    heldSince: new Date(change.created_at).toISOString(),
    byConfiguration: change.by_configuration === 1,
  };
}

/** A name, or a path written out. */
type StoredPath = string | { readonly text: string };

const nameOf = (path: StoredPath): string => (typeof path === 'string' ? path : path.text);

/** What is shown of the content of a change; everything else of it stays in the store. */
interface ShownPayload {
  readonly identity?: readonly string[];
  readonly redacted?: readonly string[];
  readonly differences?: readonly {
    readonly path: StoredPath;
    readonly oldValue?: unknown;
    readonly newValue: unknown;
  }[];
}

function shownPayload({ payload }: StoredChange): ShownPayload {
  return JSON.parse(payload ?? '{}') as ShownPayload;
}

function shown(
  { path, oldValue, newValue }: NonNullable<ShownPayload['differences']>[number],
  redacted: readonly string[],
): AttributeChange {
  const attribute = nameOf(path);
  const text = (value: unknown) => (redacted.includes(attribute) ? '[Redact]' : valueText(value));
  return { attribute, oldValue: text(oldValue), newValue: text(newValue) };
}

function valueText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `leavers-12-3f2a9c01d4`: the same changes have the same id in whatever order. */
export function setId(guardClass: string, changeIds: readonly string[], count = changeIds.length): string {
  const hash = createHash('sha256').update(changeIds.toSorted().join('\n')).digest('hex').slice(0, 10);
  return `${guardClass}-${count}-${hash}`;
}
