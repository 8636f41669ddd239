// Daemons that work on this store, so that a due time can be told from a hope: each says once a minute that it runs.
import type { Db } from './database.ts';
import type { LeaseView } from './inventory.ts';

/** How long a daemon that says nothing more counts as running, in milliseconds. */
const SILENCE_MS = 3 * 60_000;

/** A daemon runs; what silent ones left behind goes. */
export async function announceDaemon(db: Db, owner: string, now: number): Promise<void> {
  await db
    .deleteFrom('daemon')
    .where('seen_at', '<', now - SILENCE_MS)
    .execute();
  await db
    .insertInto('daemon')
    .values({ owner, seen_at: now })
    .onConflict((conflict) => conflict.column('owner').doUpdateSet({ seen_at: now }))
    .execute();
}

/** A daemon stops. */
export async function retractDaemon(db: Db, owner: string): Promise<void> {
  await db.deleteFrom('daemon').where('owner', '=', owner).execute();
}

/** Whether a daemon runs on this store. */
export async function isDaemonRunning(db: Db, view: LeaseView): Promise<boolean> {
  const rows = await db
    .selectFrom('daemon')
    .selectAll()
    .where('seen_at', '>=', view.now - SILENCE_MS)
    .execute();
  return rows.some(({ owner }) => !view.isGone(owner));
}
