// Many small reads in few requests: Graph's JSON batching ("JSON batching"). Items are judged one by one, answers come
// in any order, and only the items that may be repeated are repeated, after the largest wait that any of them asks for.
import { z } from 'zod';
import { JobFault } from '../model/errors.ts';
import { type GraphAnswer, judgeRefusal, type Subject } from './errors.ts';
import { graphUrl } from './queries.ts';
import type { Requester } from './requester.ts';
import type { Attempt } from './retry.ts';

/** One read of a batch. */
export interface BatchRead {
  /** What the answer is filed under; unique among the reads. */
  readonly key: string;
  /** Relative to the version, encoded, with a leading slash. */
  readonly path: string;
}

/** What a read brought: the body, or that there is no such object. Everything else is thrown. */
export type BatchAnswer = { readonly found: true; readonly body: unknown } | { readonly found: false };

/** How to read. */
export interface BatchReading {
  readonly requester: Requester;
  readonly origin: string;
  readonly subject: Subject;
  /** Take 403 for not found; otherwise it is the fault SourcePermissionMissing. */
  readonly toleratesForbidden: boolean;
  readonly signal: AbortSignal;
}

const BATCH_SIZE = 20;
const IN_FLIGHT = 4;

const batchSchema = z.looseObject({
  responses: z.array(
    z.looseObject({
      id: z.union([z.string(), z.number()]).transform(String),
      status: z.int(),
      headers: z.record(z.string(), z.unknown()).nullish(),
      body: z.unknown().optional(),
    }),
  ),
});
type Item = z.infer<typeof batchSchema>['responses'][number];
type Repeatable = Exclude<Attempt<never>, { outcome: 'done' }>;

/** Answers of all reads, up to four batches of twenty at a time. Throws JobFault; then nothing is answered. */
export async function readBatches(
  reads: readonly BatchRead[],
  reading: BatchReading,
): Promise<ReadonlyMap<string, BatchAnswer>> {
  const answers = new Map<string, BatchAnswer>();
  const batches: (readonly BatchRead[])[] = [];
  for (let start = 0; start < reads.length; start += BATCH_SIZE) batches.push(reads.slice(start, start + BATCH_SIZE));
  const failed = new AbortController();
  const signal = AbortSignal.any([reading.signal, failed.signal]);
  const queue = batches.values();
  const worker = async () => {
    for (const batch of queue) {
      try {
        await readBatch(batch, { ...reading, signal }, answers);
      } catch (error) {
        failed.abort(error);
        throw error;
      }
    }
  };
  const workers = Array.from({ length: Math.min(IN_FLIGHT, batches.length) }, worker);
  const ended = await Promise.allSettled(workers);
  reading.signal.throwIfAborted();
  if (ended.some((each) => each.status === 'rejected')) throw failed.signal.reason;
  return answers;
}

async function readBatch(
  batch: readonly BatchRead[],
  reading: BatchReading,
  answers: Map<string, BatchAnswer>,
): Promise<void> {
  const { requester, signal } = reading;
  let pending = batch;
  await requester.backoff.run(async (): Promise<Attempt<void>> => {
    const request = {
      method: 'POST',
      url: graphUrl(reading.origin, '/$batch'),
      body: JSON.stringify({
        requests: pending.map((read, index) => ({ id: String(index + 1), method: 'GET', url: read.path })),
      }),
    } as const;
    const outer = await requester.once(request, reading.subject, signal);
    if (outer.outcome !== 'done') return outer;
    const items = new Map(parseBatch(outer.value, reading.subject).map((item) => [item.id, item]));
    const repeat: { read: BatchRead; why: Repeatable }[] = [];
    for (const [index, read] of pending.entries()) {
      const judged = judgeItem(items.get(String(index + 1)), reading);
      if (judged.outcome === 'done') answers.set(read.key, judged.value);
      else repeat.push({ read, why: judged });
    }
    pending = repeat.map((each) => each.read);
    return together(repeat.map((each) => each.why));
  }, signal);
}

function judgeItem(item: Item | undefined, reading: BatchReading): Attempt<BatchAnswer> {
  const { subject } = reading;
  if (item === undefined) {
    return {
      outcome: 'failed',
      fault: new JobFault('SourceProtocolError', `${subject.what}: a batch was answered without one of its items.`),
    };
  }
  if (item.status === 404 || (item.status === 403 && reading.toleratesForbidden)) {
    return { outcome: 'done', value: { found: false } };
  }
  if (item.status === 200) return { outcome: 'done', value: { found: true, body: item.body } };
  const { clock, redact } = reading.requester;
  return judgeRefusal(itemAnswer(item), subject, clock.now(), redact);
}

/** One verdict for what is left: a wait asked by any item holds for all; the largest counts. */
function together(reasons: readonly Repeatable[]): Attempt<void> {
  const [first] = reasons;
  if (first === undefined) return { outcome: 'done', value: undefined };
  const throttled = reasons.filter((each) => each.outcome === 'throttled');
  const waits = throttled.flatMap((each) => each.waitMilliseconds ?? []);
  const [order] = throttled;
  if (order === undefined) return { outcome: 'failed', fault: first.fault };
  return {
    outcome: 'throttled',
    waitMilliseconds: waits.length === 0 ? undefined : Math.max(...waits),
    fault: order.fault,
  };
}

function itemAnswer(item: Item): GraphAnswer {
  const headers = new Map(Object.entries(item.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    status: item.status,
    header: (name) => {
      const value = headers.get(name.toLowerCase());
      return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
    },
    text: typeof item.body === 'string' ? item.body : JSON.stringify(item.body ?? {}),
  };
}

function parseBatch(value: unknown, subject: Subject): Item[] {
  const parsed = batchSchema.safeParse(value);
  if (parsed.success) return parsed.data.responses;
  throw new JobFault('SourceProtocolError', `${subject.what}: the answer of a batch has no usable "responses".`);
}
