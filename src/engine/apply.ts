// Stage 4: planned changes go to the target, phase by phase, through a bounded window. A change is marked `sent` before
// its request; its outcome, link, log entry and escrow are settled together in batches.
import type { ProvisioningLogEntry } from '../model/cycle.ts';
import { PHASES } from '../model/cycle.ts';
import type { ObjectKind } from '../model/directory.ts';
import { countChanges, freeWaiting, moveChanges, pageChanges, pageReady, setStatus } from '../store/changes.ts';
import { findLinks } from '../store/links.ts';
import { appendLog } from '../store/provisioning-log.ts';
import type { ChangeTable } from '../store/schema.ts';
import { runBounded } from './bounded.ts';
import { ensureCapabilities } from './capabilities.ts';
import type { ChangePayload } from './change-payload.ts';
import { breathe, type CycleContext, settling } from './context.ts';
import { type ChangeOutcome, executeChange, resolveDoubt } from './execute.ts';
import type { RemovalVerdicts } from './gate.ts';
import { logEntry } from './log-entry.ts';
import { completeMemberships } from './memberships.ts';
import { step } from './plan-object.ts';
import { completeReferences } from './references.ts';
import { settleOutcomes } from './settle-change.ts';
import { Settler } from './settler.ts';

const PAGE = 200;

/** Carries out what the gate lets through, in the order of the phases. */
export async function applyChanges(context: CycleContext, verdicts: RemovalVerdicts): Promise<void> {
  await releaseAndHold(context, verdicts);
  for (const phase of PHASES) {
    if (phase === 'references') {
      await completeReferences(context);
      await completeMemberships(context);
    } else await drainPhase(context, PHASES.indexOf(phase));
  }
}

/** Classes that tripped a guard are held; everything else becomes pending. */
async function releaseAndHold(context: CycleContext, verdicts: RemovalVerdicts): Promise<void> {
  const { job } = context;
  await settling(context, async (trx) => {
    for (const [guardClass, verdict] of verdicts.byClass) {
      if (!verdict.held) continue;
      for (let after = ''; ; ) {
        const page = await pageChanges(trx, job.id, ['planned'], after, 500);
        const last = page.at(-1);
        if (last === undefined) break;
        const held = page.filter((change) => change.guard_class === guardClass);
        await appendLog(
          trx,
          held.map((change) => heldEntry(context, change, verdict.because)),
        );
        after = last.id;
      }
      await moveChanges(trx, job.id, 'planned', 'staged', guardClass);
    }
    await moveChanges(trx, job.id, 'planned', 'pending');
  });
}

function heldEntry(context: CycleContext, change: ChangeTable, because: string): ProvisioningLogEntry {
  return logEntry(
    context,
    {
      kind: change.kind as ObjectKind,
      sourceId: change.source_id,
      displayName: change.display_name,
      targetId: change.target_id,
      changeId: change.id,
    },
    {
      action: 'stagedDelete',
      status: 'skipped',
      steps: [step('EntryExportHeld', 'export', 'skipped', `Held until approved: ${because}. See scimsync staged.`)],
      modified: [],
      durationInMilliseconds: 0,
    },
  );
}

/** Sends all changes of a phase; whoever waits for a manager goes when the manager has an account. */
async function drainPhase(context: CycleContext, phase: number): Promise<void> {
  const { job, io } = context;
  const total = await countChanges(io.store.db, job.id, 'pending', phase);
  let done = 0;
  let after = '';
  for (;;) {
    const page = await pageReady(io.store.db, job.id, phase, PAGE, after);
    const begun = after !== '';
    after = page.at(-1)?.id ?? '';
    if (page.length === 0) {
      if (begun) continue;
      if ((await settling(context, (trx) => freeWaiting(trx, job.id, phase))) === 0) return;
      continue;
    }
    await ensureCapabilities(context);
    await sendPage(context, page);
    done += page.length;
    io.progress({ jobId: job.id, stage: 'apply', done, total });
    await breathe(context);
  }
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
