// One request with its answer, kept for somebody who wants to see it: in a file (--record) or as a curl command. What proves
// who is asking is no part of it: there is no place for it here.

/** A header by name and value; never one that proves who is asking. */
export interface RecordedHeader {
  readonly name: string;
  readonly value: string;
}

/** That a credential was sent, and not which: the name of its header, and the scheme of an `Authorization`. */
export interface RecordedCredential {
  readonly header: string;
  readonly scheme: string | null;
}

/** A body as text, without secrets. */
export interface RecordedBody {
  readonly text: string;
  /** Bytes on the wire, before it was cut. */
  readonly size: number;
  /** True when only the beginning of it is in `text`. */
  readonly cut: boolean;
}

/** One HTTP exchange without credentials. It names people: paths, filters and bodies hold their ids and attributes. */
export interface RecordedExchange {
  /** Whose exchange it was; absent where there is no job. */
  readonly job?: string;
  /** When the request was begun, ISO. */
  readonly began: string;
  readonly milliseconds: number;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: readonly RecordedHeader[];
    readonly credentials: readonly RecordedCredential[];
    readonly body: RecordedBody | null;
  };
  /** Null when there was no complete answer. */
  readonly response: {
    readonly status: number;
    readonly headers: readonly RecordedHeader[];
    readonly body: RecordedBody;
  } | null;
  /** Why there was none. */
  readonly failure: string | null;
}
