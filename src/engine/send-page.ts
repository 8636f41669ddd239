// Sends one page of changes through a bounded window. A change is marked `sent` before its request; outcomes are settled in
// batches while others are still under way.
import type { ObjectKind } from '../model/directory.ts';
import type { StoredChange } from '../store/change-tables.ts';
import { setStatus } from '../store/changes.ts';
import { findLinks } from '../store/links.ts';
import { accountsOf, type ReferencedAccount } from '../store/referenced-accounts.ts';
import type { LinkTable } from '../store/schema.ts';
import { runBounded } from './bounded.ts';
import { sendBatches } from './bulk-changes.ts';
import type { ChangePayload } from './change-payload.ts';
import { type CycleContext, settling } from './context.ts';
import { type ChangeOutcome, executeChange, resolveDoubt } from './execute.ts';
import { readPayload } from './payload-text.ts';
import { settleOutcomes } from './settle-change.ts';
import { Settler } from './settler.ts';

/** Changes that are marked `sent`, with all that their requests need. */
export interface PreparedPage {
  readonly changes: readonly StoredChange[];
  /** Payloads by change id. */
  readonly payloads: ReadonlyMap<string, ChangePayload>;
  /** Links of the objects themselves, by kind and source id. */
  readonly links: ReadonlyMap<string, ReadonlyMap<string, LinkTable>>;
  /** Accounts of the people that are referred to, by source id. */
  readonly referenced: ReadonlyMap<string, ReferencedAccount>;
}

/** A page whose requests are answered. */
export interface AnsweredPage {
  /** Whether every change was carried out, and nothing was in doubt. */
  readonly isWell: boolean;
  /** Resolves when all outcomes are written, those of the pages before as well; rejects when one cannot be. */
  readonly settled: Promise<void>;
}

/** Marks changes as `sent` and reads what their requests need. Nothing is sent. */
export async function preparePage(context: CycleContext, changes: readonly StoredChange[]): Promise<PreparedPage> {
  const { job, io } = context;
  await markAs(context, changes, 'sent');
  const payloads = new Map(changes.map((change) => [change.id, readPayload(change.payload) as ChangePayload]));
  const people = [...payloads.values()].flatMap(({ references }) => references.map((each) => each.referencedId));
  const referenced = await accountsOf(io.store.db, job.id, [...new Set(people)]);
  const links = new Map<string, Awaited<ReturnType<typeof findLinks>>>();
  for (const kind of new Set(changes.map((change) => change.kind as ObjectKind))) {
    const ids = changes.filter((change) => change.kind === kind).map((change) => change.source_id);
    links.set(kind, await findLinks(io.store.db, job.id, kind, ids));
  }
  return { changes, payloads, links, referenced };
}

/** Lets go of a page of which nothing was sent. */
export function releasePage(context: CycleContext, page: PreparedPage): Promise<void> {
  return markAs(context, page.changes, 'pending');
}

function markAs(context: CycleContext, changes: readonly StoredChange[], status: 'sent' | 'pending'): Promise<void> {
  return settling(context, (trx) =>
    setStatus(
      trx,
      changes.map((change) => change.id),
      status,
    ),
  );
}

/**
 * Sends a page. Resolves when all requests are answered and all doubts resolved; what went well may still be being written.
 * `before` says when the outcomes of the pages before are written: where they cannot be, nothing more is sent.
 * @throws faults of the job, after everything that was answered is settled.
 */
export async function sendPage(
  context: CycleContext,
  page: PreparedPage,
  batches: readonly (readonly StoredChange[])[] | null,
  before: Promise<void>,
): Promise<AnsweredPage> {
  const { job, io } = context;
  const { changes, payloads, links, referenced } = page;
  const settler = new Settler(context);
  const doubtful: ChangeOutcome[] = [];
  let failures = 0;
  let earlier: { readonly error: unknown } | undefined;
  before.catch((error: unknown) => {
    earlier = { error };
  });
  const execute = async (
    within: CycleContext,
    change: StoredChange,
    known: ReadonlyMap<string, ReferencedAccount>,
  ): Promise<ChangeOutcome> => {
    io.signal.throwIfAborted();
    settler.throwIfFailed();
    if (earlier !== undefined) throw earlier.error;
    const payload = payloads.get(change.id);
    if (payload === undefined) throw new Error(`the change ${change.id} is of no page`);
    return executeChange(within, change, payload, links.get(change.kind)?.get(change.source_id), known);
  };
  const take = (outcome: ChangeOutcome): void => {
    if (outcome.inDoubt) doubtful.push(outcome);
    else settler.add(outcome);
    if (outcome.fault !== null) failures += 1;
  };
  let again: readonly StoredChange[] = [];
  try {
    if (batches === null) {
      const tasks = changes.map((change) => async () => take(await execute(context, change, referenced)));
      await runBounded(tasks, job.concurrency);
    } else again = await sendBatches(context, batches, { payloads, accounts: referenced, execute, take });
  } catch (error) {
    await settler.finish();
    throw error;
  }
  const settled = bothSettled(before, settler.finish());
  // Whoever waits for it meets what is thrown.
  settled.catch(() => undefined);
  const isWell = failures === 0 && doubtful.length === 0;
  if (!isWell || again.length > 0) await settled;
  // Those that may have been carried out come first: a refusal may be about one of their accounts.
  for (const outcome of doubtful.toSorted((a, b) => doubt(a) - doubt(b)))
    await settleOutcomes(context, [await resolveDoubt(context, outcome, referenced)]);
  if (again.length === 0) return { isWell, settled };
  const repeated = await sendPage(context, await preparePage(context, again), null, settled);
  return { ...repeated, isWell: isWell && repeated.isWell };
}

/** Waits for both, also when one of them fails: nothing is written behind the back of whoever waits. */
async function bothSettled(before: Promise<void>, own: Promise<void>): Promise<void> {
  const failed = (await Promise.allSettled([before, own])).find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function doubt(outcome: ChangeOutcome): number {
  return outcome.fault?.ambiguous === true ? 0 : 1;
}
