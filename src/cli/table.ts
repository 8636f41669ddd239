// Aligned columns for terminals. Cells must be printable already.
import { stripVTControlCharacters } from 'node:util';

/** A column's alignment. */
export type Alignment = 'left' | 'right';

/** Rows with columns as wide as their widest cell, two spaces apart, without trailing spaces. */
export function alignedRows(rows: readonly (readonly string[])[], alignment: readonly Alignment[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, width(cell));
    });
  return rows.map((row) =>
    row
      .map((cell, column) => padded(cell, widths[column] ?? 0, alignment[column] ?? 'left'))
      .join('  ')
      .trimEnd(),
  );
}

/** Characters a cell takes; colour sequences take none. */
function width(cell: string): number {
  return Array.from(stripVTControlCharacters(cell)).length;
}

function padded(cell: string, to: number, alignment: Alignment): string {
  const spaces = ' '.repeat(Math.max(0, to - width(cell)));
  return alignment === 'left' ? cell + spaces : spaces + cell;
}
