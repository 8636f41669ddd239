// The lines of `scimsync status`: one a job with the next command to type; a fault adds what happened and what helps.
import { durationText, relativeTime } from './duration-text.ts';
import type { Condition, JobState } from './job-state.ts';
import { countsText, nextAfter } from './summary-text.ts';
import { alignedRows } from './table.ts';
import type { Colour, Paint } from './terminal.ts';
import { printable } from './terminal-text.ts';

const WORDS: Readonly<Record<Condition, readonly [string, Colour]>> = {
  fault: ['could not run', 'red'],
  quarantine: ['quarantine', 'red'],
  held: ['held', 'yellow'],
  failing: ['objects fail', 'yellow'],
  unfinished: ['unfinished', 'yellow'],
  running: ['running', 'green'],
  neverRun: ['not run yet', 'dim'],
  disabled: ['not enabled', 'dim'],
  noFile: ['no job file', 'dim'],
  well: ['well', 'green'],
};

/** The lines of all jobs, without trailing line breaks. */
export function statusLines(states: readonly JobState[], now: number, suffix: string, paint: Paint): string[] {
  const rows = alignedRows(
    states.map((state) => {
      const [word, colour] = WORDS[state.condition];
      return [
        paint(colour, word),
        paint('bold', state.id),
        openText(state),
        lastText(state, now),
        dueText(state, now),
        nextCommand(state, suffix),
      ];
    }),
  );
  return rows.flatMap((row, index) => {
    const state = states[index];
    return state === undefined ? [row] : [row, ...explanations(state).map((line) => `  ${line}`)];
  });
}

function openText({ held, escrowed }: JobState): string {
  return [...(held > 0 ? [`${held} held`] : []), ...(escrowed > 0 ? [`${escrowed} failing`] : [])].join(', ');
}

function lastText({ lastCycle, runningBy }: JobState, now: number): string {
  if (lastCycle === null) return 'no cycle yet';
  const { kind, dryRun, timeBegan, timeEnded, counts } = lastCycle;
  const began = Date.parse(timeBegan);
  const what = `${kind}${dryRun ? ' (planned only)' : ''}`;
  if (timeEnded === null)
    return runningBy === null
      ? `${what} cycle unfinished, goes on with the next run`
      : `${what} cycle for ${durationText(now - began)}`;
  const did = counts === null || dryRun ? '' : `: ${countsText({ ...counts, held: 0, escrowed: 0 })}`;
  return `${what} ${relativeTime(Date.parse(timeEnded), now)}${did}`;
}

function dueText({ nextDue }: JobState, now: number): string {
  if (nextDue === null) return '';
  const due = Date.parse(nextDue);
  return due <= now ? 'due now' : `due ${relativeTime(due, now)}`;
}

/** What to type next; empty when there is nothing to do. */
export function nextCommand(state: JobState, suffix: string): string {
  switch (state.condition) {
    case 'fault':
      return nextAfter(state.lastFault?.code ?? '', state.id, suffix);
    case 'quarantine':
      return `scimsync test-connection --job ${state.id}${suffix}`;
    case 'held':
      return `scimsync staged --job ${state.id}${suffix}`;
    case 'failing':
      return `scimsync logs --job ${state.id} --status failure${suffix}`;
    case 'neverRun':
      return `scimsync --sync-now --job ${state.id} --dry-run${suffix}`;
    case 'unfinished':
      return `scimsync --sync-now --job ${state.id}${suffix}`;
    case 'running':
      return `scimsync logs --job ${state.id} --follow${suffix}`;
    case 'disabled':
    case 'noFile':
    case 'well':
      return '';
    default:
      throw new Error(`unknown condition ${String(state.condition satisfies never)}`);
  }
}

function explanations(state: JobState): string[] {
  const lines: string[] = [];
  if (state.lastFault !== null) {
    lines.push(`${state.lastFault.code}: ${printable(state.lastFault.message)}`, printable(state.lastFault.advice));
  }
  const { lastCycle } = state;
  if (lastCycle?.timeEnded !== null && lastCycle?.counts?.inScope === 0 && state.defaultAccess > 0)
    lines.push(
      `Nobody is in scope; ${state.defaultAccess} assignment(s) hold Default Access. source.excludeDefaultAccess: false takes them in.`,
    );
  if (state.condition === 'noFile') lines.push('The store knows this job, but there is no file for it any more.');
  return lines;
}
