// What of a foreign answer may be shown in messages and logs: little, one line, and never a secret.

const LIMIT = 300;
const SECRETS: readonly [RegExp, string][] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{4,}/gi, '$1 ***'],
  [/("?(?:password|secret|client_secret|access_token|refresh_token|api_?key|token)"?\s*[:=]\s*)"[^"]*"/gi, '$1"***"'],
];

/**
 * A bounded, one-line excerpt (at most 300 characters) without control characters and secrets. `token` is the bearer token
 * of the request, which some targets echo.
 */
export function excerpt(text: string, token: string): string {
  let shown = text.slice(0, 20_000);
  if (token.length >= 4) shown = shown.replaceAll(token, '***');
  for (const [pattern, replacement] of SECRETS) shown = shown.replace(pattern, replacement);
  shown = shown.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029\s]+/gu, ' ').trim();
  return shown.length > LIMIT ? `${shown.slice(0, LIMIT - 1).replace(/[\uD800-\uDBFF]$/, '')}…` : shown;
}

/** The text of an HTML page: scripts, styles and tags removed. */
export function withoutMarkup(html: string): string {
  return html
    .slice(0, 20_000)
    .replaceAll(/<(script|style)\b[\s\S]*?(<\/\1\s*>|$)/gi, ' ')
    .replaceAll(/<[^>]*>/g, ' ');
}
