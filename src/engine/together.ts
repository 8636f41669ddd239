// Sends writes together that would otherwise go one by one, without whoever sends them knowing: every task gets a target
// whose writes wait until all other tasks of the batch wait as well, or have ended; then they share a bulk request.
// Reads go straight to the target. What becomes of each write is answered to its task, as if it had been alone.
import type { BulkWrite } from '../scim/bulk.ts';
import type { ScimResource } from '../scim/resource.ts';
import { runBounded } from './bounded.ts';
import { ensureCapabilities } from './capabilities.ts';
import type { CycleContext } from './context.ts';
import type { BulkPort, BulkResult, ScimTarget, TargetResult } from './ports.ts';

/** Batches under way at once: a bulk request is as heavy for the target as all of its operations. */
const BATCHES_AT_ONCE = 4;

/** Where writes may go together at present; undefined where they go one by one, as in a careful start. */
export function bulkOf({ io, careful }: CycleContext): BulkPort | undefined {
  return careful === null && io.target.bulk !== undefined && io.target.bulk.size > 1 ? io.target.bulk : undefined;
}

/**
 * Runs a task for every item: in batches whose writes go together, or so many at once where they go one by one.
 * @throws whatever the first failing task threw, after those that had begun have ended.
 */
export async function runForEach<I, T>(
  context: CycleContext,
  items: readonly I[],
  task: (within: CycleContext, item: I) => Promise<T>,
  atOnce: number,
): Promise<T[]> {
  if (items.length > 1 && bulkOf(context) !== undefined) await ensureCapabilities(context);
  const bulk = bulkOf(context);
  if (bulk === undefined) {
    return runBounded(
      items.map((item) => () => task(context, item)),
      atOnce,
    );
  }
  const batches = chunksOf(items, bulk.size);
  const done = await runBatches(batches, async (batch) => {
    const ended = await runTogether(
      context,
      batch.map((item) => ({ run: (within) => task(within, item) })),
    );
    throwFailure(ended);
    return ended.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  });
  return done.flat();
}

/** Throws what the first task that failed threw. */
export function throwFailure(ended: readonly PromiseSettledResult<unknown>[]): void {
  const failed = ended.find((each) => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Runs batches, a few at once. */
export function runBatches<B, T>(batches: readonly B[], run: (batch: B) => Promise<T>): Promise<T[]> {
  return runBounded(
    batches.map((batch) => () => run(batch)),
    BATCHES_AT_ONCE,
  );
}

/** The items in their order, so many at a time. */
export function chunksOf<I>(items: readonly I[], size: number): I[][] {
  const chunks: I[][] = [];
  for (let from = 0; from < items.length; from += size) chunks.push(items.slice(from, from + size));
  return chunks;
}

/** One of the tasks of a batch. */
interface Task<T> {
  /** By this name other writes of the batch refer to what it creates. */
  readonly name?: string;
  /** What the task is to see of the resource that the target answers to its creation. */
  readonly sees?: (created: ScimResource, sent: ScimResource) => Promise<ScimResource>;
  readonly run: (within: CycleContext) => Promise<T>;
}

/** Runs the tasks of one batch. Writes of the same moment are sent in the order of the tasks. Never rejects. */
export async function runTogether<T>(
  context: CycleContext,
  tasks: readonly Task<T>[],
): Promise<PromiseSettledResult<T>[]> {
  const gathering = new Gathering(context, tasks.length);
  return Promise.allSettled(
    tasks.map(async ({ name, sees, run }, place) => {
      const target = gathering.targetOf(place, name ?? context.io.newId(), sees ?? asIs);
      try {
        return await run({ ...context, io: { ...context.io, target } });
      } finally {
        gathering.leave();
      }
    }),
  );
}

function asIs(created: ScimResource): Promise<ScimResource> {
  return Promise.resolve(created);
}

interface Waiting {
  readonly place: number;
  readonly write: BulkWrite;
  readonly answer: (result: BulkResult) => void;
  readonly fail: (reason: unknown) => void;
}

class Gathering {
  readonly #context: CycleContext;
  #running: number;
  #waiting: Waiting[] = [];

  constructor(context: CycleContext, tasks: number) {
    this.#context = context;
    this.#running = tasks;
  }

  /** The target as one task sees it. */
  targetOf(place: number, bulkId: string, sees: NonNullable<Task<unknown>['sees']>): ScimTarget {
    const { target } = this.#context.io;
    return {
      discover: (signal) => target.discover(signal),
      remember: (capabilities, learned) => target.remember(capabilities, learned),
      find: (kind, attribute, value, signal) => target.find(kind, attribute, value, signal),
      findAny: (kind, values, signal) => target.findAny(kind, values, signal),
      refersTo: (kind, id, reference, signal) => target.refersTo(kind, id, reference, signal),
      list: (kind, signal) => target.list(kind, signal),
      get: (kind, id, signal) => target.get(kind, id, signal),
      create: async (kind, resource) => {
        const answered = await this.#join(place, { type: 'create', bulkId, kind, resource });
        if (answered.type !== 'create') return mixedUp();
        if (!answered.result.ok) return answered.result;
        return { ok: true, value: await sees(answered.result.value, resource) };
      },
      patch: async (kind, id, operations): Promise<TargetResult<Patched>> => {
        if (operations.length === 0) return { ok: true, value: null };
        const answered = await this.#join(place, { type: 'patch', bulkId, kind, id, operations });
        return answered.type === 'patch' ? answered.result : mixedUp();
      },
      remove: async (kind, id) => {
        const answered = await this.#join(place, { type: 'remove', bulkId, kind, id });
        return answered.type === 'remove' ? answered.result : mixedUp();
      },
      get requests() {
        return target.requests;
      },
      get learned() {
        return target.learned;
      },
    };
  }

  /** A task has ended. */
  leave(): void {
    this.#running -= 1;
    this.#sendWhenComplete();
  }

  #join(place: number, write: BulkWrite): Promise<BulkResult> {
    return new Promise((answer, fail) => {
      this.#waiting.push({ place, write, answer, fail });
      this.#sendWhenComplete();
    });
  }

  #sendWhenComplete(): void {
    if (this.#waiting.length === 0 || this.#waiting.length < this.#running) return;
    const waiting = this.#waiting.toSorted((a, b) => a.place - b.place);
    this.#waiting = [];
    this.#send(waiting.map(({ write }) => write)).then(
      (results) => {
        for (const [index, { answer, fail }] of waiting.entries()) {
          const result = results[index];
          if (result === undefined) fail(new Error('a bulk request left a write without an answer'));
          else answer(result);
        }
      },
      (error: unknown) => {
        for (const { fail } of waiting) fail(error);
      },
    );
  }

  async #send(writes: readonly BulkWrite[]): Promise<readonly BulkResult[]> {
    const { target, signal } = this.#context.io;
    if (target.bulk === undefined) throw new Error('writes were gathered for a target that takes none together');
    return target.bulk.send(writes, signal);
  }
}

type Patched = Extract<Awaited<ReturnType<ScimTarget['patch']>>, { ok: true }>['value'];

function mixedUp(): never {
  throw new Error('a bulk request answered a write with the result of another kind');
}
