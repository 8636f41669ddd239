// Runs tasks a bounded number at a time. A task that throws ends the run: what has begun is waited for, so that nothing
// goes on behind the caller's back, and what has not begun never begins.
import PQueue from 'p-queue';

/**
 * Runs all tasks and answers their results in order.
 * @throws whatever the first failing task threw, after the tasks that had begun have ended.
 */
export async function runBounded<T>(tasks: readonly (() => Promise<T>)[], concurrency: number): Promise<T[]> {
  const queue = new PQueue({ concurrency });
  const results: T[] = [];
  let failure: { readonly error: unknown } | undefined;
  for (const [index, task] of tasks.entries()) {
    // Nothing rejects here: what a task throws is kept, and ends the queue before its place is given away.
    void queue.add(async () => {
      try {
        results[index] = await task();
      } catch (error) {
        failure ??= { error };
        queue.clear();
      }
    });
  }
  await queue.onIdle();
  if (failure !== undefined) throw failure.error;
  return results;
}
