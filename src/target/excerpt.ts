// What of a foreign answer may be shown in messages and logs: little, one line, and never a secret.

import type { Redact } from '../model/secret.ts';

const LIMIT = 300;
const SECRETS: readonly [RegExp, string][] = [
  // Words such as "bearer credentials" are no token: one has a digit and some length.
  [/\b(Bearer|Basic)\s+(?=[A-Za-z_.~+/=-]*\d)[\w.~+/=-]{8,}/gi, '$1 ***'],
  [/("?(?:password|secret|client_secret|access_token|refresh_token|api_?key|token)"?\s*[:=]\s*)"[^"]*"/gi, '$1"***"'],
];

/**
 * A bounded, one-line excerpt (at most 300 characters) without control characters and secrets. `redact` knows the values
 * in use, such as the bearer token of the request, which some targets echo.
 */
export function excerpt(text: string, redact: Redact): string {
  let shown = redact(text.slice(0, 30_000)).slice(0, 20_000);
  for (const [pattern, replacement] of SECRETS) shown = shown.replace(pattern, replacement);
  shown = shown.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029\s]+/gu, ' ').trim();
  const quote = shown.length > LIMIT ? `${shown.slice(0, LIMIT - 1).replace(/[\uD800-\uDBFF]$/, '')}…` : shown;
  redact.quoted?.(quote);
  return quote;
}

/** The text of an HTML page: scripts, styles and tags removed. */
export function withoutMarkup(html: string): string {
  return html
    .slice(0, 20_000)
    .replaceAll(/<(script|style)\b[\s\S]*?(<\/\1\s*>|$)/gi, ' ')
    .replaceAll(/<[^>]*>/g, ' ');
}
