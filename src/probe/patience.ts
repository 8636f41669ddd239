// How long a run puts up with an endpoint that does not answer: a hanging service would otherwise be waited for a hundred times.
// Requests of a kind that hangs are not sent any more; where nothing is answered, none is.
import type { ProbeExchange } from './exchange.ts';

/** After how much of it what is given up. */
export interface PatienceLimits {
  /** Requests one after the other without any answer: nothing is asked any more. */
  readonly silent: number;
  /** Requests of the whole run that took too long: nothing is asked any more. */
  readonly late: number;
  /** Milliseconds in which the run waits because it is asked to (429). */
  readonly waits: number;
}

export const PATIENCE_OF_RUN: PatienceLimits = { silent: 5, late: 12, waits: 120_000 };
/** Somebody waits for the end. Deletions of groups may hang, and those of accounts not. */
export const PATIENCE_OF_CLEANUP: PatienceLimits = { silent: 4, late: 6, waits: 60_000 };
/** Whether an account that could not be deleted can be disabled: one that hangs as well is enough. */
export const PATIENCE_OF_DISABLING: PatienceLimits = { silent: 1, late: 1, waits: 30_000 };

/** So many of a kind, one after the other, took too long: no more of it are sent. */
const LATE_OF_A_KIND = 3;

/** Counts what was not answered, and says what is not to be asked any more. */
export class Patience {
  readonly #limits: PatienceLimits;
  readonly #late = new Map<string, number>();
  #silent = 0;
  #lateOnes = 0;
  #waited = 0;

  constructor(limits: PatienceLimits) {
    this.#limits = limits;
  }

  /** Why nothing is asked any more; null while something is. */
  get end(): string | null {
    const { silent, late } = this.#limits;
    if (this.#silent >= silent) return `the last ${silent} requests were not answered, so no more are sent`;
    if (this.#lateOnes >= late) return `${late} requests were not answered in time, so no more are sent`;
    return null;
  }

  /** Why a request is not sent; null when it is. */
  refusal(method: string, path: string): string | null {
    if (this.end !== null) return this.end;
    const isKnown = (this.#late.get(kindOf(method, path)) ?? 0) >= LATE_OF_A_KIND;
    return isKnown
      ? `${LATE_OF_A_KIND} requests ${kindOf(method, path)} were not answered in time, so no more of them are sent`
      : null;
  }

  /** True where there is patience left for such a wait, which is then taken from it. */
  bears(milliseconds: number): boolean {
    if (this.#waited + milliseconds > this.#limits.waits) return false;
    this.#waited += milliseconds;
    return true;
  }

  note(method: string, path: string, { failure }: Pick<ProbeExchange, 'failure'>): void {
    this.#silent = failure === null ? 0 : this.#silent + 1;
    const kind = kindOf(method, path);
    this.#late.set(kind, failure === 'timeout' ? (this.#late.get(kind) ?? 0) + 1 : 0);
    if (failure === 'timeout') this.#lateOnes += 1;
  }
}

/** `PATCH /Users`. */
function kindOf(method: string, path: string): string {
  return `${method} /${path.split(/[/?]/)[1] ?? ''}`;
}
