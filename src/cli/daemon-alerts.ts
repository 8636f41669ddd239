// When a daemon looks for alerts: after a cycle, once nothing else runs, so that jobs that fail together share a mail; and
// with its minute tick, because a job that does not run at all ends no cycle. Looks never overlap.
import type { AlertingOutcome } from './alerting.ts';

/** After a mail could not be sent, ticks leave the mail server alone for so long; the end of a cycle does not. */
const QUIET_MS = 15 * 60_000;

/** What the looks work with. */
export interface DaemonAlertsOptions {
  readonly look: () => Promise<AlertingOutcome>;
  readonly now: () => number;
}

/** Looks for alerts of all jobs of a daemon. */
export class DaemonAlerts {
  readonly #options: DaemonAlertsOptions;
  #looking: Promise<void> | null = null;
  #again = false;
  #quietUntil = 0;

  constructor(options: DaemonAlertsOptions) {
    this.#options = options;
  }

  /** A cycle has ended; `others` is the number of cycles that still run. */
  cycleEnded(others: number): void {
    if (others === 0) this.#look();
  }

  /** A minute has passed. */
  tick(): void {
    if (this.#options.now() >= this.#quietUntil) this.#look();
  }

  /** Waits for the look that is under way. */
  async settled(): Promise<void> {
    await this.#looking;
  }

  #look(): void {
    if (this.#looking !== null) {
      this.#again = true;
      return;
    }
    this.#looking = this.#lookUntilDone().finally(() => {
      this.#looking = null;
    });
  }

  async #lookUntilDone(): Promise<void> {
    do {
      this.#again = false;
      const outcome = await this.#options.look();
      this.#quietUntil = outcome === 'failed' ? this.#options.now() + QUIET_MS : 0;
    } while (this.#again);
  }
}
