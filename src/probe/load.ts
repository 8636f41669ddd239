// The rate that a gallery application has to bear: filters on values that nobody has, at so many a second, whatever earlier ones
// take. It only reads.
import { type Check, observed, Unmet } from './check.ts';
import { type ProbeExchange, succeeded } from './exchange.ts';
import type { Stage } from './stage.ts';

const SECONDS = 5;
/** So much of the rate has to be answered within the time. */
const ENOUGH = 0.95;

/** `perSecond` requests a second for five seconds; `clock` begins and waits. */
export function loadCheck(
  perSecond: number,
  clock: { now(): Date; sleep(milliseconds: number, signal: AbortSignal): Promise<void> },
): Check {
  return {
    id: 'load.requests',
    theme: 'load',
    row: null,
    title: `${perSecond} requests a second for ${SECONDS} seconds`,
    writes: false,
    async run(stage) {
      const began = clock.now().getTime();
      const since = (): number => clock.now().getTime() - began;
      // One that rejects is looked at when all have ended: until then nobody awaits it.
      const all: Promise<ProbeExchange | Error>[] = [];
      for (let index = 0; index < perSecond * SECONDS; index += 1) {
        const due = (index * 1000) / perSecond - since();
        if (due > 0) await clock.sleep(due, stage.signal);
        all.push(ask(stage, index).catch(errorOf));
      }
      const results = await Promise.all(all);
      const exchanges = results.filter((result): result is ProbeExchange => !(result instanceof Error));
      const fault = results.find((result) => result instanceof Error);
      // What was not sent any more, because earlier ones were not answered, is no success either.
      const unsent = results.length - exchanges.length;
      if (fault !== undefined && !(fault instanceof Unmet && exchanges.length > 0)) throw fault;
      const seconds = Math.max(SECONDS, since() / 1000);
      const rate = exchanges.length / seconds;
      const failed = exchanges.filter((exchange) => !succeeded(exchange));
      const times = exchanges.map(({ milliseconds }) => milliseconds).toSorted((one, other) => one - other);
      const slow = times[Math.floor(times.length * 0.95)] ?? 0;
      const outcome = `${rate.toFixed(1)}/s, 95 % within ${slow} ms, ${failed.length + unsent} failed`;
      const [first] = failed;
      if (first !== undefined)
        return observed(outcome, {
          finding: 'load-failed',
          because: `${failed.length + unsent} of ${results.length} were not answered with success`,
          exchange: first,
        });
      const because = `${rate.toFixed(1)} a second were answered`;
      return observed(outcome, rate < perSecond * ENOUGH && { finding: 'load-too-slow', because });
    },
  };
}

function ask(stage: Stage, index: number): Promise<ProbeExchange> {
  return stage.find('Users', `userName eq "${stage.address(`load-${index}`)}"`);
}

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
