// A careful start (--limit): only so many objects are created, changed or removed in one cycle, and what is left is planned
// afresh by the next one, so that no guard is passed twice on one verdict and nothing old is sent.
import type { ObjectKind } from '../model/directory.ts';
import type { ObjectReport } from '../model/object-report.ts';
import type { DesiredAttribute } from '../scim/desired.ts';
import { membersToAdd, membersToRemove } from '../store/members.ts';
import { type CycleContext, settling } from './context.ts';
import type { ChangeOutcome } from './execute.ts';
import { giveUp } from './give-up.ts';

/** An object that something was sent for. */
export interface SentObject {
  readonly kind: ObjectKind;
  readonly id: string;
  readonly displayName: string | null;
  readonly targetId: string;
  readonly action: ChangeOutcome['change']['action'];
  readonly written: readonly DesiredAttribute[];
  readonly redacted: readonly string[];
  /** Whether the answer to the request showed already that something was not applied. */
  readonly warned: boolean;
}

/** Which objects may still be sent, and what was sent. */
export class CarefulStart {
  readonly #limit: number;
  readonly #admitted = new Set<string>();
  readonly #refused = new Set<string>();
  readonly #sent = new Map<string, SentObject>();
  /** Objects that are left for the next cycle; known when everything is applied. */
  left = 0;
  /** What the target holds of everything that was sent; known when it was read back. */
  reports: readonly ObjectReport[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many more objects may be sent. */
  get room(): number {
    return Math.max(0, this.#limit - this.#admitted.size);
  }

  /** How many objects were admitted, those that then failed included. */
  get admitted(): number {
    return this.#admitted.size;
  }

  /** How many objects were turned away. */
  get refused(): number {
    return this.#refused.size;
  }

  /** Whether something may be sent for an object; one that was admitted stays so. */
  admits(kind: ObjectKind, id: string): boolean {
    const key = `${kind} ${id}`;
    if (this.#admitted.has(key)) return true;
    if (this.room === 0) {
      this.#refused.add(key);
      return false;
    }
    this.#admitted.add(key);
    return true;
  }

  /** Takes what became of a change. */
  note({ change, fault, targetId, adopted, written, payload, warning }: ChangeOutcome): void {
    if (fault !== null || targetId === null) return;
    this.add({
      kind: change.kind as ObjectKind,
      id: change.source_id,
      displayName: change.display_name,
      targetId,
      action: adopted ? 'adopt' : change.action,
      written,
      redacted: payload.redacted,
      warned: warning !== null,
    });
  }

  /** Takes what was written, also in several requests. */
  add(sent: SentObject): void {
    const key = `${sent.kind} ${sent.id}`;
    const before = this.#sent.get(key);
    this.#sent.set(key, before === undefined ? sent : { ...before, written: [...before.written, ...sent.written] });
  }

  /** Everything that was sent. */
  get sent(): readonly SentObject[] {
    return [...this.#sent.values()];
  }
}

/** Whether something may be sent for an object in this cycle. */
export function admits(
  { careful, approved }: Pick<CycleContext, 'careful' | 'approved'>,
  kind: ObjectKind,
  id: string,
): boolean {
  if (approved !== null) return approved.sends(kind, id);
  return careful === null || careful.admits(kind, id);
}

/** Whether the members of a group may be completed: always when there is nothing to send for them. */
export async function admitsMembers(
  context: CycleContext,
  group: { readonly id: string; readonly members_verify: number },
): Promise<boolean> {
  const { careful, approved, io, job } = context;
  if (approved !== null) return approved.membersOf(group.id) !== undefined || approved.takesOutOfGroups;
  if (careful === null) return true;
  const { db } = io.store;
  const isInStep =
    group.members_verify === 0 &&
    (await membersToAdd(db, job.id, group.id, '', 1)).length === 0 &&
    (await membersToRemove(db, job.id, group.id, '', 1)).length === 0;
  return isInStep || careful.admits('group', group.id);
}

/** What was let through and not sent is given up as a request and planned afresh; an approval stays one. */
export async function leaveTheRest(context: CycleContext, careful: CarefulStart): Promise<void> {
  const { job, io } = context;
  await settling(context, async (trx) => {
    const left = await giveUp(trx, job.id, 'pending', io.clock.now().getTime());
    careful.left = left + careful.refused;
  });
}
