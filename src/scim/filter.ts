// Filters of RFC 7644 section 3.4.2.2. Only equality is ever asked for: nothing else works on every service provider.

/**
 * `userName eq "ana"`. The value becomes a JSON string (RFC 7644 section 3.4.2.2), so quotes and backslashes in it cannot
 * end the comparison; attribute and operator are written exactly as given, because some targets compare them literally.
 */
export function equalsFilter(attribute: string, value: string): string {
  return `${attribute} eq ${JSON.stringify(value)}`;
}
