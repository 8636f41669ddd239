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
import { type BulkAnswer, readBulkAnswer } from '../scim/bulk-answer.ts';
import type { Capabilities } from '../scim/capabilities.ts';
import type { Adaptation } from './adaptation.ts';
import type { WriteForms } from './bulk-forms.ts';
import { countedPart, outcomeOf } from './bulk-outcome.ts';
import { BulkQueue } from './bulk-queue.ts';
import type { Exchange } from './exchange.ts';
import { faultOfAnswer, incompatibleAnswer } from './faults.ts';
import { type SingleWrites, sendSingly } from './single-writes.ts';
import { isSuccess } from './success.ts';
import type { ScimRequest } from './transport.ts';

interface BulkOptions {
  readonly exchange: Exchange;
  readonly settings: BulkSettings;
  /** Of the target, for all of its requests. */
  readonly limits: readonly RateLimit[];
  readonly single: SingleWrites;
  readonly forms: WriteForms;
  /** Told once when bulk requests are made smaller, and once when there are none any more. */
  readonly adapted: (use: Adaptation) => void;
}

/** A sender for a target that is trusted with bulk requests; undefined for another. */
export function bulkSender(
  settings: BulkSettings | null,
  options: Omit<BulkOptions, 'settings'>,
): BulkSender | undefined {
  return settings === null ? undefined : new BulkSender({ ...options, settings });
}

/** What is assumed where nobody says how many bytes a request may have. */
const USUAL_PAYLOAD = 1_048_576;
/** So many requests in a row whose fate is unknown, and there are no further ones. */
const MOST_LOST = 2;

/** See the comment of the file. */
export class BulkSender implements BulkPort {
  references: BulkPort['references'] = 'untried';
  members: BulkPort['members'] = 'untried';
  readonly #options: BulkOptions;
  #size: number;
  #maxPayloadSize: number;
  #lost = 0;
  #saidSmaller = false;

  constructor(options: BulkOptions) {
    this.#options = options;
    const { maxOperations, maxPayloadSize, countsAs } = options.settings;
    // A window of 25 operations never has room for 100 of them.
    const windows = countsAs === 'operations' ? options.limits : [];
    this.#size = Math.min(maxOperations, ...windows.map(({ operations, burst }) => burst ?? operations));
    this.#maxPayloadSize = maxPayloadSize ?? USUAL_PAYLOAD;
  }

  get size(): number {
    return this.#size;
  }

  /** What the target says about itself makes requests smaller, never larger. */
  narrow({ bulk }: Capabilities): void {
    if (bulk === false) this.#stop('User', 'The target says that it does not support bulk requests.');
    if (bulk === null || bulk === false) return;
    this.#size = Math.min(this.#size, bulk.maxOperations);
    this.#maxPayloadSize = Math.min(this.#maxPayloadSize, bulk.maxPayloadSize);
  }

  async send(writes: readonly BulkWrite[], signal: AbortSignal): Promise<readonly BulkResult[]> {
    const queue = new BulkQueue(writes, (write) => this.#options.forms.usual(write) === null);
    for (;;) {
      const { alone: isolated, together } = queue.next();
      // What one of them shows decides whether the others have to go alone.
      const untried = isolated.filter((write) => this.#options.forms.isUntried(write));
      const alone = isolated.filter((write) => !untried.includes(write) || write === untried[0]);
      if (alone.length + together.length === 0) return queue.results();
      const first = this.#first(together);
      if (first.length > 1) await this.#sendTogether(first, queue, signal);
      else if (this.#size > 1) await this.#sendAlone([...alone, ...together.slice(0, 1)], queue, signal);
      else await this.#sendAlone([...alone, ...queue.resolved(together)], queue, signal);
    }
  }

  /** What of it the next request holds; one or none where it has to be sent alone. */
  #first(writes: readonly BulkWrite[]): readonly BulkWrite[] {
    const limits = { maxOperations: this.#size, maxPayloadSize: this.#maxPayloadSize };
    const operations = firstRequest(
      writes.map((write) => this.#operationOf(write)),
      limits,
    );
    return fits(operations, limits) ? writes.slice(0, operations.length) : [];
  }

  /** The operation in the form that a request of its own would have. */
  #operationOf(write: BulkWrite): BulkOperation {
    const { bulkId, data, method, path } = bulkOperation(this.#options.forms.usual(write) ?? write);
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
    if (answer.status === 413) return this.#tooLarge(writes, operations);
    if (fault !== null && fault.ambiguous !== true) return this.#stop(kindOf(writes), fault.message);
    if (fault !== null) return this.#fail(writes, queue, fault);
    const answers = readBulkAnswer(answer.json, operations);
    if (answers === undefined) {
      const unreadable = incompatibleAnswer(request, 'it is no answer to a bulk request', answer.status);
      return this.#fail(writes, queue, unreadable);
    }
    this.#lost = 0;
    await this.#settle(writes, operations, answers, queue, signal);
  }

  async #settle(
    writes: readonly BulkWrite[],
    operations: readonly BulkOperation[],
    answers: readonly (BulkAnswer | undefined)[],
    queue: BulkQueue,
    signal: AbortSignal,
  ): Promise<void> {
    const { exchange } = this.#options;
    const alone: BulkWrite[] = [];
    for (const [index, write] of writes.entries()) {
      const operation = operations[index];
      if (operation === undefined) continue;
      const outcome = outcomeOf(write, operation, answers[index], exchange.redact);
      if (outcome === 'alone') alone.push(write);
      else if (!(await this.#isFinal(write, outcome, signal))) alone.push(write);
      else queue.settle(write, outcome);
    }
    // Who refers to somebody who goes alone now, and was not carried out either, waits for the id.
    if (alone.length > 0) await this.#sendAlone(queue.resolved(alone), queue, signal);
  }

  /** Whether nothing else is to be tried: a refused form, and a success without effect, leave something to try. */
  async #isFinal(write: BulkWrite, outcome: BulkResult, signal: AbortSignal): Promise<boolean> {
    const { forms } = this.#options;
    const { type, result } = outcome;
    if (!result.ok) return !forms.mayClimb(write, result);
    return type !== 'patch' || forms.isApplied(write, outcome.result, signal);
  }

  #fail(writes: readonly BulkWrite[], queue: BulkQueue, fault: ObjectFault): void {
    for (const write of writes) queue.settle(write, refusedAs(write, fault));
    if (fault.ambiguous !== true) return;
    this.#lost += 1;
    this.#shrink(kindOf(writes), this.#lost < MOST_LOST ? Math.floor(this.#size / 2) : 1, fault.message);
  }

  #tooLarge(writes: readonly BulkWrite[], operations: readonly BulkOperation[]): void {
    const because = `A bulk request of ${operations.length} operations was too large for the target (413).`;
    // A request of few operations has too many bytes.
    const isSmall = operations.length * 2 <= this.#size;
    const bytes = bytesOf(bulkRequest(operations)) + bytesOf(bulkRequest([]));
    if (isSmall) this.#maxPayloadSize = Math.floor(bytes / 2);
    this.#shrink(kindOf(writes), isSmall ? this.#size : Math.floor(operations.length / 2), because);
  }

  #shrink(kind: Adaptation['kind'], size: number, because: string): void {
    if (size <= 1) {
      this.#stop(kind, because);
      return;
    }
    this.#size = size;
    if (!this.#saidSmaller) this.#options.adapted({ rung: 'smallerBulk', kind, id: null, because });
    this.#saidSmaller = true;
  }

  #stop(kind: Adaptation['kind'], because: string): void {
    if (this.#size > 1) this.#options.adapted({ rung: 'withoutBulk', kind, id: null, because });
    this.#size = 1;
  }
}

function kindOf(writes: readonly BulkWrite[]): Adaptation['kind'] {
  return writes[0]?.kind ?? 'User';
}

/** A write that failed as the whole request did. */
function refusedAs(write: BulkWrite, fault: ObjectFault): BulkResult {
  const result: TargetResult<never> = { ok: false, fault };
  return { type: write.type, result };
}
