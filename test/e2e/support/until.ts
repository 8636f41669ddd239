// Waits for a condition instead of a time.

const PAUSE_MS = 40;
const PATIENCE_MS = 60_000;

/** Asks again until there is an answer; fails with `what` after a minute. */
export async function until<T>(what: string, ask: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const patience = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > patience) throw new Error(`waited a minute in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
