// The watermark of one feed: a link of Graph, and in which reading it was obtained. Stored with the rows of its page.
import { z } from 'zod';
import type { DeltaPage } from '../model/directory.ts';
import { JobFault, ResyncRequired } from '../model/errors.ts';

const watermarkSchema = z.strictObject({
  /** A nextLink continues an unfinished round; a deltaLink begins the next one. */
  type: z.enum(['nextLink', 'deltaLink']),
  link: z.string(),
  /** Number of the full enumeration this round belongs to; 0 for a round of changes. */
  enumeration: z.int(),
});

export type Watermark = z.infer<typeof watermarkSchema>;

/** The stored watermark, or null when there is none. */
export function parseWatermark(text: string | null): Watermark | null {
  return text === null ? null : watermarkSchema.parse(JSON.parse(text));
}

/** The watermark after a page. */
export function watermarkAfter(page: DeltaPage, enumeration: number): Watermark {
  if (page.deltaLink !== undefined) return { type: 'deltaLink', link: page.deltaLink, enumeration: 0 };
  if (page.nextLink !== undefined) return { type: 'nextLink', link: page.nextLink, enumeration };
  throw new JobFault(
    'SourceProtocolError',
    'A delta page of Microsoft Graph has neither a next link nor a delta link.',
  );
}

/**
 * A reading from the beginning. When the source refuses even that, the cycle ends: one restart a cycle, and the watermark
 * stays as it was.
 * @throws JobFault SourceIncomplete instead of ResyncRequired.
 */
export async function lastReading(reading: Promise<void>): Promise<void> {
  try {
    await reading;
  } catch (error) {
    if (!(error instanceof ResyncRequired)) throw error;
    throw new JobFault('SourceIncomplete', `A reading from the beginning was refused too. ${error.message}`, {
      cause: error,
    });
  }
}
