// The gate between plan and apply: judges each class of removals as a whole. It only judges; apply.ts carries it out.
import type { GuardClass } from '../model/cycle.ts';
import { evaluateGuard, type GuardVerdict, holdTogether } from '../rules/guard.ts';
import { countRemovals, countRemovalsSince } from '../store/changes.ts';
import { countLinks } from '../store/links.ts';
import type { CycleContext } from './context.ts';

/** The verdict per class, and how many planned removals are held by it. */
export interface RemovalVerdicts {
  readonly byClass: ReadonlyMap<GuardClass, GuardVerdict>;
  readonly heldPlanned: number;
}

const CLASSES = ['leavers', 'scopeLosses', 'groupDeletes'] as const;
const DAY_MS = 24 * 3_600_000;

/** Judges the planned removals of this cycle. */
export async function gateRemovals(context: CycleContext): Promise<RemovalVerdicts> {
  const { job, io } = context;
  const { db } = io.store;
  const planned = await countRemovals(db, job.id, 'planned');
  const held = await countRemovals(db, job.id, 'staged');
  // Let through by a cycle that ended before it could send them.
  const pending = await countRemovals(db, job.id, 'pending');
  const recent = await countRemovalsSince(db, job.id, io.clock.now().getTime() - DAY_MS);
  const users = await countLinks(db, job.id, 'user', true);
  const groups = await countLinks(db, job.id, 'group', true);
  const verdicts = new Map<GuardClass, GuardVerdict>();
  for (const each of CLASSES) {
    const numbers = {
      planned: planned.get(each) ?? 0,
      held: (held.get(each) ?? 0) + (pending.get(each) ?? 0),
      recent: recent.get(each) ?? 0,
      linkedActive: each === 'groupDeletes' ? groups : users,
    };
    verdicts.set(each, evaluateGuard(each, job.settings.guards[each], numbers));
  }
  const byClass = holdTogether(verdicts);
  let heldPlanned = 0;
  for (const [each, verdict] of byClass) {
    const removals = planned.get(each) ?? 0;
    if (!verdict.held || removals === 0) continue;
    heldPlanned += removals;
    io.log.warn({ jobId: job.id, cycleId: context.cycleId, guard: each, removals }, `held: ${verdict.because}`);
  }
  return { byClass, heldPlanned };
}
