// Many writes in one request (RFC 7644 section 3.7), through the same exchange as single ones. What becomes of each is
// settled as if it had been sent alone: a refusal that a single request may yet get around is sent alone, and what was not
// answered may have been carried out. A target that refuses bulk requests gets smaller ones, or none, from then on.
import type { BulkPort, BulkResult, TargetResult } from '../engine/ports.ts';
import type { BulkSettings } from '../model/bulk.ts';
import type { ObjectFault } from '../model/errors.ts';
import type { RateLimit } from '../model/profile.ts';
import {
  type BulkOperation,
  type BulkWrite,
  bulkOperation,
  bulkRequest,
  bytesOf,
  firstRequest,
  fits,
} from '../scim/bulk.ts';
import { readBulkAnswer } from '../scim/bulk-answer.ts';
import type { Capabilities } from '../scim/capabilities.ts';
import type { Answer } from './answer.ts';
import { countedPart, outcomeOf } from './bulk-outcome.ts';
import { BulkQueue } from './bulk-queue.ts';
import type { Exchange } from './exchange.ts';
import { faultOfAnswer, incompatibleAnswer } from './faults.ts';
import { type SingleWrites, sendSingly } from './single-writes.ts';
import { isSuccess } from './success.ts';
import type { ScimRequest } from './transport.ts';

export interface BulkOptions {
  readonly exchange: Exchange;
  readonly settings: BulkSettings;
  readonly rateLimits: readonly RateLimit[];
  readonly single: SingleWrites;
  /** Told once when bulk requests are made smaller, and once when there are none any more. */
  readonly adapted: (because: string) => void;
}

/** What is assumed where nobody says how many bytes a request may have. */
const USUAL_PAYLOAD = 1_048_576;
/** So many requests in a row whose fate is unknown, and there are no further ones. */
const MOST_LOST = 2;

/** See the comment of the file. */
export class BulkSender implements BulkPort {
  references: BulkPort['references'] = 'untried';
  readonly #options: BulkOptions;
  #size: number;
  #maxPayloadSize: number | undefined;
  #discoveredPayload: number | undefined;
  #lost = 0;
  #saidSmaller = false;

  constructor(options: BulkOptions) {
    this.#options = options;
    const { maxOperations, maxPayloadSize, countsAs } = options.settings;
    // A window of 25 operations never has room for 100 of them.
    const windows = countsAs === 'operations' ? options.rateLimits : [];
    this.#size = Math.min(maxOperations, ...windows.map(({ operations, burst }) => burst ?? operations));
    this.#maxPayloadSize = maxPayloadSize;
  }

  get size(): number {
    return this.#size;
  }

  /** What the target says about itself makes requests smaller, never larger. */
  narrow({ bulk }: Capabilities): void {
    if (bulk === false) this.#stop('it says that it does not support bulk requests');
    if (bulk === null || bulk === false) return;
    this.#size = Math.min(this.#size, bulk.maxOperations);
    this.#discoveredPayload = bulk.maxPayloadSize;
  }

  async send(writes: readonly BulkWrite[], signal: AbortSignal): Promise<readonly BulkResult[]> {
    const queue = new BulkQueue(writes);
    for (;;) {
      const waiting = queue.next();
      if (waiting.length === 0) return queue.results();
      const together = this.#together(waiting);
      if (together.length > 1) await this.#sendTogether(together, queue, signal);
      else await this.#sendAlone(this.#size > 1 ? waiting.slice(0, 1) : queue.resolved(waiting), queue, signal);
    }
  }

  /** What of it the next request holds; one or none where it has to be sent alone. */
  #together(waiting: readonly BulkWrite[]): readonly BulkWrite[] {
    const limits = { maxOperations: this.#size, maxPayloadSize: this.#payload };
    const operations = firstRequest(
      waiting.map((write) => this.#operationOf(write)),
      limits,
    );
    return fits(operations, limits) ? waiting.slice(0, operations.length) : [];
  }

  get #payload(): number {
    const stated = [this.#maxPayloadSize, this.#discoveredPayload].filter((each) => each !== undefined);
    return stated.length === 0 ? USUAL_PAYLOAD : Math.min(...stated);
  }

  /** The operation in the form that a request of its own would have. */
  #operationOf(write: BulkWrite): BulkOperation {
    const { bulkId, data, method, path } = bulkOperation(write);
    if (data === undefined) return { method, path, bulkId };
    return { method, path, bulkId, data: this.#options.exchange.shape({ method, path, body: data }).body };
  }

  async #sendAlone(writes: readonly BulkWrite[], queue: BulkQueue, signal: AbortSignal): Promise<void> {
    const results = await sendSingly(this.#options.single, writes, signal);
    writes.forEach((write, index) => {
      const result = results[index];
      if (result !== undefined) queue.settle(write, result);
    });
  }

  async #sendTogether(writes: readonly BulkWrite[], queue: BulkQueue, signal: AbortSignal): Promise<void> {
    const { exchange, settings } = this.#options;
    const operations = writes.map((write) => this.#operationOf(write));
    const request: ScimRequest = {
      method: 'POST',
      path: '/Bulk',
      body: bulkRequest(operations),
      ...(settings.countsAs === 'operations' ? { parts: operations.map(countedPart) } : {}),
    };
    const exchanged = await exchange.send(request, signal);
    if (!exchanged.ok) return this.#fail(writes, queue, exchanged.fault);
    const { answer } = exchanged;
    const fault = isSuccess(answer) ? null : faultOfAnswer(answer, request, exchange.redact);
    // What was refused as a whole was not carried out: it is still to be sent, in another way.
    if (answer.status === 413) return this.#tooLarge(operations);
    if (fault !== null && fault.ambiguous !== true && answer.status !== 429) return this.#stop(fault.message);
    if (fault !== null) return this.#fail(writes, queue, fault);
    const answers = readBulkAnswer(answer.json, operations);
    if (answers === undefined) return this.#fail(writes, queue, unreadable(request, answer));
    this.#lost = 0;
    await this.#settle(writes, operations, answers, queue, signal);
  }

  async #settle(
    writes: readonly BulkWrite[],
    operations: readonly BulkOperation[],
    answers: NonNullable<ReturnType<typeof readBulkAnswer>>,
    queue: BulkQueue,
    signal: AbortSignal,
  ): Promise<void> {
    const alone: BulkWrite[] = [];
    writes.forEach((write, index) => {
      const operation = operations[index];
      if (operation === undefined) return;
      const outcome = outcomeOf(write, operation, answers[index], this.#options.exchange.redact);
      if (outcome === 'alone') alone.push(write);
      else queue.settle(write, outcome);
    });
    // One whose reference was given up is refused anew here, or waits for its turn.
    if (alone.length > 0) await this.#sendAlone(queue.resolved(alone), queue, signal);
  }

  #fail(writes: readonly BulkWrite[], queue: BulkQueue, fault: ObjectFault): void {
    for (const write of writes) queue.settle(write, refusedAs(write, fault));
    if (fault.ambiguous !== true) return;
    this.#lost += 1;
    if (this.#lost >= MOST_LOST) this.#stop(`what became of ${MOST_LOST} bulk requests in a row is not known`);
    else this.#shrink(Math.floor(this.#size / 2), `what became of one is not known. ${fault.message}`);
  }

  #tooLarge(operations: readonly BulkOperation[]): void {
    // A request of few operations has too many bytes.
    const isSmall = operations.length * 2 <= this.#size;
    const bytes = bytesOf(bulkRequest(operations)) + bytesOf(bulkRequest([]));
    if (isSmall) this.#maxPayloadSize = Math.floor(bytes / 2);
    this.#shrink(isSmall ? this.#size : Math.floor(operations.length / 2), 'one was too large for the target (413)');
  }

  #shrink(size: number, because: string): void {
    if (size <= 1) {
      this.#stop(because);
      return;
    }
    this.#size = size;
    if (!this.#saidSmaller) this.#options.adapted(`Bulk requests are made smaller: ${because}.`);
    this.#saidSmaller = true;
  }

  #stop(because: string): void {
    if (this.#size > 1) this.#options.adapted(`No further bulk requests are sent: ${because}.`);
    this.#size = 1;
  }
}

/** A write that failed as the whole request did. */
function refusedAs(write: BulkWrite, fault: ObjectFault): BulkResult {
  const result: TargetResult<never> = { ok: false, fault };
  return { type: write.type, result };
}

function unreadable(request: ScimRequest, { status }: Answer): ObjectFault {
  return incompatibleAnswer(request, 'it is no answer to a bulk request', status);
}
