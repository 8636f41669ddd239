// Requests and answers as the targets see them, free of sockets, so that Bulk and the HTTP server call the same code.
import type { IncomingHttpHeaders } from 'node:http';
import { scimRefusal } from './scim-error.ts';
import type { ScimJson } from './scim-json.ts';

/** A request below the SCIM root. */
export interface ScimRequest {
  readonly method: string;
  /** Decoded path segments below the root: `Users`, `2819c223…`. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The parsed body; throws 415 or 400 invalidSyntax where there is none that could be read. */
  readonly readBody: () => unknown;
}

/** An answer; without a body nothing is sent. */
export interface ScimResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: ScimJson;
}

/** A target behind the HTTP server. `handle` throws refusals. */
export interface ScimService {
  /** Path prefixes that are served. */
  readonly roots: readonly string[];
  /** Media type of an answer to this request. */
  mediaType(accept: string | undefined): string;
  handle(request: ScimRequest): ScimResponse;
  users(): readonly ScimJson[];
  groups(): readonly ScimJson[];
  seed(resources: readonly ScimJson[]): void;
  reset(): void;
}

/** Throws 401 unless the request carries the token (RFC 6750). */
export function requireBearer(request: ScimRequest, token: string): void {
  const header = request.headers.authorization ?? '';
  const separator = header.indexOf(' ');
  const scheme = header.slice(0, separator).toLowerCase();
  if (scheme === 'bearer' && header.slice(separator + 1).trim() === token) return;
  throw scimRefusal(401, undefined, 'The request carries no valid bearer token.', {
    'www-authenticate': 'Bearer realm="scim"',
  });
}

/** A 405 that names the methods that would do. */
export function methodNotAllowed(method: string, allowed: readonly string[]): Error {
  return scimRefusal(405, undefined, `${method} is not possible here; ${allowed.join(', ')} is.`, {
    allow: allowed.join(', '),
  });
}
