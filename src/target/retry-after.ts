// How long to wait before the next try: what the target asks for (RFC 9110 section 10.2.3, decimals tolerated), or
// exponential back-off with jitter when it does not say.

const FIRST_WAIT = 1000;
const LONGEST_BACK_OFF = 30_000;

/**
 * Milliseconds that a Retry-After header asks for, or undefined when it says nothing usable. A date is measured against the
 * answer's own Date header where there is one, so that clocks need not agree.
 */
export function retryAfterMilliseconds(
  header: string | undefined,
  date: string | undefined,
  now: Date,
): number | undefined {
  const text = header?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) {
    const milliseconds = Math.ceil(Number(text) * 1000);
    return milliseconds > 0 ? milliseconds : undefined;
  }
  if (!/[a-z]/i.test(text)) return undefined;
  const until = Date.parse(text);
  const answered = date === undefined ? Number.NaN : Date.parse(date);
  const wait = until - (Number.isNaN(answered) ? now.getTime() : answered);
  return wait > 0 ? wait : undefined;
}

/** Milliseconds before try number `attempt` + 1: 1 s, 2 s, 4 s … up to 30 s, each between half and all of it. */
export function backOffMilliseconds(attempt: number, random: () => number): number {
  const longest = Math.min(FIRST_WAIT * 2 ** (attempt - 1), LONGEST_BACK_OFF);
  return Math.round(longest * (0.5 + random() / 2));
}
