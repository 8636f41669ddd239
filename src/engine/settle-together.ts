// Gathers what is settled at the same moment into one transaction and into statements for all of it: a commit, and a
// statement for each, take longer than most of what is written.
import type { Transaction } from 'kysely';
import type { Tables } from '../store/schema.ts';
import { type CycleContext, settling } from './context.ts';

/** Settles items of the same moment, and answers a result for each, in their order. */
type SharedWork<I, T> = (trx: Transaction<Tables>, context: CycleContext, items: readonly I[]) => Promise<readonly T[]>;

interface Waiting<I, T> {
  readonly item: I;
  readonly resolve: (result: T) => void;
  readonly reject: (reason: unknown) => void;
}

/** One kind of work, for all cycles of the process. */
export class SettledTogether<I, T> {
  readonly #work: SharedWork<I, T>;
  /** By cycle: its counts are one object for all who work in it. */
  readonly #waiting = new WeakMap<CycleContext['counts'], Waiting<I, T>[]>();

  constructor(work: SharedWork<I, T>) {
    this.#work = work;
  }

  /**
   * Settles an item in a transaction that it may share with others of the same moment: all of them are written, or none and
   * then everybody gets the same error.
   */
  settle(context: CycleContext, item: I): Promise<T> {
    const waiting = this.#waiting.get(context.counts) ?? [];
    this.#waiting.set(context.counts, waiting);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    waiting.push({ item, resolve, reject });
    if (waiting.length === 1) setImmediate(() => void this.#settleAll(context));
    return promise;
  }

  /** Never rejects. */
  async #settleAll(context: CycleContext): Promise<void> {
    const waiting = this.#waiting.get(context.counts)?.splice(0) ?? [];
    try {
      const items = waiting.map(({ item }) => item);
      const results = await settling(context, (trx) => this.#work(trx, context, items));
      if (results.length !== items.length) throw new Error('what was settled together has not a result for each');
      for (const [index, { resolve }] of waiting.entries()) resolve(results[index] as T);
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}
