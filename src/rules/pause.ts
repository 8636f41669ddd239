// Whether a job is paused. A pause always has an end and ends by itself: one whose end has passed is no pause.

/** What the store keeps about a pause. */
export interface StoredPause {
  readonly paused_since: number | null;
  readonly paused_until: number | null;
  readonly pause_reason: string | null;
}

/** A pause that lasts. Moments are milliseconds. */
export interface Pause {
  readonly since: number;
  readonly until: number;
  readonly reason: string | null;
}

/** The pause of a job at a moment, or null. */
export function pauseOf(stored: StoredPause, now: number): Pause | null {
  const { paused_since: since, paused_until: until, pause_reason: reason } = stored;
  if (since === null || until === null || until <= now) return null;
  return { since, until, reason };
}

/** When the last pause ended; null when there was none, or it lasts. */
export function pauseEnded(stored: StoredPause, now: number): number | null {
  return stored.paused_until === null || stored.paused_until > now ? null : stored.paused_until;
}

/** How long Microsoft Graph keeps the place to which a feed of directory objects was read (delta query, token duration). */
const TOKEN_MS = 7 * 86_400_000;

/** When the delta tokens of a paused job end, if the pause lasts longer: the cycle after it reads everybody again. */
export function tokensEndIn({ since, until }: Pause): number | null {
  return until - since >= TOKEN_MS ? since + TOKEN_MS : null;
}
