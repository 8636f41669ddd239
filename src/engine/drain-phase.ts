// Sends all changes of a phase, page by page: while the requests of one page are under way, the page before is settled and
// the next one is read and marked, so that neither waits for the other.
import { isWhole } from '../model/cycle.ts';
import type { ObjectKind } from '../model/directory.ts';
import { judgeFailures } from '../rules/quarantine.ts';
import type { StoredChange } from '../store/change-tables.ts';
import { countChanges } from '../store/changes.ts';
import { countInScope } from '../store/object-counts.ts';
import { freeWaiting, pageReady } from '../store/ready-changes.ts';
import { formBatches } from './bulk-batches.ts';
import { ensureCapabilities } from './capabilities.ts';
import { breathe, type CycleContext, settling } from './context.ts';
import { keepLearned } from './learned.ts';
import { ownCycle } from './on-demand.ts';
import { judgeStanding } from './quarantine.ts';
import { type PreparedPage, preparePage, releasePage, sendPage } from './send-page.ts';

const PAGE = 500;

/** With fewer failures the rest of a cycle is tried all the same: it costs little, and may succeed. */
const ENOUGH_FAILED = 200;

/** Sends all changes of a phase; whoever waits for a manager goes when the manager has an account. */
export async function drainPhase(context: CycleContext, phase: number): Promise<void> {
  const { job, io } = context;
  const own = ownCycle(context);
  const total = await countChanges(io.store.db, job.id, 'pending', phase, own);
  const pages = new PagesUnderWay(context, (done) => io.progress({ jobId: job.id, stage: 'apply', done, total }));
  let after = '';
  try {
    while (!context.failsTooMuch) {
      const room = context.careful?.room ?? PAGE;
      if (room === 0) return;
      const most = Math.min(PAGE, room);
      const page = await pageReady(io.store.db, job.id, phase, most, after, own);
      if (page.length > 0) await addPage(context, pages, page);
      const isDone = after === '' && page.length === 0;
      after = page.at(-1)?.id ?? '';
      if (page.length === most) continue;
      // Nobody else is ready before these have their accounts.
      await pages.settled();
      after = '';
      if (!isDone || context.failsTooMuch) continue;
      if ((await settling(context, (trx) => freeWaiting(trx, job.id, phase, own))) === 0) return;
    }
  } finally {
    await pages.settled();
  }
}

async function addPage(context: CycleContext, pages: PagesUnderWay, page: readonly StoredChange[]): Promise<void> {
  for (const change of page) context.careful?.admits(change.kind as ObjectKind, change.source_id);
  await ensureCapabilities(context);
  const batches = await formBatches(context, page, PAGE);
  pages.add(await preparePage(context, batches?.flat() ?? page), batches);
  // The bounds of a careful start are known, and batches are formed, by what has been settled.
  if (context.careful !== null || batches !== null) await pages.settled();
  else await pages.room();
  await breathe(context);
}

/** One page is under way, and one is ready to follow. */
const MOST_PAGES = 2;

/** Pages that are sent one after the other. */
class PagesUnderWay {
  readonly #context: CycleContext;
  readonly #progress: (done: number) => void;
  readonly #pages: Promise<void>[] = [];
  #done = 0;
  #settling: Promise<void> = Promise.resolve();

  constructor(context: CycleContext, progress: (done: number) => void) {
    this.#context = context;
    this.#progress = progress;
  }

  /** Sends a page once all before it are answered, unless too much has failed. */
  add(page: PreparedPage, batches: readonly (readonly StoredChange[])[] | null): void {
    const before = this.#pages.at(-1) ?? Promise.resolve();
    const sent = before.then(
      () => this.#send(page, batches),
      (error: unknown) => this.#letGo(page, error),
    );
    // What is thrown is met by whoever waits for the page.
    sent.catch(() => undefined);
    this.#pages.push(sent);
  }

  /**
   * Waits until another page may be made ready.
   * @throws faults of the job
   */
  async room(): Promise<void> {
    if (this.#pages.length >= MOST_PAGES) await Promise.all(this.#pages.splice(0, 1));
  }

  /**
   * Waits until everything that was added is answered and written.
   * @throws faults of the job
   */
  async settled(): Promise<void> {
    const pages = this.#pages.splice(0);
    // Those behind one that fails are let go of.
    await Promise.allSettled(pages);
    try {
      await Promise.all(pages);
    } finally {
      await this.#settling;
    }
  }

  /** Nothing of this page was sent, and nothing will be; where that cannot be written, the next cycle asks for its objects. */
  async #letGo(page: PreparedPage, error: unknown): Promise<never> {
    await Promise.allSettled([releasePage(this.#context, page)]);
    throw error;
  }

  async #send(page: PreparedPage, batches: readonly (readonly StoredChange[])[] | null): Promise<void> {
    if (this.#context.failsTooMuch) return releasePage(this.#context, page);
    const before = this.#settling;
    const { isWell, settled } = await sendPage(this.#context, page, batches, before);
    this.#settling = settled;
    await before;
    if (!isWell) {
      await settled;
      await judge(this.#context);
    }
    await keepLearned(this.#context);
    this.#done += page.changes.length;
    this.#progress(this.#done);
  }
}

/**
 * Whether the rest of the cycle is left for later: so much has failed in it that the job goes into quarantine whatever
 * becomes of the rest. Disables were sent before anything can have failed.
 */
async function judge(context: CycleContext): Promise<void> {
  const { job, io, counts, request } = context;
  if (counts.failed < ENOUGH_FAILED || !isWhole(request)) return;
  const numbers = { objects: counts.failed, references: 0, inScope: await countInScope(io.store.db, job.id) };
  if (judgeFailures(numbers, job.settings.escrowThresholds) === null) return;
  context.failsTooMuch = (await judgeStanding(io.store.db, job)).event !== 'cycleEnded';
}
