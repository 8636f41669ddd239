// Members that a change took with it and that could not be put back at once. The next cycle compares the group and adds those whom
// the directory states; of the others nobody knows, so they are named.
import type { ObjectFault } from '../model/errors.ts';

const MOST_NAMED = 20;
const BY = { addition: 'an addition of others', removal: 'a removal of others' } as const;

/** The fault of the group. It is ambiguous: the rest of the change was carried out. */
export function membersLost(
  by: keyof typeof BY,
  accounts: readonly string[],
): { readonly ok: false; readonly fault: ObjectFault } {
  const named = accounts.slice(0, MOST_NAMED).join(', ');
  const more = accounts.length > MOST_NAMED ? ` and ${accounts.length - MOST_NAMED} more` : '';
  const message = `${accounts.length} members are missing since ${BY[by]}, and could not be put back: ${named}${more}. The next cycle compares the group and adds those whom the directory states.`;
  return { ok: false, fault: { code: 'MembersMissing', message, ambiguous: true } };
}
