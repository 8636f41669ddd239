// One round of a Graph delta chain ("delta query overview"). Pages are handed on as they come: a replay is harmless to
// the engine, but nothing may be concluded from a round that did not reach its deltaLink.

import type { DeltaStart } from '../engine/ports.ts';
import type { DeltaPage, ObjectKind } from '../model/directory.ts';
import { ResyncRequired } from '../model/errors.ts';
import { deltaEntry } from './entries.ts';
import { ExpiredPageToken } from './errors.ts';
import { isOwnLink, type Page, readPages } from './pages.ts';
import { deltaPath, graphUrl } from './queries.ts';
import type { Requester } from './requester.ts';

/** What a round is read with. */
export interface DeltaReading {
  readonly requester: Requester;
  readonly origin: string;
  readonly pageLimit: number;
  readonly signal: AbortSignal;
}

/**
 * Pages until the deltaLink. A page token that expires in the middle starts the round again once, from where it began.
 * Throws ResyncRequired for a link that is not accepted any more or belongs to another Graph.
 */
export async function* readDeltaRound(
  from: DeltaStart | { readonly kind: ObjectKind; readonly link: string },
  reading: DeltaReading,
): AsyncGenerator<DeltaPage, void, undefined> {
  const { kind } = from;
  const stored = 'link' in from;
  if (stored && !isOwnLink(from.link, reading.origin)) {
    throw new ResyncRequired(`The stored ${kind}s delta link does not belong to ${reading.origin}.`);
  }
  const first = stored
    ? from.link
    : graphUrl(reading.origin, deltaPath(kind, from.properties, from.relation, from.from));
  const subject = {
    concern: `${kind}s`,
    what: `GET /${kind}s/delta`,
    paging: stored ? 'storedLink' : 'deltaRound',
  } as const;
  for (let restarted = false; ; restarted = true) {
    let pages = 0;
    try {
      for await (const page of readPages(first, { ...reading, subject })) {
        pages += 1;
        yield deltaPage(kind, page);
      }
      return;
    } catch (error) {
      if (!(error instanceof ExpiredPageToken)) throw error;
      if (restarted || pages === 0) throw new ResyncRequired(error.message);
    }
  }
}

function deltaPage(kind: ObjectKind, page: Page): DeltaPage {
  return {
    entries: page.rows.map((row) => deltaEntry(kind, row)),
    ...(page.nextLink === undefined ? {} : { nextLink: page.nextLink }),
    ...(page.deltaLink === undefined ? {} : { deltaLink: page.deltaLink }),
  };
}
