// Settles outcomes in batches: at most 500 or what came in within 200 ms, one transaction each.
import type { CycleContext } from './context.ts';
import type { ChangeOutcome } from './execute.ts';
import { settleOutcomes } from './settle-change.ts';

const BATCH = 500;
const INTERVAL_MS = 200;

/** Collects outcomes and writes them in the background; a failure of the store surfaces at the next call. */
export class Settler {
  readonly #context: CycleContext;
  #waiting: ChangeOutcome[] = [];
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(context: CycleContext) {
    this.#context = context;
  }

  /** Takes one outcome. */
  add(outcome: ChangeOutcome): void {
    this.#waiting.push(outcome);
    if (this.#waiting.length >= BATCH) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), INTERVAL_MS);
  }

  /** Throws what went wrong while writing. */
  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Writes what is left; throws when anything could not be written. */
  async finish(): Promise<void> {
    this.#flush();
    await this.#writing;
    this.throwIfFailed();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#waiting;
    if (batch.length === 0) return;
    this.#waiting = [];
    this.#writing = this.#writing
      .then(() => settleOutcomes(this.#context, batch))
      .catch((error: unknown) => {
        this.#failure ??= { error };
      });
  }
}
