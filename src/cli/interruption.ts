// SIGINT and SIGTERM as an abort signal: the first one stops gracefully, the second one at once.
import { CommandFault } from './command-fault.ts';
import { EXIT } from './exit-code.ts';

/** A request to stop, until it is disposed of. */
export interface Interruption extends Disposable {
  readonly signal: AbortSignal;
}

/** Listens for signals; `onFirst` says what happens now. The second signal ends the process with exit code 4. */
export function listenForInterruption(
  onFirst: () => void,
  signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM'],
): Interruption {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.jobFailed);
    controller.abort(new CommandFault('Stopped by a signal.', EXIT.jobFailed));
    onFirst();
  };
  for (const each of signals) process.on(each, stop);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const each of signals) process.off(each, stop);
    },
  };
}
