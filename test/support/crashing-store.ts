// A store whose process dies at a chosen commit: the transaction either never happens or happens unseen, and nothing
// after it does. The next process opens the same database.
import type { Store } from '../../src/store/database.ts';

/** Where the process dies. */
export interface Crash {
  /** Number of the commit, counted from 1. */
  readonly at: number;
  /** Whether that commit still happens. */
  readonly committed: boolean;
}

/** Thrown in place of a process that died. */
export class ProcessDied extends Error {}

/** The store as a process that is going to die sees it; `commits` counts on. */
export function crashingStore(store: Store, crash: Crash): { readonly store: Store; readonly commits: () => number } {
  let commits = 0;
  return {
    commits: () => commits,
    store: {
      db: store.db,
      gone: store.gone,
      close: () => Promise.resolve(),
      async transaction(work) {
        commits += 1;
        if (commits > crash.at) throw new ProcessDied('the process is dead');
        if (commits < crash.at) return store.transaction(work);
        if (crash.committed) await store.transaction(work);
        throw new ProcessDied(`died at commit ${commits}`);
      },
    },
  };
}
