// A set of held changes for people: what its class means, who is in it, and how it is approved.
import { relativeTime } from './duration-text.ts';
import type { HeldChange, HeldSet } from './held-sets.ts';
import { programName } from './program-name.ts';
import { alignedRows } from './table.ts';
import type { Paint } from './terminal.ts';
import { counted, printable, shortened } from './terminal-text.ts';

const SHOWN = 20;
const LONGEST_VALUE = 60;
const SHOWN_UPDATES = 2;

/** What a class of held changes is, in words. */
const CLASS_TEXT: Readonly<Record<string, string>> = {
  leavers: 'people who were blocked or deleted',
  scopeLosses: 'people and groups that are no longer assigned or in scope',
  groupDeletes: 'groups that were deleted',
  creates: 'accounts that would be created although they should have been found',
  identity: 'existing accounts whose name, id or address would change',
  updates: 'existing accounts that would change because the configuration has changed',
  memberships: 'members that groups would lose',
  revivals: "inactive accounts that would be adopted and may be a namesake's",
  undone: 'what was undone and would be done again',
  irreversible: 'actions that the target cannot take back',
};

/** `12 changes`, or `30 memberships of 2 groups`. */
export function sizeText(guardClass: string | null, changes: readonly HeldChange[]): string {
  if (guardClass !== 'memberships') return counted(changes.length, 'change');
  const members = changes.reduce((sum, each) => sum + each.amount, 0);
  return `${counted(members, 'membership')} of ${counted(changes.length, 'group')}`;
}

/** A set with its first changes and the command that approves it; `suffix` is added to the command (--config …). */
export function setText(held: HeldSet, suffix: string, paint: Paint): string {
  const meaning = CLASS_TEXT[held.guardClass] ?? 'other changes';
  const age = relativeTime(Date.parse(held.oldest), Date.now());
  const rows = held.changes
    .slice(0, SHOWN)
    .map((change) => [
      held.guardClass === 'memberships' ? 'remove' : change.action,
      change.kind,
      printable(change.displayName ?? '(no name)'),
      printable(change.objectId),
      detailText(held, change),
    ]);
  const more = held.changes.length - rows.length;
  const caused = held.changes.filter((change) => change.byConfiguration).length;
  return [
    `${paint('bold', held.jobId)}  ${paint('yellow', sizeText(held.guardClass, held.changes))} held in ${held.guardClass}: ${meaning}; the oldest ${age}`,
    ...alignedRows(rows).map((row) => `  ${row}`),
    ...(more > 0 ? [`  and ${more} more (--json lists all)`] : []),
    ...(held.guardClass === 'creates'
      ? [`  see what each matching attribute finds: ${programName()} plan --job ${held.jobId}${suffix}`]
      : []),
    ...(caused > 0 && held.guardClass !== 'updates'
      ? [`  ${caused} of them because the configuration has changed (--config instead of --set means all such)`]
      : []),
    `  approve: ${programName()} approve --job ${held.jobId} --set ${held.set}${suffix}`,
    `  reject:  ${programName()} reject --job ${held.jobId} --set ${held.set}${suffix}`,
  ].join('\n');
}

function detailText({ guardClass }: HeldSet, { amount, event, identity, updates, undoneMembers }: HeldChange): string {
  if (guardClass === 'memberships') return counted(amount, 'member');
  if (undoneMembers === true) return `${counted(amount, 'member')} as before the undo`;
  const changed = [...(identity ?? []), ...(updates ?? []).slice(0, SHOWN_UPDATES)].map(
    ({ attribute, oldValue, newValue }) => `${printable(attribute)} ${valueText(oldValue)} -> ${valueText(newValue)}`,
  );
  const more = (updates ?? []).length - SHOWN_UPDATES;
  return [...(event === null ? [] : [event]), ...changed, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}

function valueText(value: string | null): string {
  return value === null ? '(none)' : `"${shortened(printable(value), LONGEST_VALUE)}"`;
}
