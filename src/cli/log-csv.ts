// The provisioning log as CSV (RFC 4180). A cell that a spreadsheet would take for a formula is prefixed with an apostrophe.
import type { ProvisioningLogEntry } from '../model/cycle.ts';
import { printable } from './terminal-text.ts';

const COLUMNS = [
  'time',
  'job',
  'cycle',
  'action',
  'status',
  'type',
  'sourceId',
  'displayName',
  'targetId',
  'modified',
  'errorCode',
  'reason',
  'recommendedAction',
  'milliseconds',
] as const;

/** The first line, with its line break. */
export function csvHeader(): string {
  return `${COLUMNS.join(',')}\r\n`;
}

/** One entry as a line, with its line break. */
export function csvLine(entry: ProvisioningLogEntry): string {
  const error = entry.provisioningStatusInfo.errorInformation;
  const cells: Readonly<Record<(typeof COLUMNS)[number], string>> = {
    time: entry.activityDateTime,
    job: entry.jobId,
    cycle: entry.cycleId,
    action: entry.provisioningAction,
    status: entry.provisioningStatusInfo.status,
    type: entry.sourceIdentity.identityType,
    sourceId: entry.sourceIdentity.id,
    displayName: entry.sourceIdentity.displayName ?? '',
    targetId: entry.targetIdentity.id ?? '',
    modified: entry.modifiedProperties
      .map(({ displayName, oldValue, newValue }) => `${displayName}: ${oldValue ?? ''} -> ${newValue ?? ''}`)
      .join('; '),
    errorCode: error?.errorCode ?? '',
    reason: error?.reason ?? '',
    recommendedAction: error?.recommendedAction ?? '',
    milliseconds: String(entry.durationInMilliseconds),
  };
  return `${COLUMNS.map((column) => csvCell(cells[column])).join(',')}\r\n`;
}

/** One cell: harmless in a spreadsheet, quoted where RFC 4180 asks for it. */
export function csvCell(text: string): string {
  // Line breaks and tabs belong to CSV; other control characters act on the terminal that shows the file.
  const shown = text.replaceAll(/(?![\t\n\r])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, printable);
  const safe = /^[=+\-@\t\r]/.test(shown) ? `'${shown}` : shown;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
