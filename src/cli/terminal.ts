// Where results (stdout) and everything else (stderr) go, and whether colours and redrawn lines make sense there.
import { harmlessJson } from '../model/harmless-json.ts';

export type Colour = 'red' | 'yellow' | 'green' | 'dim' | 'bold';

const SEQUENCES: Readonly<Record<Colour, readonly [string, string]>> = {
  red: ['\u001b[31m', '\u001b[39m'],
  yellow: ['\u001b[33m', '\u001b[39m'],
  green: ['\u001b[32m', '\u001b[39m'],
  dim: ['\u001b[2m', '\u001b[22m'],
  bold: ['\u001b[1m', '\u001b[22m'],
};

/** Puts a colour around a text, or leaves it as it is where colours are not wanted. */
export type Paint = (colour: Colour, text: string) => string;

const USUAL_COLUMNS = 80;

export const plainPaint: Paint = (_colour, text) => text;

/** Two streams and what they can do. */
export interface Terminal {
  /** Results. */
  readonly out: (text: string) => void;
  /** Messages, warnings and progress. */
  readonly err: (text: string) => void;
  /** For text on stdout. */
  readonly paint: Paint;
  /** For text on stderr. */
  readonly paintErr: Paint;
  /** True when stderr is a terminal on which lines can be drawn anew. */
  readonly redraws: boolean;
  readonly columns: number;
}

/** The streams of this process; `color` is false after --no-color. NO_COLOR is honoured (no-color.org). */
export function processTerminal(color: boolean, environment: Readonly<Record<string, string | undefined>>): Terminal {
  const { stdout, stderr } = process;
  const wanted = color && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb';
  return {
    out: (text) => void stdout.write(harmlessJson(text)),
    err: (text) => void stderr.write(harmlessJson(text)),
    paint: wanted && stdout.isTTY ? coloured : plainPaint,
    paintErr: wanted && stderr.isTTY ? coloured : plainPaint,
    redraws: stderr.isTTY && environment['TERM'] !== 'dumb',
    get columns() {
      return stderr.columns > 0 ? stderr.columns : USUAL_COLUMNS;
    },
  };
}

function coloured(colour: Colour, text: string): string {
  const [before, after] = SEQUENCES[colour];
  return `${before}${text}${after}`;
}
