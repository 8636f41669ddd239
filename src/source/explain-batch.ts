// One batch of small reads, sent once: every item is answered, is not there, or says why it was refused. Unlike batch.ts
// it repeats nothing and fails nothing, since it only serves explanations.
import { z } from 'zod';
import type { Answered } from '../model/directory-facts.ts';
import { JobFault } from '../model/errors.ts';
import { readErrorBody } from './errors.ts';
import { type Concern, grantAdviceFor } from './permissions.ts';
import { graphUrl } from './queries.ts';
import type { Requester } from './requester.ts';

/** What one batch may hold; further reads are not sent. */
export const BATCH_SIZE = 20;

/** One read. */
export interface SmallRead {
  /** Relative to the version, encoded, with a leading slash. */
  readonly path: string;
  readonly concern: Concern;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The body of a read that found nothing. */
export const NOT_FOUND = Symbol('not found');

/** A body, NOT_FOUND, or why there is none. */
export type Answer = Answered<unknown>;

/** Sends a batch. Rejects only when aborted or by an error that is no JobFault. */
export type Ask = (reads: ReadonlyMap<string, SmallRead>) => Promise<ReadonlyMap<string, Answer>>;

const batchSchema = z.looseObject({
  responses: z.array(
    z.looseObject({
      id: z.union([z.string(), z.number()]).transform(String),
      status: z.int(),
      body: z.unknown().optional(),
    }),
  ),
});
type Item = z.infer<typeof batchSchema>['responses'][number];

/** Reads through a requester, one HTTP request a call. */
export function createAsk(requester: Requester, origin: string, signal: AbortSignal): Ask {
  return async (reads) => {
    const sent = [...reads].slice(0, BATCH_SIZE);
    if (sent.length === 0) return new Map();
    try {
      const items = await send(sent.map(([, read]) => read));
      return new Map(
        sent.map(([key, read], index) => [key, judge(items.get(String(index + 1)), read.concern, requester)]),
      );
    } catch (error) {
      if (!(error instanceof JobFault)) throw error;
      return new Map(sent.map(([key]) => [key, { known: false, why: `${error.code}: ${error.message}` }]));
    }
  };

  async function send(reads: readonly SmallRead[]): Promise<Map<string, Item>> {
    const requests = reads.map(({ path, headers }, index) => ({
      id: String(index + 1),
      method: 'GET',
      url: path,
      ...(headers === undefined ? {} : { headers }),
    }));
    const url = graphUrl(origin, '/$batch');
    const body = JSON.stringify({ requests });
    const subject = { concern: 'users', what: 'POST /$batch' } as const;
    const outer = await requester.once({ method: 'POST', url, body }, subject, signal);
    if (outer.outcome !== 'done') throw outer.fault;
    const parsed = batchSchema.safeParse(outer.value);
    if (!parsed.success) throw new JobFault('SourceProtocolError', 'The answer of a batch has no usable "responses".');
    return new Map(parsed.data.responses.map((item) => [item.id, item]));
  }
}

function judge(item: Item | undefined, concern: Concern, requester: Requester): Answer {
  if (item === undefined) return { known: false, why: 'Microsoft Graph left the answer out.' };
  if (item.status === 200) return { known: true, value: item.body };
  if (item.status === 404) return { known: true, value: NOT_FOUND };
  if (item.status === 403) return { known: false, why: `Microsoft Graph refused it (403). ${grantAdviceFor(concern)}` };
  const summary = requester.redact(readErrorBody(JSON.stringify(item.body ?? {})).summary);
  return { known: false, why: `Microsoft Graph answered ${item.status}${summary === '' ? '' : ` (${summary})`}.` };
}
