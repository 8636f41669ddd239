// A pause in words and in documents.
import { type Pause, tokensEndIn } from '../rules/pause.ts';
import { printable } from './terminal-text.ts';

/** Times are ISO. */
export interface PauseDocument {
  readonly since: string;
  readonly until: string;
  readonly reason: string | null;
}

/** A pause as --json prints it. */
export function pauseDocument({ since, until, reason }: Pause): PauseDocument {
  return { since: new Date(since).toISOString(), until: new Date(until).toISOString(), reason };
}

/** `until 2026-03-02 12:00 UTC (maintenance of the target)`. */
export function pauseText({ until, reason }: Pause): string {
  const [day = '', time = ''] = new Date(until).toISOString().split('T');
  return `until ${day} ${time.slice(0, 5)} UTC${reason === null ? '' : ` (${printable(reason)})`}`;
}

/** What a long pause costs; null for a short one. */
export function longPauseText(pause: Pause): string | null {
  const end = tokensEndIn(pause);
  if (end === null) return null;
  const day = new Date(end).toISOString().slice(0, 10);
  return `Microsoft Graph keeps the place to which it was read for 7 days, until ${day} at the latest: the first cycle after this pause reads everybody again. Nobody is lost by it.`;
}
