// A cycle that applies a plan file: everything is planned anew, and exactly those changes are let through that are still
// what somebody has seen. Whatever else is due is given up as a request and planned afresh by the next cycle, so that no
// leaver is lost; what is held stays held.
import type { AppliedChange, AppliedPlan, ApprovedChange, ApprovedOutcome } from '../model/approved-plan.ts';
import { OBJECT_KINDS, type ObjectKind } from '../model/directory.ts';
import { approveChange, giveUpChanges, statusesOf } from '../store/approved-changes.ts';
import type { StoredChange } from '../store/change-tables.ts';
import { pageChanges } from '../store/changes.ts';
import type { Db } from '../store/database.ts';
import { findEscrows } from '../store/escrows.ts';
import { approveHolds } from '../store/guarded-members.ts';
import { nextSequence } from '../store/jobs.ts';
import { isOfMembers } from '../store/membership-changes.ts';
import { findObjects, updateObjects } from '../store/source-objects.ts';
import type { ChangePayload } from './change-payload.ts';
import { type CycleContext, settling } from './context.ts';
import { holdMemberships } from './hold-members.ts';
import { payloadText, readPayload } from './payload-text.ts';
import { approvableChange, isBirth, listMemberships } from './plan-approval.ts';

const PAGE = 500;

/** Whom a change of a plan is about: an object, or the members of a group. */
function keyOf({ kind, id, action }: Pick<ApprovedChange, 'kind' | 'id' | 'action'>): string {
  return `${action === 'memberships' ? 'members' : kind} ${id}`;
}

/** The changes of a plan file during the cycle that applies it. */
export class ApprovedPlan {
  readonly #changes: ReadonlyMap<string, ApprovedChange>;
  readonly #since: number;
  /** Rows that were let through, by the key of their change. */
  readonly #rows = new Map<string, string>();
  readonly #different = new Map<string, Omit<ApprovedChange, 'hash'>>();
  readonly #rejected = new Set<string>();
  readonly #leavingGroups = new Set<string>();
  readonly #members = new Map<string, { readonly add: ReadonlySet<string>; readonly remove: ReadonlySet<string> }>();
  /** Changes that are due and were not let through; of these, those that the file does not name. */
  left = 0;
  unnamed = 0;
  /** What became of each change; known when everything is applied. */
  result: AppliedPlan | null = null;

  /** `since` is when the cycle was opened (milliseconds): only what was planned from then on is sent. */
  constructor(changes: readonly ApprovedChange[], since: number) {
    this.#since = since;
    this.#changes = new Map(changes.map((change) => [keyOf(change), change]));
  }

  /** Ids of the objects of a kind that the file names. */
  idsOf(kind: ObjectKind): string[] {
    return [...new Set([...this.#changes.values()].flatMap((each) => (each.kind === kind ? [each.id] : [])))];
  }

  /** People who get an account by a change of the file. */
  get newcomers(): ReadonlySet<string> {
    return new Set(
      [...this.#changes.values()].flatMap((each) => (each.kind === 'user' && isBirth(each.action) ? [each.id] : [])),
    );
  }

  /** Whether a change that is due now is what somebody has seen; remembers what it is instead. */
  approves(now: ApprovedChange, rowId: string | null): boolean {
    const key = keyOf(now);
    const seen = this.#changes.get(key);
    if (seen === undefined) return false;
    if (seen.hash !== now.hash) {
      const { hash: _, ...shown } = now;
      this.#different.set(key, shown);
      return false;
    }
    if (rowId !== null) this.#rows.set(key, rowId);
    else
      this.#members.set(now.id, {
        add: new Set(now.add?.map((each) => each.id)),
        remove: new Set(now.remove?.map((each) => each.id)),
      });
    return true;
  }

  /** Somebody rejected what the file may name. */
  reject(due: Parameters<typeof keyOf>[0]): void {
    this.#rejected.add(keyOf(due));
  }

  /** The person is taken out of groups by a change that was let through. */
  takeOutOfGroups(personId: string): void {
    this.#leavingGroups.add(personId);
  }

  /** Whether anybody is. */
  get takesOutOfGroups(): boolean {
    return this.#leavingGroups.size > 0;
  }

  /** Whether a person may be added to a group, or removed from it. */
  admitsMember(groupId: string, personId: string, side: 'add' | 'remove'): boolean {
    if (side === 'remove' && this.#leavingGroups.has(personId)) return true;
    return this.#members.get(groupId)?.[side].has(personId) === true;
  }

  /** Whether a row was planned by this cycle: somebody who cannot be planned now keeps an older one, which says nothing. */
  isNew({ created_at }: Pick<StoredChange, 'created_at'>): boolean {
    return created_at >= this.#since;
  }

  /** Counts a change that is due and is left for the next cycle. */
  leave(due: Parameters<typeof keyOf>[0]): void {
    this.left += 1;
    if (!this.#changes.has(keyOf(due))) this.unnamed += 1;
  }

  /** Whether something may be sent for a person in this cycle. */
  sends(kind: ObjectKind, id: string): boolean {
    return this.#rows.has(`${kind} ${id}`);
  }

  /** The members that may be added to a group and removed from it; undefined when nobody approved any. */
  membersOf(groupId: string): { readonly add: ReadonlySet<string>; readonly remove: ReadonlySet<string> } | undefined {
    return this.#members.get(groupId);
  }

  /** Every change of the file with the row that was let through for it, or what it would be now. */
  *entries(): Iterable<{
    readonly change: ApprovedChange;
    readonly rowId: string | undefined;
    readonly different: Omit<ApprovedChange, 'hash'> | undefined;
    readonly isRejected: boolean;
  }> {
    for (const [key, change] of this.#changes)
      yield {
        change,
        rowId: this.#rows.get(key),
        different: this.#different.get(key),
        isRejected: this.#rejected.has(key),
      };
  }
}

/** Everybody in the file is planned anew with the next planning, from what is known of them by then. */
export async function markApproved(trx: Db, jobId: string, plan: ApprovedPlan): Promise<void> {
  const sequence = await nextSequence(trx, jobId);
  for (const kind of OBJECT_KINDS) await updateObjects(trx, jobId, kind, plan.idsOf(kind), { changed_seq: sequence });
}

/** Lets through what is still as it was seen, and gives up what is not in the file. */
export async function releaseApproved(context: CycleContext, plan: ApprovedPlan): Promise<void> {
  const { job } = context;
  await settling(context, async (trx) => {
    for (let after = ''; ; ) {
      const page = await pageChanges(trx, job.id, ['planned', 'pending', 'staged', 'rejected'], after, PAGE);
      const last = page.at(-1);
      if (last === undefined) break;
      for (const row of page) if (row.status === 'rejected') plan.reject(dueOf(row));
      const due = page.filter((row) => row.status !== 'rejected' && !isOfMembers(row));
      await releasePage(trx, context, plan, due);
      after = last.id;
    }
    // What was held is brought up to date; nothing is held anew by this cycle.
    await holdMemberships(trx, context, false);
    for await (const due of listMemberships(trx, job, plan.newcomers)) {
      if (plan.approves(due, null)) await approveHolds(trx, job.id, due.id);
      else plan.leave(due);
    }
  });
}

async function releasePage(
  trx: Db,
  context: CycleContext,
  plan: ApprovedPlan,
  page: readonly StoredChange[],
): Promise<void> {
  const { job, io } = context;
  const given: StoredChange[] = [];
  for (const row of page) {
    if (plan.isNew(row) && plan.approves(approvableChange(job, row), row.id)) {
      const payload: ChangePayload = { ...(readPayload(row.payload) as ChangePayload), approved: true };
      await approveChange(trx, row, payloadText(payload), context.cycleId);
      if (payload.removesMemberships === true) plan.takeOutOfGroups(row.source_id);
    } else if (row.status !== 'staged') {
      given.push(row);
      plan.leave(dueOf(row));
    }
  }
  await giveUpChanges(trx, job.id, given, io.clock.now().getTime());
}

function dueOf(row: StoredChange): Parameters<typeof keyOf>[0] {
  const action = isOfMembers(row) ? 'memberships' : row.action;
  return { kind: row.kind as ObjectKind, id: row.source_id, action: action as ApprovedChange['action'] };
}

/** Says of each change of the file what became of it. */
export async function reportApproved(context: CycleContext, plan: ApprovedPlan): Promise<void> {
  const { db } = context.io.store;
  const entries = [...plan.entries()];
  const statuses = await statusesOf(
    db,
    entries.flatMap(({ rowId }) => rowId ?? []),
  );
  const still = await membershipsLeft(context, plan);
  const known = await knownObjects(context, plan);
  const changes: AppliedChange[] = [];
  for (const { change, rowId, different, isRejected } of entries) {
    const outcome = ((): ApprovedOutcome => {
      if (isRejected) return { outcome: 'rejected' };
      if (different !== undefined) return { outcome: 'different', now: different };
      const fault = known.faults.get(`${change.kind} ${change.id}`);
      const failed = fault === undefined ? null : ({ outcome: 'failed', because: fault } as const);
      if (change.action === 'memberships' && plan.membersOf(change.id) !== undefined)
        return still.has(change.id) ? (failed ?? { outcome: 'left' }) : { outcome: 'sent' };
      const status = rowId === undefined ? undefined : statuses.get(rowId);
      if (status === 'success') return { outcome: 'sent' };
      if (failed !== null) return failed;
      if (status !== undefined) return { outcome: 'left' };
      return { outcome: known.ids.has(`${change.kind} ${change.id}`) ? 'unnecessary' : 'unknown' };
    })();
    changes.push({ change, ...outcome });
  }
  plan.result = { changes, left: plan.unnamed };
  // What was sent by a configuration that the job has not taken is looked at again by the one that it works with.
  if (context.leavesConfiguration) await settling(context, (trx) => markApproved(trx, context.job.id, plan));
}

/** Approved groups of which something is still due. */
async function membershipsLeft(context: CycleContext, plan: ApprovedPlan): Promise<ReadonlySet<string>> {
  const left = new Set<string>();
  for await (const due of listMemberships(context.io.store.db, context.job, new Set())) {
    const allowed = plan.membersOf(due.id);
    const remains =
      due.add?.some((each) => allowed?.add.has(each.id) === true) === true ||
      due.remove?.some((each) => allowed?.remove.has(each.id) === true) === true;
    if (remains) left.add(due.id);
  }
  return left;
}

async function knownObjects(context: CycleContext, plan: ApprovedPlan) {
  const { job, io } = context;
  const ids = new Set<string>();
  const faults = new Map<string, string>();
  for (const kind of OBJECT_KINDS) {
    const named = plan.idsOf(kind);
    for (const id of (await findObjects(io.store.db, job.id, kind, named)).keys()) ids.add(`${kind} ${id}`);
    for (let from = 0; from < named.length; from += PAGE)
      for (const [id, row] of await findEscrows(io.store.db, job.id, kind, named.slice(from, from + PAGE)))
        faults.set(`${kind} ${id}`, `${row.code}: ${row.message}`);
  }
  return { ids, faults };
}
