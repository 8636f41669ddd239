// One request with its tries: waits for its turn in the realm, sends, and sends again what is safe to send again. Reads are; writes
// only when the target said that it did not do them (429, 503 with Retry-After) or nobody was reached. Whatever else happens
// to a write is handed back as ambiguous, because sending it again could do it twice.
import type { Clock } from '../engine/ports.ts';
import type { ObjectFault } from '../model/errors.ts';
import type { RetryableError } from '../model/profile.ts';
import type { Redact } from '../model/secret.ts';
import type { Answer } from './answer.ts';
import { credentialsInvalid, faultOfFailure, incompatible, tlsFailed, tooManyRequests, unreachable } from './faults.ts';
import type { CountedRequest } from './rate-window.ts';
import type { Feedback, Realm } from './realm.ts';
import { backOffMilliseconds, retryAfterMilliseconds } from './retry-after.ts';
import type { OtherForm } from './standard-form.ts';
import {
  type FailureKind,
  type Outcome,
  type PreparedRequest,
  prepare,
  type ScimRequest,
  scimRoot,
  type Transport,
} from './transport.ts';

/** An answer below the retry rules (any status except 401 and redirects), or the fault of the object. */
export type Exchanged =
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly fault: ObjectFault };

export interface ExchangeOptions {
  readonly transport: Transport;
  readonly realm: Realm;
  readonly clock: Clock;
  readonly random: () => number;
  readonly baseUrl: string;
  readonly redact: Redact;
  /** Answers beside 429 that mean "later". */
  readonly retryableErrors: readonly RetryableError[];
  /** Gives every request the form in which this target gets it. */
  readonly shape: (request: ScimRequest) => ScimRequest;
  /** Asked after each answer; absent where nothing is sent in another form. */
  readonly otherForm?: OtherForm | undefined;
  /** All waits of one call together are at most this long. */
  readonly maxWaitSeconds: number;
}

const MOST_TRIES = 5;
const TRIES_AFTER: Readonly<Record<Exclude<FailureKind, 'tls'>, number>> = {
  unreachable: 3,
  timeout: 2,
  reset: MOST_TRIES,
  oversized: 1,
};

/** Sends requests with retries; shared by all operations of one target. */
export class Exchange {
  private readonly options: ExchangeOptions;
  readonly root: string;

  constructor(options: ExchangeOptions) {
    this.options = options;
    this.root = scimRoot(options.baseUrl);
  }

  /** The request in the form in which this target gets it. */
  shape(request: ScimRequest): ScimRequest {
    return this.options.shape(request);
  }

  /** Takes secrets out of what the target says. */
  get redact(): Redact {
    return this.options.redact;
  }

  /** Throws JobFault for 401, redirects, unreachable hosts and TLS; rejects when the signal is aborted. */
  send(request: ScimRequest, signal: AbortSignal): Promise<Exchanged> {
    const { otherForm } = this.options;
    const shaped = this.shape(request);
    if (otherForm === undefined) return this.sendShaped(shaped, request, signal);
    return this.sendTolerantly(shaped, request, otherForm, signal);
  }

  private async sendTolerantly(
    shaped: ScimRequest,
    request: ScimRequest,
    otherForm: OtherForm,
    signal: AbortSignal,
  ): Promise<Exchanged> {
    const exchanged = await this.sendShaped(shaped, request, signal);
    const other = exchanged.ok ? otherForm(request, shaped, exchanged.answer) : undefined;
    return other === undefined ? exchanged : this.sendShaped(other, request, signal);
  }

  private async sendShaped(shaped: ScimRequest, request: ScimRequest, signal: AbortSignal): Promise<Exchanged> {
    const { realm, clock } = this.options;
    const prepared = prepare(shaped);
    const counted = countedOf(prepared);
    let left = this.options.maxWaitSeconds * 1000;
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.sendInTurn(prepared, counted, signal);
      if ('closedFor' in outcome) return { ok: false, fault: tooManyRequests(request, outcome.closedFor / 1000) };
      const wait = this.waitBeforeRetry(outcome, request, attempt);
      if (wait === undefined) return this.settle(outcome, request);
      const { milliseconds, shared } = wait;
      if (milliseconds > left) {
        if (!shared) return this.settle(outcome, request);
        realm.close(milliseconds);
        const status = outcome.kind === 'answer' ? outcome.answer.status : undefined;
        return { ok: false, fault: tooManyRequests(request, milliseconds / 1000, status) };
      }
      left -= milliseconds;
      if (shared) realm.pause(milliseconds);
      else await clock.sleep(milliseconds, signal);
    }
  }

  private async sendInTurn(
    request: PreparedRequest,
    counted: CountedRequest,
    signal: AbortSignal,
  ): Promise<Outcome | { readonly closedFor: number }> {
    const { realm, transport } = this.options;
    const permit = await realm.enter(counted, signal);
    if ('closedFor' in permit) return permit;
    let feedback: Feedback = 'unknown';
    try {
      const outcome = await transport.send(request, signal);
      feedback = this.saysLater(outcome) ? 'refused' : feedbackOf(outcome);
      return outcome;
    } finally {
      permit.leave(feedback);
    }
  }

  // Undefined when there is to be no further try.
  private waitBeforeRetry(
    outcome: Outcome,
    request: ScimRequest,
    attempt: number,
  ): { milliseconds: number; shared: boolean } | undefined {
    const { clock, random } = this.options;
    const isRead = request.method === 'GET';
    const backOff = backOffMilliseconds(attempt, random);
    if (outcome.kind === 'failure') {
      if (outcome.failure === 'tls' || attempt >= TRIES_AFTER[outcome.failure]) return undefined;
      const safe = isRead || outcome.failure === 'unreachable';
      return safe ? { milliseconds: backOff, shared: false } : undefined;
    }
    const { status, retryAfter, date } = outcome.answer;
    const later = this.saysLater(outcome);
    if (attempt >= (later ? MOST_TRIES : triesFor(status))) return undefined;
    const asked = retryAfterMilliseconds(retryAfter, date, clock.now());
    if (later || status === 429 || (status === 503 && asked !== undefined))
      return { milliseconds: asked ?? backOff, shared: true };
    return isRead ? { milliseconds: backOff, shared: false } : undefined;
  }

  // What the profile knows as a refusal for the time being was not carried out, so even a write may be sent again.
  private saysLater(outcome: Outcome): boolean {
    if (outcome.kind === 'failure') return false;
    const { status, text } = outcome.answer;
    return this.options.retryableErrors.some(
      (error) => error.status === status && text.toLowerCase().includes(error.text.toLowerCase()),
    );
  }

  private settle(outcome: Outcome, request: ScimRequest): Exchanged {
    if (outcome.kind === 'failure') {
      if (outcome.failure === 'unreachable') throw unreachable(this.root, outcome.detail);
      if (outcome.failure === 'tls') throw tlsFailed(this.root, outcome.detail);
      return { ok: false, fault: faultOfFailure(outcome.failure, outcome.detail, request) };
    }
    const { answer } = outcome;
    if (answer.status === 401) throw credentialsInvalid(answer, request, this.redact);
    if (answer.status >= 300 && answer.status < 400) throw incompatible(this.root, request, answer, this.redact);
    if (
      this.saysLater(outcome) ||
      answer.status === 429 ||
      (answer.status === 503 && answer.retryAfter !== undefined)
    ) {
      return { ok: false, fault: tooManyRequests(request, undefined, answer.status) };
    }
    return { ok: true, answer };
  }
}

function countedOf({ method, path, text, parts }: PreparedRequest): CountedRequest {
  const bodyBytes = text === undefined ? 0 : Buffer.byteLength(text);
  const counted = { method, endpoint: path.split(/[/?]/, 2)[1] ?? '', bodyBytes, operations: 1 };
  return parts === undefined ? counted : { ...counted, parts };
}

/** What an outcome says about how much the target bears. */
function feedbackOf(outcome: Outcome): Feedback {
  if (outcome.kind === 'failure') return outcome.failure === 'timeout' ? 'refused' : 'unknown';
  return outcome.answer.status === 429 || outcome.answer.status === 503 ? 'refused' : 'answered';
}

// 500 is often permanent for one object, so it is not asked for long; 501 always is.
function triesFor(status: number): number {
  if (status === 500) return 3;
  return [408, 425, 429, 502, 503, 504].includes(status) ? MOST_TRIES : 1;
}
