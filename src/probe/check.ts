// What a check is: one question to a SCIM endpoint, with the answer in the short notation of compared servers ("409 uniqueness",
// "200 n=1", "200 †" where an answer of success changed nothing) and what is wrong with it.
import { answerName, type ProbeExchange, succeeded } from './exchange.ts';
import type { Theme } from './finding.ts';
import type { FindingId } from './finding-table.ts';
import type { Stage } from './stage.ts';

/** Something that a check found. */
export interface Verdict {
  readonly finding: FindingId;
  /** What was expected, and what came instead. */
  readonly because: string;
  /** The exchange that shows it; the last one of the check when left out, null for none. */
  readonly exchange?: ProbeExchange | null;
}

/** What a check saw. */
export interface Observation {
  /** In short. */
  readonly outcome: string;
  readonly verdicts: readonly Verdict[];
}

/** One question. */
export interface Check {
  /** Stable; what `--compare` and other programs know it by. */
  readonly id: string;
  readonly theme: Theme;
  /** The row of the table of compared servers that asks the same (docs/probe/README.md); null where there is none. */
  readonly row: string | null;
  readonly title: string;
  /** Sends more than GET. */
  readonly writes: boolean;
  /** @throws Unmet when what it builds on is not there. */
  readonly run: (stage: Stage) => Promise<Observation>;
}

/** A check cannot be made here; the message says why. */
export class Unmet extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Unmet';
  }
}

/** An observation with at most one thing wrong. */
export function observed(outcome: string, verdict?: Verdict | false): Observation {
  return { outcome, verdicts: verdict === undefined || verdict === false ? [] : [verdict] };
}

/** A check of one request whose status says everything. */
export function statusCheck(
  about: Omit<Check, 'run'>,
  send: (stage: Stage) => Promise<ProbeExchange>,
  expected: number | 'success',
  finding: FindingId,
): Check {
  return {
    ...about,
    async run(stage) {
      const exchange = await send(stage);
      const answered = answerName(exchange);
      const isWell = expected === 'success' ? succeeded(exchange) : exchange.status === expected;
      const what = expected === 'success' ? '200 or 201' : String(expected);
      return observed(answered, !isWell && { finding, because: `expected ${what}, came ${answered}` });
    },
  };
}
