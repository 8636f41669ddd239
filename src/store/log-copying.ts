// SQLite's log is copied into the file of the store, and both are on the disk for good, once nothing was written for a while.
// Closing the store does the same; SQLite itself does so while somebody writes without a pause and the log grows large.

/** So long nothing was written. */
const QUIET_MS = 1000;

/** The connection, as far as it is needed here. */
interface Connection {
  readonly inTransaction: boolean;
  pragma(text: string): unknown;
}

/** Whoever writes says so. */
export interface LogCopying {
  written(): void;
  stop(): void;
}

/** Copies the log of this connection in quiet moments, until it is stopped. Keeps no process alive. */
export function copyLogWhenQuiet(sqlite: Connection, quietMs: number = QUIET_MS): LogCopying {
  let timer: NodeJS.Timeout | undefined;
  const copy = (): void => {
    // Somebody writes at this moment, and says so when it is done.
    if (sqlite.inTransaction) return;
    try {
      sqlite.pragma('wal_checkpoint(PASSIVE)');
    } catch {
      // The log stays as it is. What keeps it from being copied, a full disk for instance, is told by the next transaction.
    }
  };
  return {
    written: () => {
      if (timer === undefined) timer = setTimeout(copy, quietMs).unref();
      else timer.refresh();
    },
    stop: () => clearTimeout(timer),
  };
}
