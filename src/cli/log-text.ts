// One entry of the provisioning log for people: when, how it went, what was done to whom, what changed, and what helps.
import type { ProvisioningLogEntry } from '../model/cycle.ts';
import type { Colour, Paint } from './terminal.ts';
import { printable, shortened } from './terminal-text.ts';

type Status = ProvisioningLogEntry['provisioningStatusInfo']['status'];

const MARKS: Readonly<Record<Status, readonly [string, Colour]>> = {
  success: ['✓', 'green'],
  warning: ['!', 'yellow'],
  failure: ['✗', 'red'],
  skipped: ['–', 'dim'],
};

const LONGEST_VALUE = 60;
const MOST_ATTRIBUTES = 8;
const ACTION_WIDTH = 'stagedDelete'.length;

/** The lines of one entry, without trailing line breaks. Everything that comes from outside is printable. */
export function entryLines(entry: ProvisioningLogEntry, paint: Paint): string[] {
  const { status, errorInformation } = entry.provisioningStatusInfo;
  const [mark, colour] = MARKS[status];
  const { id, displayName, identityType } = entry.sourceIdentity;
  const name = displayName === null ? id : `${displayName} (${id})`;
  const head = [
    entry.activityDateTime,
    paint(colour, mark),
    printable(entry.jobId),
    entry.provisioningAction.padEnd(ACTION_WIDTH),
    identityType.toLowerCase().padEnd('group'.length),
    printable(name),
  ].join('  ');
  const changes = changesText(entry.modifiedProperties);
  const lines = [changes === '' ? head : `${head}  ${changes}`];
  if (errorInformation !== undefined) {
    const { errorCode, reason, recommendedAction } = errorInformation;
    lines.push(`    ${printable(`${errorCode}: ${reason}`)}`, `    ${printable(recommendedAction)}`);
  } else if (status !== 'success') {
    const last = entry.provisioningSteps.at(-1);
    if (last !== undefined) lines.push(`    ${printable(last.description)}`);
  }
  return lines;
}

function changesText(modified: ProvisioningLogEntry['modifiedProperties']): string {
  const shown = modified
    .slice(0, MOST_ATTRIBUTES)
    .map(
      ({ displayName, oldValue, newValue }) =>
        `${printable(displayName)} ${valueText(oldValue)} -> ${valueText(newValue)}`,
    );
  const more = modified.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}

function valueText(value: string | null): string {
  return value === null ? '(none)' : `"${shortened(printable(value), LONGEST_VALUE)}"`;
}
