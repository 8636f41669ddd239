// A pause in words and in documents.
import type { Pause } from '../rules/pause.ts';
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
