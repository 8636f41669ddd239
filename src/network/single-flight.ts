// One request that many wait for: whoever comes while it is under way joins it, and it is given up when nobody waits any more.
import { setMaxListeners } from 'node:events';

interface Flight<T> {
  readonly promise: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

/** See the comment of the file. */
export class SingleFlight<T> {
  #flight: Flight<T> | undefined;

  /** Whether somebody waits for one. */
  get isUnderWay(): boolean {
    return this.#flight !== undefined;
  }

  /** The result of the request that is under way, or of the one that `begin` starts. Rejects with the signal's reason. */
  async join(begin: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const shared = this.#flight ?? this.#start(begin);
    const abandoned = Promise.withResolvers<never>();
    const abandon = (): void => abandoned.reject(signal.reason);
    signal.addEventListener('abort', abandon, { once: true });
    shared.waiting += 1;
    try {
      return await Promise.race([shared.promise, abandoned.promise]);
    } finally {
      signal.removeEventListener('abort', abandon);
      shared.waiting -= 1;
      if (shared.waiting === 0 && signal.aborted) {
        this.#end(shared.controller);
        shared.controller.abort(signal.reason);
      }
    }
  }

  #start(begin: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const controller = new AbortController();
    setMaxListeners(0, controller.signal);
    const promise = begin(controller.signal).finally(() => this.#end(controller));
    this.#flight = { promise, controller, waiting: 0 };
    return this.#flight;
  }

  #end(ended: AbortController): void {
    if (this.#flight?.controller === ended) this.#flight = undefined;
  }
}
