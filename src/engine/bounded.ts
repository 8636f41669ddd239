// Runs tasks a bounded number at a time. A task that throws ends the run: what has begun is waited for, so that nothing
// goes on behind the caller's back, and what has not begun never begins.
import PQueue from 'p-queue';

/**
 * Runs all tasks and answers their results in order.
 * @throws whatever the first failing task threw, after the tasks that had begun have ended.
 */
export async function runBounded<T>(tasks: readonly (() => Promise<T>)[], concurrency: number): Promise<T[]> {
  const results: T[] = [];
  const waiting = tasks.entries();
  let failure: { readonly error: unknown } | undefined;
  // One place of the queue serves many tasks, one after the other: a place of its own costs more than most tasks do here.
  const serve = async (): Promise<void> => {
    for (const [index, task] of waiting) {
      // Nothing rejects here: what a task throws is kept, and ends the run before another one is begun.
      try {
        results[index] = await task();
      } catch (error) {
        failure ??= { error };
      }
      if (failure !== undefined) return;
    }
  };
  const queue = new PQueue({ concurrency });
  for (let place = 0; place < Math.min(concurrency, tasks.length); place += 1) void queue.add(serve);
  await queue.onIdle();
  if (failure !== undefined) throw failure.error;
  return results;
}
