// Stage 4: planned changes go to the target, phase by phase.
import { PHASES } from '../model/cycle.ts';
import { releaseApproved, reportApproved } from './approved-plan.ts';
import { leaveTheRest } from './careful-start.ts';
import { type CycleContext, settling } from './context.ts';
import { drainPhase } from './drain-phase.ts';
import type { GuardVerdicts } from './gate.ts';
import { giveUp } from './give-up.ts';
import { releaseAndHold } from './hold.ts';
import { keepLearned } from './learned.ts';
import { completeMemberships } from './memberships.ts';
import { completeReferences } from './references.ts';

/** Carries out what the gate lets through, in the order of the phases. */
export async function applyChanges(context: CycleContext, verdicts: GuardVerdicts): Promise<void> {
  context.io.progress({ jobId: context.job.id, stage: 'apply', done: 0, total: null });
  if (context.approved === null) await releaseAndHold(context, verdicts);
  else await releaseApproved(context, context.approved);
  await sendReleased(context);
  if (context.approved !== null) await reportApproved(context, context.approved);
}

/** Sends what was let through, phase by phase. */
export async function sendReleased(context: CycleContext): Promise<void> {
  for (const phase of PHASES) {
    if (context.failsTooMuch) break;
    if (phase === 'references') {
      await completeReferences(context);
      await completeMemberships(context);
      await keepLearned(context);
    } else await drainPhase(context, PHASES.indexOf(phase));
  }
  if (context.careful !== null) await leaveTheRest(context, context.careful);
  else if (context.failsTooMuch) await leaveUnsent(context);
}

async function leaveUnsent(context: CycleContext): Promise<void> {
  const { job, io } = context;
  await settling(context, (trx) => giveUp(trx, job.id, 'pending', io.clock.now().getTime()));
}
