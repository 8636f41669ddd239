// Groups that may differ from the target and turn out not to: nothing is to be sent for them.
import type { Db } from '../store/database.ts';
import { clearEscrow, findEscrows } from '../store/escrows.ts';
import { groupsKeepingHeld, groupsWithDueMembers, settleApprovedHolds } from '../store/groups-in-step.ts';
import { updateObjects } from '../store/source-objects.ts';
import { breathe, type CycleContext, settling } from './context.ts';

/** Groups that are looked at together. */
const AT_ONCE = 64;

interface Group {
  readonly id: string;
  /** 1 when its members are to be compared with what the target says. */
  readonly members_verify: number;
}

/** Settles the groups that are in step already, many in a transaction. Answers the rest. */
export async function settleInStep<T extends Group>(
  context: CycleContext,
  groups: readonly T[],
): Promise<readonly T[]> {
  const { job } = context;
  // A plan file sends what it names, and leaves other groups as they are.
  if (context.approved !== null) return groups;
  const left: T[] = [];
  for (let from = 0; from < groups.length; from += AT_ONCE) {
    const slice = groups.slice(from, from + AT_ONCE);
    const known = slice.filter((group) => group.members_verify === 0).map(({ id }) => id);
    const inStep = await settling(context, async (trx) => {
      const due = await groupsWithDueMembers(trx, job.id, known);
      const ids = known.filter((id) => !due.has(id));
      await markInStep(trx, context, ids);
      await clearMembersEscrow(trx, context, ids);
      return new Set(ids);
    });
    left.push(...slice.filter(({ id }) => !inStep.has(id)));
    await breathe(context);
  }
  return left;
}

/** Notes that the members of these groups are in step; those with members who are held as they are will be looked at again. */
export async function markInStep(trx: Db, { job, io }: CycleContext, ids: readonly string[]): Promise<void> {
  await settleApprovedHolds(trx, job.id, ids, io.clock.now().getTime());
  const keeping = await groupsKeepingHeld(trx, job.id, ids);
  const settled = ids.filter((id) => !keeping.has(id));
  await updateObjects(trx, job.id, 'group', settled, { members_dirty: 0 });
}

/** The members of these groups are in step: they wait for nothing more, unless their own change failed in this cycle. */
export async function clearMembersEscrow(trx: Db, context: CycleContext, ids: readonly string[]): Promise<void> {
  const { job, timeBegan } = context;
  const escrows = await findEscrows(trx, job.id, 'group', ids);
  const began = Date.parse(timeBegan);
  const isOver = (id: string): boolean => {
    const escrow = escrows.get(id);
    return escrow !== undefined && (escrow.reference === 1 || escrow.next_attempt < began);
  };
  await clearEscrow(trx, job.id, 'group', ids.filter(isOver));
}
