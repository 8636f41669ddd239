// A terminal whose text is kept: no colours, 80 columns.
import { plainPaint, type Terminal } from '../../../src/cli/terminal.ts';

export interface CapturedTerminal extends Terminal {
  /** What went to stdout. */
  readonly text: () => string;
  /** What went to stderr. */
  readonly messages: () => string;
}

export function captured(): CapturedTerminal {
  const out: string[] = [];
  const err: string[] = [];
  return {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    paint: plainPaint,
    paintErr: plainPaint,
    redraws: false,
    columns: 80,
    text: () => out.join(''),
    messages: () => err.join(''),
  };
}
