// The first contact of a job with its target: how many accounts there are, and how many of the people in scope have one.
// Whether creations are held for it is decided by the gate.
import { planReportSchema } from '../model/plan-report.ts';
import { type FirstContactNumbers, judgeFirstContact } from '../rules/first-contact.ts';
import { countByAction } from '../store/change-counts.ts';
import { readJob } from '../store/jobs.ts';
import { countLinks, countMadeLinks } from '../store/links.ts';
import { countInScope } from '../store/object-counts.ts';
import { type CycleContext, planMark } from './context.ts';

/**
 * Whether the first contact is over when a cycle that wrote ends: somebody was in scope, and most of them have an account
 * now, or there were none that they should have had. A cycle in which nobody was assigned yet, or everybody failed, met
 * nobody; what it could not judge is judged by the next one.
 */
export async function hasMetTarget(context: CycleContext): Promise<boolean> {
  const numbers = await readNumbers(context);
  if (numbers !== null && numbers.inScope > 0) return !judgeFirstContact(numbers).held;
  return (await countLinks(context.io.store.db, context.job.id, 'user', false)) > 0;
}

/** Sets what the gate has to know of a first contact. */
export async function meetTarget(context: CycleContext): Promise<void> {
  if (!context.contacting) return;
  context.firstContact = await readNumbers(context);
}

async function readNumbers(context: CycleContext): Promise<FirstContactNumbers | null> {
  const { job, io } = context;
  const { db } = io.store;
  const accounts =
    context.announcedAccounts ?? (await accountsSeenBefore(context)) ?? (await accountsAnnounced(context));
  if (accounts === null) return null;
  const statuses = [planMark(context).status, 'pending', 'staged', 'approved', 'rejected'] as const;
  const adopted = (await countByAction(db, job.id, statuses, { kind: 'user' })).get('adopt') ?? 0;
  const linked = await countLinks(db, job.id, 'user', false);
  // An account that this job made (on demand, with --limit) proves nothing about the matching of the others.
  const made = await countMadeLinks(db, job.id);
  const inScope = Math.max(0, (await countInScope(db, job.id, 'user')) - made);
  const matched = linked - made + adopted;
  return { accounts, unmatchedAccounts: Math.max(0, accounts - linked - adopted), inScope, matched };
}

/** What an earlier cycle of the same first contact was told. */
async function accountsSeenBefore(context: CycleContext): Promise<number | null> {
  const { match_report: text } = await readJob(context.io.store.db, context.job.id);
  return text === null ? null : (planReportSchema.parse(JSON.parse(text)).matching?.accounts ?? null);
}

/**
 * What the target announces now, when creations were planned by a process that died before they were judged: the list that
 * they were planned with is gone.
 */
async function accountsAnnounced({ job, io, carriesOut }: CycleContext): Promise<number | null> {
  if (!carriesOut || job.strategy.matching === 'query') return null;
  const planned = await countByAction(io.store.db, job.id, ['planned'], { kind: 'user' });
  if ((planned.get('create') ?? 0) === 0) return null;
  for await (const page of io.target.list('User', io.signal)) return Math.max(page.totalResults, page.resources.length);
  return 0;
}
