// The one table of error codes: what happened, whom it concerns, when it is tried again, and what to do.
// Codes are Entra's where Entra documents one (provisioning log error codes); docs/errors.md is checked against it.
import type { ErrorEntry } from './error-entry.ts';
import { JOB_ERRORS } from './job-errors.ts';
import { OBJECT_ERRORS } from './object-errors.ts';

const table = { ...OBJECT_ERRORS, ...JOB_ERRORS } as const;

/** The name of one row of the table. */
export type ErrorCode = keyof typeof table;

/** All codes with cause, advice, scope and retry policy. */
export const ERROR_TABLE: Readonly<Record<ErrorCode, ErrorEntry>> = table;

/** The fault of one object: a value that ends up in the provisioning log and in escrow. */
export interface ObjectFault {
  readonly code: ErrorCode;
  /** What happened to this object, with names and values but never a secret. */
  readonly message: string;
  readonly status?: number;
  readonly scimType?: string;
  /** True when the request may have been carried out although the answer says otherwise (reset, timeout, 5xx on a write). */
  readonly ambiguous?: boolean;
}

/** The fault of a job: thrown, ends the cycle, leaves watermark and pending changes as they are. */
export class JobFault extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'JobFault';
    this.code = code;
  }
}

/** Thrown while a feed is read when its stored link is no longer accepted (410, syncStateNotFound): a full round is due. */
export class ResyncRequired extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ResyncRequired';
  }
}
