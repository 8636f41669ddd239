// The page loop of Graph lists and delta rounds ("paging", "delta query overview"): links are opaque, empty pages are
// fine, nothing but the last page ends a list. Refuses links to other hosts, loops, and endless lists.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { JobFault } from '../model/errors.ts';
import { ExpiredPageToken, type Subject } from './errors.ts';
import { oneLine } from './json.ts';
import type { Requester } from './requester.ts';

/** One page with the link that follows it, if any. */
export interface Page {
  readonly rows: readonly unknown[];
  readonly nextLink?: string;
  readonly deltaLink?: string;
}

/** How to read pages. */
export interface PageReading {
  readonly requester: Requester;
  /** The only origin that links may have. */
  readonly origin: string;
  readonly subject: Subject;
  /** Sent with every page. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly pageLimit: number;
  readonly signal: AbortSignal;
}

const pageSchema = z.looseObject({
  value: z.array(z.unknown()),
  '@odata.nextLink': z.string().min(1).nullish(),
  '@odata.deltaLink': z.string().min(1).nullish(),
});

/**
 * Pages from the first URL on, until a page has no nextLink. For a delta subject every page must have exactly one of
 * the links. Throws JobFault (SourceProtocolError for anything that is no page), ResyncRequired, ExpiredPageToken.
 */
export async function* readPages(first: string, reading: PageReading): AsyncGenerator<Page, void, undefined> {
  const { requester, origin, signal, headers, pageLimit } = reading;
  const seen = new Set<string>();
  let subject = reading.subject;
  let url: string | undefined = first;
  while (url !== undefined) {
    if (seen.size >= pageLimit) throw protocolError(subject, `the list did not end within ${pageLimit} pages`);
    seen.add(fingerprint(url));
    const answer = await requester.json({ method: 'GET', url, ...(headers ? { headers } : {}) }, subject, signal);
    const page = toPage(answer, subject);
    for (const link of [page.nextLink, page.deltaLink]) if (link !== undefined) checkLink(link, origin, subject);
    if (page.nextLink !== undefined && seen.has(fingerprint(page.nextLink))) {
      throw protocolError(subject, 'a link to the next page repeats one that was read already');
    }
    yield page;
    url = page.nextLink;
    if (subject.paging === 'storedLink') subject = { ...subject, paging: 'deltaRound' };
  }
}

/**
 * All pages of a list, read completely before the first is handed on: page tokens live minutes only, and half a list
 * is no list. Starts again once when the page token expired.
 */
export async function readWholeList<T>(
  first: string,
  reading: PageReading,
  row: (value: unknown) => T,
): Promise<readonly (readonly T[])[]> {
  for (let restarted = false; ; restarted = true) {
    const pages: T[][] = [];
    try {
      for await (const page of readPages(first, reading)) pages.push(page.rows.map(row));
      return pages;
    } catch (error) {
      if (!(error instanceof ExpiredPageToken)) throw error;
      if (restarted) throw new JobFault('SourceIncomplete', error.message, { cause: error });
    }
  }
}

/** Whether a link points to the configured Graph and nowhere else. */
export function isOwnLink(link: string, origin: string): boolean {
  if (!URL.canParse(link)) return false;
  const url = new URL(link);
  return url.origin === origin && url.username === '' && url.password === '';
}

function checkLink(link: string, origin: string, subject: Subject): void {
  if (isOwnLink(link, origin)) return;
  const host = URL.canParse(link) ? new URL(link).origin : 'no URL';
  throw protocolError(subject, `a link leads away from ${origin} (${oneLine(host, 100)})`);
}

function toPage(answer: unknown, subject: Subject): Page {
  const parsed = pageSchema.safeParse(answer);
  if (!parsed.success) throw protocolError(subject, 'the answer has no usable list in "value"');
  const { value: rows, '@odata.nextLink': nextLink, '@odata.deltaLink': deltaLink } = parsed.data;
  if (subject.paging !== 'list' && Boolean(nextLink) === Boolean(deltaLink)) {
    throw protocolError(subject, `a delta page has ${nextLink ? 'both a nextLink and a deltaLink' : 'no link'}`);
  }
  return { rows, ...(nextLink ? { nextLink } : {}), ...(deltaLink ? { deltaLink } : {}) };
}

function protocolError(subject: Subject, what: string): JobFault {
  return new JobFault('SourceProtocolError', `${subject.what}: ${what}. Nothing is concluded from this answer.`);
}

/** Links are kilobytes long and a round has thousands of them. */
function fingerprint(url: string): string {
  return createHash('sha256').update(url).digest('base64');
}
