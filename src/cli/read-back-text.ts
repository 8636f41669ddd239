// What a careful start (--limit) sent and what the target holds of it, for people.
import type { CycleSummary } from '../model/cycle.ts';
import type { ObjectReport } from '../model/object-report.ts';
import { shortAttribute } from './attribute-text.ts';
import type { Paint } from './terminal.ts';
import { counted, printable } from './terminal-text.ts';

/** Objects that are named one by one; --json has all of them. */
const MOST_SHOWN = 20;

/** Rows of a summary: how far the limit reached, and each object as it was read back, those that differ first. */
export function limitedRows({ limited, objects }: Pick<CycleSummary, 'limited' | 'objects'>, paint: Paint): string[][] {
  if (limited === undefined) return [];
  const { sent, left } = limited;
  const goOn = left === 0 ? 'nothing is left' : `${left} left: run again with a larger --limit or without`;
  const reports = (objects ?? []).toSorted((a, b) => Number(isAsSent(a)) - Number(isAsSent(b)));
  const shown = reports
    .slice(0, MOST_SHOWN)
    .map((report, index) => [index === 0 ? 'read back' : '', line(report, paint)]);
  const more = reports.length - shown.length;
  return [
    ['limit', `${sent} of ${sent + left} sent · ${goOn}`],
    ...shown,
    ...(more > 0 ? [['', `${counted(more, 'more object')}: --json shows all`]] : []),
  ];
}

function isAsSent({ readBack }: ObjectReport): boolean {
  return readBack?.result === 'asSent';
}

function line(report: ObjectReport, paint: Paint): string {
  const who = `${report.kind} ${printable(report.displayName ?? report.id)}`;
  return isAsSent(report) ? `${who}: as sent` : `${who}: ${paint('yellow', differenceText(report))}`;
}

function differenceText({ readBack }: ObjectReport): string {
  if (readBack === undefined || readBack.result === 'unread') return 'not read, so it is not known what it holds';
  if (readBack.result === 'gone') return 'there is no such account';
  return readBack.differences
    .map(
      ({ attribute, sent, held }) => `${shortAttribute(attribute)} was sent as ${quoted(sent)} and is ${quoted(held)}`,
    )
    .join('; ');
}

function quoted(value: string | null): string {
  return value === null ? '(none)' : `"${printable(value)}"`;
}
