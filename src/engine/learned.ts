// What the target's answers taught the client, kept in the store, so that the next process need not be refused again first.
import { updateJob } from '../store/jobs.ts';
import { type CycleContext, settling } from './context.ts';

/** Keeps what was learned since the last time; nothing is written when nothing was. */
export async function keepLearned(context: CycleContext): Promise<void> {
  const { learned } = context.io.target;
  // A dialect that adapts to nothing has learned nothing, and keeps what was learned before.
  if (learned === context.learned || !context.job.strategy.adapts) return;
  context.learned = learned;
  await settling(context, (trx) => updateJob(trx, context.job.id, { learned: JSON.stringify(learned) }));
}
