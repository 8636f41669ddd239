// Decisions about held changes, as somebody called ana takes them.
import { type DecisionResult, decideHeld, type HeldChoice } from '../../src/cli/choose-held.ts';
import type { Store } from '../../src/store/database.ts';
import { DAY } from './fake-clock.ts';

/** Approves. */
export function approveHeld(store: Store, jobId: string, choice: HeldChoice): Promise<DecisionResult> {
  return decideHeld(store, jobId, choice, { verdict: 'approved', by: 'ana', at: 5_000, reason: 'meant', until: null });
}

/** Rejects for 30 days from a moment (milliseconds). */
export function rejectHeld(store: Store, jobId: string, choice: HeldChoice, at: number): Promise<DecisionResult> {
  return decideHeld(store, jobId, choice, {
    verdict: 'rejected',
    by: 'ana',
    at,
    reason: 'a slip',
    until: at + 30 * DAY,
  });
}
