// Refusals of the sandbox's SCIM targets in the shape of RFC 7644 section 3.12. A refusal is thrown inside the
// target and turned into an answer at one place (scim-server.ts); it never carries a token.
import type { ScimJson } from './scim-json.ts';

/** The scimType keywords of RFC 7644 table 9. */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidVers'
  | 'sensitive';

/** An error that has an HTTP status and, for 400 and 409, a scimType. */
export interface ScimRefusal extends Error {
  readonly refusal: { readonly status: number; readonly scimType: ScimType | undefined };
  readonly headers: Readonly<Record<string, string>>;
}

const ERROR_URN = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** Makes a refusal; throw it. */
export function scimRefusal(
  status: number,
  scimType: ScimType | undefined,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): ScimRefusal {
  return Object.assign(new Error(detail), { refusal: { status, scimType }, headers });
}

/** True for what scimRefusal made. */
export function isScimRefusal(error: unknown): error is ScimRefusal {
  return error instanceof Error && 'refusal' in error;
}

/** The Error message of RFC 7644 section 3.12; status is a string there. */
export function scimErrorBody(status: number, scimType: ScimType | undefined, detail: string): ScimJson {
  return { schemas: [ERROR_URN], ...(scimType ? { scimType } : {}), detail, status: String(status) };
}
