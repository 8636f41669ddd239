// What an unsuccessful answer of Microsoft Graph means for the job (Graph "error responses", "delta query overview",
// "throttling guidance"). Codes are compared without regard to case, at every depth of the error body.
import { JobFault, ResyncRequired } from '../model/errors.ts';
import type { Redact } from '../model/secret.ts';
import { asRecord, oneLine, parseJson } from './json.ts';
import { type Concern, grantAdviceFor } from './permissions.ts';
import { type Attempt, retryAfterMilliseconds } from './retry.ts';

/** An answer as read from the wire, or one item of a $batch answer. */
export interface GraphAnswer {
  readonly status: number;
  header(name: string): string | null;
  /** The body; empty when there was none. */
  readonly text: string;
}

/** What was asked, as far as it decides what a refusal means. */
export interface Subject {
  readonly concern: Concern;
  /** For messages: method and path without query, so that no delta token gets into a log. */
  readonly what: string;
  /** Absent for a single read. `storedLink` is a delta link of an earlier cycle, `deltaRound` the rest of a round. */
  readonly paging?: 'list' | 'storedLink' | 'deltaRound';
}

/** A page token outlived its minutes: the list has to be read again from its first page. */
export class ExpiredPageToken extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ExpiredPageToken';
  }
}

const RESYNC_CODES = new Set([
  'syncstatenotfound',
  'resyncrequired',
  'resyncapplydifferences',
  'resyncuploaddifferences',
]);
const EXPIRED_PAGE_TOKEN = 'directory_expiredpagetoken';
const THROTTLED = new Set([429, 503, 504, 509]);
const TRANSIENT = new Set([408, 409, 412, 423, 424, 425]);
const PERMANENT_SERVER = new Set([501, 505]);
const MAX_DEPTH = 10;

interface ErrorBody {
  /** All codes of the chain, in lower case. */
  readonly codes: readonly string[];
  /** Outermost code and message, made safe for one line of a log. */
  readonly summary: string;
  /** Whether the body is an error of Graph at all, and not the page of a proxy. */
  readonly isGraph: boolean;
}

/** Reads `{"error":{code,message,innerError:{code,…}}}`, nested to any reasonable depth and spelled either way. */
export function readErrorBody(text: string): ErrorBody {
  const root = asRecord(parseJson(text));
  const error = asRecord(root && (member(root, 'error') ?? member(root, 'odata.error')));
  if (!error) return { codes: [], summary: '', isGraph: false };
  const codes: string[] = [];
  collectCodes(error, codes, 0);
  const code = textOf(member(error, 'code'));
  const message = textOf(member(error, 'message'));
  return { codes, summary: oneLine([code, message].filter(Boolean).join(': ')), isGraph: true };
}

/**
 * Decides about an answer that is not 2xx: an {@link Attempt} when it may be repeated; otherwise throws JobFault,
 * ResyncRequired or ExpiredPageToken. `redact` takes secrets out of what Graph says.
 */
export function judgeRefusal(answer: GraphAnswer, subject: Subject, now: Date, redact: Redact): Attempt<never> {
  const body = readErrorBody(redact(answer.text));
  if (isResync(answer.status, body, subject.paging)) {
    throw new ResyncRequired(`Microsoft Graph no longer accepts the delta link: ${describe(answer, subject, body)}`);
  }
  if (subject.paging !== undefined && body.codes.includes(EXPIRED_PAGE_TOKEN)) {
    throw new ExpiredPageToken(describe(answer, subject, body));
  }
  if (THROTTLED.has(answer.status)) {
    const waitMilliseconds = retryAfterMilliseconds(answer.header('retry-after'), now);
    return { outcome: 'throttled', waitMilliseconds, fault: fault('SourceUnreachable', answer, subject, body) };
  }
  if (isTransient(answer.status)) {
    return { outcome: 'failed', fault: fault('SourceUnreachable', answer, subject, body) };
  }
  throw finalFault(answer, subject, body);
}

function isTransient(status: number): boolean {
  return TRANSIENT.has(status) || (status >= 500 && !PERMANENT_SERVER.has(status));
}

function isResync(status: number, body: ErrorBody, paging: Subject['paging']): boolean {
  if (paging === undefined || paging === 'list') return false;
  if (status === 410) return true;
  if (status !== 400 && status !== 404 && status !== 409) return false;
  // A stored link carries a query that was accepted once, so a refusal is about its token, whatever the code says.
  return (paging === 'storedLink' && body.isGraph) || body.codes.some((code) => RESYNC_CODES.has(code));
}

function finalFault(answer: GraphAnswer, subject: Subject, body: ErrorBody): JobFault {
  if (answer.status === 401) return fault('SourceCredentialsInvalid', answer, subject, body);
  if (!body.isGraph) {
    return fault('SourceProtocolError', answer, subject, body, 'It is no error of Microsoft Graph; often a proxy.');
  }
  if (answer.status === 403) {
    const conditional = body.codes.includes('insufficient_claims');
    const advice = conditional
      ? 'A Conditional Access policy for workload identities keeps the application out.'
      : grantAdviceFor(subject.concern);
    return fault('SourcePermissionMissing', answer, subject, body, advice);
  }
  if (answer.status === 404 && (subject.concern === 'servicePrincipal' || subject.concern === 'assignments')) {
    return fault('ServicePrincipalNotFound', answer, subject, body);
  }
  // A group that vanished between two reads: nothing may be concluded from the list that could not be read.
  if (answer.status === 404) return fault('SourceIncomplete', answer, subject, body);
  if (answer.status < 400) return fault('SourceProtocolError', answer, subject, body);
  return fault('SourceRequestRefused', answer, subject, body);
}

function fault(
  code: JobFault['code'],
  answer: GraphAnswer,
  subject: Subject,
  body: ErrorBody,
  advice?: string,
): JobFault {
  const text = describe(answer, subject, body);
  return new JobFault(code, advice === undefined ? text : `${text} ${advice}`);
}

function describe(answer: GraphAnswer, subject: Subject, body: ErrorBody): string {
  const request = answer.header('request-id');
  const parts = [
    `${subject.what} was answered with ${answer.status}`,
    body.summary === '' ? '' : ` (${body.summary})`,
    request === null ? '' : ` [request-id ${oneLine(request, 64)}]`,
  ];
  return `${parts.join('')}.`;
}

function collectCodes(node: Record<string, unknown>, codes: string[], depth: number): void {
  const code = textOf(member(node, 'code'));
  if (code) codes.push(code.toLowerCase());
  if (depth >= MAX_DEPTH) return;
  const inner = asRecord(member(node, 'innererror'));
  if (inner) collectCodes(inner, codes, depth + 1);
  const details = member(node, 'details');
  if (!Array.isArray(details)) return;
  for (const detail of details.slice(0, MAX_DEPTH)) {
    const each = asRecord(detail);
    if (each) collectCodes(each, codes, depth + 1);
  }
}

function member(node: Record<string, unknown>, name: string): unknown {
  const key = Object.keys(node).find((each) => each.toLowerCase() === name);
  return key === undefined ? undefined : node[key];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
