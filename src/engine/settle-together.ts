// Gathers what is settled at the same moment into one transaction: a commit takes longer than most of what it writes.
import type { Transaction } from 'kysely';
import type { Tables } from '../store/schema.ts';
import { type CycleContext, settling } from './context.ts';

type Work<T> = (trx: Transaction<Tables>) => Promise<T>;

interface Waiting {
  readonly work: Work<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** Work that waits for its transaction, by cycle: the counts of a cycle are one object for all who work in it. */
const waitingOf = new WeakMap<CycleContext['counts'], Waiting[]>();

/**
 * One piece of work in a settling transaction that it may share with others of the same moment: all of them are written, or
 * none and then everybody gets the same error.
 */
export function settlingTogether<T>(context: CycleContext, work: Work<T>): Promise<T> {
  const waiting = waitingOf.get(context.counts) ?? [];
  waitingOf.set(context.counts, waiting);
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  waiting.push({ work, resolve: resolve as (result: unknown) => void, reject });
  if (waiting.length === 1) setImmediate(() => void settleWaiting(context));
  return promise;
}

/** Never rejects. */
async function settleWaiting(context: CycleContext): Promise<void> {
  const waiting = waitingOf.get(context.counts)?.splice(0) ?? [];
  try {
    const results = await settling(context, async (trx) => {
      const done: unknown[] = [];
      for (const { work } of waiting) done.push(await work(trx));
      return done;
    });
    for (const [index, { resolve }] of waiting.entries()) resolve(results[index]);
  } catch (error) {
    for (const { reject } of waiting) reject(error);
  }
}
