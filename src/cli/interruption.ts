// SIGINT and SIGTERM as an abort signal: the first one stops gracefully, the second one at once.

/** A request to stop, until it is disposed of. */
export interface Interruption extends Disposable {
  readonly signal: AbortSignal;
}

/** Listens for signals; `onFirst` says what happens now. The second signal ends the process with exit code 4. */
export function listenForInterruption(onFirst: () => void): Interruption {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(4);
    controller.abort(new Error('stopped by a signal'));
    onFirst();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => void process.off('SIGINT', stop).off('SIGTERM', stop),
  };
}
