// One line a job on a terminal, drawn anew as the cycle goes on. Draws at most ten times a second; other text is
// written above the lines.
import type { Progress } from '../engine/context.ts';
import { shortened } from './terminal-text.ts';

const STAGES: Readonly<Record<Progress['stage'], string>> = {
  import: 'importing',
  plan: 'planning',
  apply: 'applying',
};
const REDRAW_MS = 100;
const BAR_WIDTH = 20;

/** Lines at the bottom of a terminal. */
export interface ProgressLines {
  readonly update: (progress: Progress) => void;
  /** Writes a line above. */
  readonly above: (line: string) => void;
  /** The job has ended: its line goes away. */
  readonly finish: (jobId: string) => void;
}

/** The text of one line. */
export function progressText({ jobId, stage, done, total }: Progress, width: number): string {
  const known = total !== null && total > 0;
  const share = known ? Math.min(1, done / total) : 0;
  const filled = Math.round(share * BAR_WIDTH);
  const bar = known ? `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}] ${Math.floor(share * 100)} %  ` : '';
  return shortened(`${jobId}  ${STAGES[stage]}  ${bar}${done}${known ? ` of ${total}` : ''}`, width);
}

/** Draws on a stream that is a terminal; `now` is in milliseconds. */
export function createProgressLines(
  write: (text: string) => void,
  width: () => number,
  now: () => number,
): ProgressLines {
  const lines = new Map<string, string>();
  let drawn = 0;
  let lastDrawn = 0;
  const erase = () => (drawn === 0 ? '' : `\u001b[${drawn}F\u001b[J`);
  const draw = (above: string): void => {
    const text = [...lines.values()].map((line) => `${line}\n`).join('');
    write(`${erase()}${above}${text}`);
    drawn = lines.size;
    lastDrawn = now();
  };
  return {
    update: (progress) => {
      lines.set(progress.jobId, progressText(progress, width() - 1));
      if (now() - lastDrawn >= REDRAW_MS) draw('');
    },
    above: (line) => draw(`${line}\n`),
    finish: (jobId) => {
      if (lines.delete(jobId)) draw('');
    },
  };
}
