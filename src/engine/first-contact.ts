// The first contact of a job with its target: how many accounts there are, and how many of the people in scope have one.
// Whether creations are held for it is decided by the gate.
import { planReportSchema } from '../model/plan-report.ts';
import type { FirstContactNumbers } from '../rules/first-contact.ts';
import { countByAction } from '../store/change-counts.ts';
import { readJob } from '../store/jobs.ts';
import { countLinks } from '../store/links.ts';
import { countPeopleInScope } from '../store/object-counts.ts';
import { type CycleContext, planMark } from './context.ts';

/** Sets what the gate has to know of a first contact. */
export async function meetTarget(context: CycleContext): Promise<void> {
  if (!context.contacting) return;
  context.firstContact = await readNumbers(context);
}

async function readNumbers(context: CycleContext): Promise<FirstContactNumbers | null> {
  const { job, io } = context;
  const { db } = io.store;
  const accounts = context.announcedAccounts ?? (await accountsSeenBefore(context));
  if (accounts === null) return null;
  const statuses = [planMark(context).status, 'pending', 'staged', 'approved'] as const;
  const adopted = (await countByAction(db, job.id, statuses, { kind: 'user' })).get('adopt') ?? 0;
  const matched = (await countLinks(db, job.id, 'user', false)) + adopted;
  const inScope = await countPeopleInScope(db, job.id);
  return { accounts, unmatchedAccounts: Math.max(0, accounts - matched), inScope, matched };
}

/** What an earlier cycle of the same first contact was told. */
async function accountsSeenBefore(context: CycleContext): Promise<number | null> {
  const { match_report: text } = await readJob(context.io.store.db, context.job.id);
  return text === null ? null : (planReportSchema.parse(JSON.parse(text)).matching?.accounts ?? null);
}
