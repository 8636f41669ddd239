// Stage 4: planned changes go to the target, phase by phase, through a bounded window. A change is marked `sent` before
// its request; its outcome, link, log entry and escrow are settled together in batches.
import { isWhole, PHASES } from '../model/cycle.ts';
import type { ObjectKind } from '../model/directory.ts';
import { judgeFailures } from '../rules/quarantine.ts';
import { countChanges, setStatus } from '../store/changes.ts';
import { findLinks } from '../store/links.ts';
import { countInScope } from '../store/object-counts.ts';
import { freeWaiting, pageReady } from '../store/ready-changes.ts';
import type { ChangeTable } from '../store/schema.ts';
import { releaseApproved, reportApproved } from './approved-plan.ts';
import { runBounded } from './bounded.ts';
import { ensureCapabilities } from './capabilities.ts';
import { leaveTheRest } from './careful-start.ts';
import type { ChangePayload } from './change-payload.ts';
import { breathe, type CycleContext, settling } from './context.ts';
import { type ChangeOutcome, executeChange, resolveDoubt } from './execute.ts';
import type { GuardVerdicts } from './gate.ts';
import { giveUp } from './give-up.ts';
import { releaseAndHold } from './hold.ts';
import { keepLearned } from './learned.ts';
import { completeMemberships } from './memberships.ts';
import { ownCycle } from './on-demand.ts';
import { judgeStanding } from './quarantine.ts';
import { completeReferences } from './references.ts';
import { settleOutcomes } from './settle-change.ts';
import { Settler } from './settler.ts';

const PAGE = 500;

/** With fewer failures the rest of a cycle is tried all the same: it costs little, and may succeed. */
const ENOUGH_FAILED = 200;

/** Carries out what the gate lets through, in the order of the phases. */
export async function applyChanges(context: CycleContext, verdicts: GuardVerdicts): Promise<void> {
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

/** Sends all changes of a phase; whoever waits for a manager goes when the manager has an account. */
async function drainPhase(context: CycleContext, phase: number): Promise<void> {
  const { job, io } = context;
  const own = ownCycle(context);
  const total = await countChanges(io.store.db, job.id, 'pending', phase, own);
  let done = 0;
  let after = '';
  for (;;) {
    const room = context.careful?.room ?? PAGE;
    if (room === 0) return;
    const page = await pageReady(io.store.db, job.id, phase, Math.min(PAGE, room), after, own);
    const begun = after !== '';
    after = page.at(-1)?.id ?? '';
    if (page.length === 0) {
      if (begun) continue;
      if ((await settling(context, (trx) => freeWaiting(trx, job.id, phase, own))) === 0) return;
      continue;
    }
    for (const change of page) context.careful?.admits(change.kind as ObjectKind, change.source_id);
    await ensureCapabilities(context);
    await sendPage(context, page);
    await keepLearned(context);
    done += page.length;
    io.progress({ jobId: job.id, stage: 'apply', done, total });
    await breathe(context);
    if (await failsTooMuch(context)) return;
  }
}

/**
 * Whether the rest of the cycle is left for later: so much has failed in it that the job goes into quarantine whatever
 * becomes of the rest. Disables were sent before anything can have failed.
 */
async function failsTooMuch(context: CycleContext): Promise<boolean> {
  const { job, io, counts, request } = context;
  if (counts.failed < ENOUGH_FAILED || !isWhole(request)) return false;
  const numbers = { objects: counts.failed, references: 0, inScope: await countInScope(io.store.db, job.id) };
  if (judgeFailures(numbers, job.settings.escrowThresholds) === null) return false;
  context.failsTooMuch = (await judgeStanding(io.store.db, job)).event !== 'cycleEnded';
  return context.failsTooMuch;
}

async function leaveUnsent(context: CycleContext): Promise<void> {
  const { job, io } = context;
  await settling(context, (trx) => giveUp(trx, job.id, 'pending', io.clock.now().getTime()));
}

async function sendPage(context: CycleContext, page: readonly ChangeTable[]): Promise<void> {
  const { job, io } = context;
  await settling(context, (trx) =>
    setStatus(
      trx,
      page.map((change) => change.id),
      'sent',
    ),
  );
  const payloads = new Map(page.map((change) => [change.id, JSON.parse(change.payload ?? '{}') as ChangePayload]));
  const referenced = [...payloads.values()].flatMap((payload) =>
    payload.references.map((reference) => reference.referencedId),
  );
  const referencedLinks = await findLinks(io.store.db, job.id, 'user', [...new Set(referenced)]);
  const kinds = new Set(page.map((change) => change.kind as ObjectKind));
  const links = new Map<string, Awaited<ReturnType<typeof findLinks>>>();
  for (const kind of kinds) {
    links.set(
      kind,
      await findLinks(
        io.store.db,
        job.id,
        kind,
        page.filter((change) => change.kind === kind).map((change) => change.source_id),
      ),
    );
  }
  const settler = new Settler(context);
  const doubtful: ChangeOutcome[] = [];
  const tasks = page.map((change) => async () => {
    io.signal.throwIfAborted();
    settler.throwIfFailed();
    const payload = payloads.get(change.id);
    if (payload === undefined) return;
    const outcome = await executeChange(
      context,
      change,
      payload,
      links.get(change.kind)?.get(change.source_id),
      referencedLinks,
    );
    if (outcome.inDoubt) doubtful.push(outcome);
    else settler.add(outcome);
  });
  try {
    await runBounded(tasks, job.concurrency);
  } finally {
    await settler.finish();
  }
  // Those that may have been carried out come first: a refusal may be about one of their accounts.
  for (const outcome of doubtful.toSorted((a, b) => doubt(a) - doubt(b)))
    await settleOutcomes(context, [await resolveDoubt(context, outcome, referencedLinks)]);
}

function doubt(outcome: ChangeOutcome): number {
  return outcome.fault?.ambiguous === true ? 0 : 1;
}
