// Gathers what is settled at the same moment into one transaction and into statements for all of it: a commit, and a
// statement for each, take longer than most of what is written.
import type { Transaction } from 'kysely';
import type { Tables } from '../store/schema.ts';
import { type CycleContext, settling } from './context.ts';

/** Settles items of the same moment, and answers a result for each, in their order. */
export type SharedWork<I, T> = (
  trx: Transaction<Tables>,
  context: CycleContext,
  items: readonly I[],
) => Promise<readonly T[]>;

interface Waiting<I, T> {
  readonly item: I;
  readonly resolve: (result: T) => void;
  readonly reject: (reason: unknown) => void;
}

/** Items that wait for their transaction, by cycle and work: the counts of a cycle are one object for all who work in it. */
const waitingOf = new WeakMap<CycleContext['counts'], Map<unknown, unknown>>();

/**
 * Settles an item in a transaction that it may share with others of the same moment: all of them are written, or none and
 * then everybody gets the same error. `work` is the same function for all that may go together.
 */
export function settlingTogether<I, T>(context: CycleContext, work: SharedWork<I, T>, item: I): Promise<T> {
  const ofCycle = waitingOf.get(context.counts) ?? new Map<unknown, unknown>();
  waitingOf.set(context.counts, ofCycle);
  const waiting = (ofCycle.get(work) ?? []) as Waiting<I, T>[];
  ofCycle.set(work, waiting);
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  waiting.push({ item, resolve, reject });
  if (waiting.length === 1)
    setImmediate(() => {
      ofCycle.delete(work);
      void settleWaiting(context, work, waiting);
    });
  return promise;
}

/** Never rejects. */
async function settleWaiting<I, T>(
  context: CycleContext,
  work: SharedWork<I, T>,
  waiting: readonly Waiting<I, T>[],
): Promise<void> {
  try {
    const items = waiting.map(({ item }) => item);
    const results = await settling(context, (trx) => work(trx, context, items));
    if (results.length !== items.length) throw new Error('what was settled together has not a result for each');
    for (const [index, { resolve }] of waiting.entries()) resolve(results[index] as T);
  } catch (error) {
    for (const { reject } of waiting) reject(error);
  }
}
