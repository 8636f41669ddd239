// The filters of `protect`: one that cannot be read would protect nobody, so it is refused when it is loaded.
import { parseFilter } from '../scim/filter-parse.ts';
import { caretLines } from './check-attribute.ts';
import type { ConfigurationFault } from './fault.ts';
import { faultAt, type Located, textOf } from './located.ts';

const ADVICE = 'Write SCIM filters (RFC 7644 section 3.4.2.2), for instance: userName eq "breakglass@acme.com".';

/** Faults of the filters, each with the character it is at. */
export function checkProtect(list: Located | undefined): ConfigurationFault[] {
  if (list?.kind !== 'list') return [];
  return list.items.flatMap((item) => {
    const text = textOf(item);
    // What is no text, or an empty one, has been refused for its form.
    if (text === undefined || text === '') return [];
    const parsed = parseFilter(text);
    if (parsed.ok) return [];
    const message = `At character ${parsed.position + 1}: ${parsed.message}${caretLines(text, parsed.position)}`;
    return [faultAt(item.at, message, ADVICE)];
  });
}
