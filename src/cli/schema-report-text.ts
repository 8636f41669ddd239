// The report of a conversion as text: where, what, why, and what to do.
import type { ConversionReport, ReportItem } from '../config/entra/report.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { alignedRows } from './table.ts';
import type { Terminal } from './terminal.ts';
import { printable } from './terminal-text.ts';

/** Prints one part of a report on stderr; nothing when it is empty. */
export function printItems(heading: string, items: readonly ReportItem[], terminal: Terminal): void {
  if (items.length === 0) return;
  terminal.err(`${terminal.paintErr('bold', `${heading} (${items.length})`)}\n`);
  for (const { path, value, reason, advice } of items) {
    terminal.err(`  ${printable(path === '' ? '(the whole)' : path)}\n`);
    const rows = [
      ['    what', value],
      ['    why', reason],
      ['    do', advice],
    ].filter(([, text]) => text !== '');
    for (const row of alignedRows(rows.map((cells) => cells.map(printable)))) terminal.err(`${row}\n`);
  }
}

/** Something is missing in the result that was in use before. */
export function reportExit({ leftOut }: ConversionReport): ExitCode {
  return leftOut.some(({ idle }) => idle !== true) ? EXIT.objectsFailed : EXIT.well;
}
