// What happens when whoever reads stdout stops early (head). Usually that ends the process at once; who has something to put in
// order first says so here. Loaded with every command, so it imports nothing.
let putInOrder: (() => void) | undefined;

/** Until it is disposed of, a reader who is gone is told to `handler` instead of ending the process. */
export function whenReaderGone(handler: () => void): Disposable {
  putInOrder = handler;
  return {
    [Symbol.dispose]: () => {
      putInOrder = undefined;
    },
  };
}

/** The reader is gone; false when nobody wants to put something in order. */
export function readerGone(): boolean {
  putInOrder?.();
  return putInOrder !== undefined;
}
