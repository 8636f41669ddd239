// The queue side of change rows: which of the changes that were let through may be sent now.
import { sql } from 'kysely';
import { changesWithContent } from './change-content.ts';
import type { StoredChange } from './change-tables.ts';
import type { Db } from './database.ts';

/**
 * The next changes of a phase that may be sent, in id order after `after`: those that wait for nobody, or whose manager has
 * an account by now; of one cycle only when given. Begin again when there are none left: those that were passed over may
 * be ready then.
 */
export async function pageReady(
  db: Db,
  jobId: string,
  phase: number,
  limit: number,
  after = '',
  cycleId?: string,
): Promise<StoredChange[]> {
  return pendingOf(db, jobId, phase, cycleId)
    .where((eb) =>
      eb.or([
        eb('waits_for', 'is', null),
        eb.exists(
          eb
            .selectFrom('link')
            .select('link.target_id')
            .where('link.job_id', '=', jobId)
            .where('link.kind', '=', 'user')
            .whereRef('link.source_id', '=', 'change.waits_for'),
        ),
      ]),
    )
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute();
}

/** Changes of a phase that wait for one of these people, in id order; of one cycle only when given. */
export async function pageWaitingFor(
  db: Db,
  jobId: string,
  phase: number,
  people: readonly string[],
  limit: number,
  cycleId?: string,
): Promise<StoredChange[]> {
  return pendingOf(db, jobId, phase, cycleId).where('waits_for', 'in', people).orderBy('id').limit(limit).execute();
}

function pendingOf(db: Db, jobId: string, phase: number, cycleId: string | undefined) {
  const pending = changesWithContent(db)
    .where('job_id', '=', jobId)
    .where('status', '=', 'pending')
    .where('phase', '=', phase);
  return cycleId === undefined ? pending : pending.where('cycle_id', '=', cycleId);
}

/**
 * Frees changes that wait for somebody who will not come: whoever waits for nobody pending; if all wait for each other
 * (a cycle in the hierarchy), one of them. Returns how many were freed.
 */
export async function freeWaiting(db: Db, jobId: string, phase: number, cycleId?: string): Promise<number> {
  const own = cycleId === undefined ? sql`` : sql`and change.cycle_id = ${cycleId}`;
  const awaited = cycleId === undefined ? sql`` : sql`and awaited.cycle_id = ${cycleId}`;
  // The awaited ones are listed once: asked for one by one, they are found by their status, among all that are pending.
  const stranded = await sql`
    update change set waits_for = null
    where job_id = ${jobId} and status = 'pending' and phase = ${phase} and waits_for is not null ${own}
      and waits_for not in (
        select awaited.source_id from change as awaited where awaited.job_id = ${jobId} and awaited.kind = 'user'
          and awaited.status = 'pending' and awaited.phase = ${phase} ${awaited})`.execute(db);
  if ((stranded.numAffectedRows ?? 0n) > 0n) return Number(stranded.numAffectedRows);
  const id = await oneOfACycle(db, jobId, phase, cycleId);
  if (id === undefined) return 0;
  await db.updateTable('change').set({ waits_for: null }).where('id', '=', id).execute();
  return 1;
}

/** All that wait, wait for each other: who is met twice on the way up is part of the cycle, not one of those below it. */
async function oneOfACycle(
  db: Db,
  jobId: string,
  phase: number,
  cycleId: string | undefined,
): Promise<string | undefined> {
  let waiting = db
    .selectFrom('change')
    .select(['id', 'source_id', 'waits_for'])
    .where('job_id', '=', jobId)
    .where('status', '=', 'pending')
    .where('phase', '=', phase)
    .where('waits_for', 'is not', null);
  if (cycleId !== undefined) waiting = waiting.where('cycle_id', '=', cycleId);
  const met = new Set<string>();
  let change = await waiting.orderBy('id').limit(1).executeTakeFirst();
  while (change !== undefined && !met.has(change.id)) {
    met.add(change.id);
    const next = await waiting
      .where('kind', '=', 'user')
      .where('source_id', '=', change.waits_for ?? '')
      .executeTakeFirst();
    if (next === undefined) break;
    change = next;
  }
  return change?.id;
}
