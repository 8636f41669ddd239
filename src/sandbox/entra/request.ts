/** A request to the tenant's Graph and its answer, independent of how it came in (TLS, loopback, inside a batch). */

/** Header names in lower case. */
export type Headers = Readonly<Record<string, string>>;

/** See the file's comment. */
export interface GraphRequest {
  readonly method: string;
  /** Path below the version, percent-encoded as sent: `/users/delta`. */
  readonly path: string;
  /** Query text without `?`, as sent. */
  readonly search: string;
  readonly headers: Headers;
  readonly body: unknown;
  /** Everything before `/v1.0` in links, for instance `https://localhost:8443`. */
  readonly origin: string;
  /** Permissions of the caller; `null` on the loopback interface, which may do everything. */
  readonly roles: ReadonlySet<string> | null;
}

/** `body` is left out for 204. */
export interface GraphReply {
  readonly status: number;
  readonly headers?: Headers;
  readonly body?: unknown;
}

/** What Graph sends as content type of JSON. */
export const GRAPH_JSON =
  'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8';
