// Held changes as sets: all changes of one guard class of a job. The id of a set says its class, its size and a hash of
// its change ids, so that an approval means what was shown and nothing else.
import { createHash } from 'node:crypto';
import { pageChanges, setStatus } from '../store/changes.ts';
import type { Db, Store } from '../store/database.ts';
import type { ChangeTable } from '../store/schema.ts';

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
  /** What would change of who the account is; values that must not be shown are `[Redact]`. */
  readonly identity?: readonly IdentityChange[];
  readonly heldSince: string;
}

/** One value that would change. */
export interface IdentityChange {
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
  const byClass = new Map<string, ChangeTable[]>();
  for (let after = ''; ; ) {
    const page = await pageChanges(db, jobId, ['staged'], after, PAGE);
    const last = page.at(-1);
    if (last === undefined) break;
    for (const change of page) {
      const key = change.guard_class ?? 'other';
      const list = byClass.get(key);
      if (list === undefined) byClass.set(key, [change]);
      else list.push(change);
    }
    after = last.id;
  }
  return [...byClass].map(([guardClass, changes]) => heldSet(jobId, guardClass, changes));
}

function heldSet(jobId: string, guardClass: string, changes: readonly ChangeTable[]): HeldSet {
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

function heldChange(change: ChangeTable): HeldChange {
  const identity = identityOf(change);
  return {
    changeId: change.id,
    objectId: change.source_id,
    kind: change.kind,
    displayName: change.display_name,
    action: change.action,
    event: change.event,
    amount: change.amount,
    ...(identity.length === 0 ? {} : { identity }),
    heldSince: new Date(change.created_at).toISOString(),
  };
}

/** What is shown of the content of a change; everything else of it stays in the store. */
interface ShownPayload {
  readonly identity?: readonly string[];
  readonly redacted?: readonly string[];
  readonly differences?: readonly {
    readonly path: { readonly text: string };
    readonly oldValue?: unknown;
    readonly newValue: unknown;
  }[];
}

function identityOf({ payload: text }: ChangeTable): IdentityChange[] {
  const { identity = [], redacted = [], differences = [] } = JSON.parse(text ?? '{}') as ShownPayload;
  return differences.flatMap(({ path, oldValue, newValue }) => {
    if (!identity.includes(path.text)) return [];
    const shown = (value: unknown) => (redacted.includes(path.text) ? '[Redact]' : valueText(value));
    return [{ attribute: path.text, oldValue: shown(oldValue), newValue: shown(newValue) }];
  });
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

/** What is to be approved: one set exactly as it was shown, or the changes of some objects. */
export type Approval = { readonly set: string } | { readonly objects: readonly string[] };

/** Outcome of an approval; nothing is approved when it is refused. */
export type ApprovalResult =
  | { readonly ok: true; readonly approved: readonly HeldChange[] }
  | { readonly ok: false; readonly message: string };

/** Approves in one transaction, so that what is compared is what is approved. */
export function approveHeld(store: Store, jobId: string, approval: Approval): Promise<ApprovalResult> {
  return store.transaction(async (trx) => {
    const result = selectHeld(await readHeldSets(trx, jobId), approval);
    if (!result.ok) return result;
    const ids = result.approved.map((change) => change.changeId);
    for (let from = 0; from < ids.length; from += PAGE) await setStatus(trx, ids.slice(from, from + PAGE), 'approved');
    return result;
  });
}

/** The held changes that an approval means, or why it is refused. */
function selectHeld(sets: readonly HeldSet[], approval: Approval): ApprovalResult {
  return 'set' in approval ? selectSet(sets, approval.set) : selectObjects(sets, approval.objects);
}

function selectSet(sets: readonly HeldSet[], id: string): ApprovalResult {
  const found = sets.find((each) => each.set === id);
  if (found !== undefined) return { ok: true, approved: found.changes };
  const [, guardClass, size] = /^([A-Za-z]+)-(\d+)-[0-9a-f]{10}$/.exec(id) ?? [];
  if (guardClass === undefined || size === undefined)
    return { ok: false, message: `${JSON.stringify(id)} is not the id of a set.` };
  const now = sets.find((each) => each.guardClass === guardClass);
  if (now === undefined) return { ok: false, message: `Nothing is held in ${guardClass} any more.` };
  return { ok: false, message: `The set has changed since it was shown: ${differenceText(Number(size), now.count)}.` };
}

function differenceText(shown: number, now: number): string {
  if (now === shown) return `it holds ${now} changes as before, but not the same ones`;
  const difference = now > shown ? `${now - shown} more` : `${shown - now} fewer`;
  return `it held ${shown}, now it holds ${now} (${difference})`;
}

function selectObjects(sets: readonly HeldSet[], objects: readonly string[]): ApprovalResult {
  const wanted = new Set(objects);
  const approved = sets.flatMap((set) => set.changes.filter((change) => wanted.has(change.objectId)));
  for (const change of approved) wanted.delete(change.objectId);
  if (wanted.size === 0) return { ok: true, approved };
  const names = [...wanted].map((id) => JSON.stringify(id)).join(', ');
  return { ok: false, message: `Nothing is held for an object with the id ${names}; names are not taken here.` };
}
