// The lines of `scimsync status`: one a job with the next command to type; a fault adds what happened and what helps.
import { UNSTABLE_ADVICE } from './drift-text.ts';
import { durationText, relativeTime } from './duration-text.ts';
import { stateText } from './held-configuration-text.ts';
import { vanishedText } from './job-files.ts';
import type { Condition, JobState, LastCycle, StatusReport } from './job-state.ts';
import { longPauseText } from './pause-text.ts';
import { programName } from './program-name.ts';
import { quarantineLines } from './quarantine-text.ts';
import { countsText, nextAfter, plannedText } from './summary-text.ts';
import { alignedRows } from './table.ts';
import type { Colour, Paint } from './terminal.ts';
import { counted, printable } from './terminal-text.ts';

const WORDS: Readonly<Record<Condition, readonly [string, Colour]>> = {
  refused: ['refused', 'red'],
  fault: ['could not run', 'red'],
  quarantine: ['in quarantine', 'red'],
  vanished: ['vanished', 'red'],
  held: ['held', 'yellow'],
  failing: ['objects fail', 'yellow'],
  unfinished: ['unfinished', 'yellow'],
  paused: ['paused', 'yellow'],
  running: ['running', 'green'],
  observing: ['observing', 'green'],
  neverRun: ['not run yet', 'dim'],
  disabled: ['not enabled', 'dim'],
  well: ['well', 'green'],
};

/**
 * The lines of all jobs, without trailing line breaks. `suffix` is added to suggested commands (--config …); `closely` adds
 * the objects that have failed longest.
 */
export function statusLines(
  report: StatusReport,
  now: number,
  suffix: string,
  paint: Paint,
  closely = false,
): string[] {
  const { jobs, daemonRuns } = report;
  const rows = alignedRows(
    jobs.map((state) => {
      const [word, colour] = WORDS[state.condition];
      return [
        paint(colour, word),
        paint('bold', printable(state.id)),
        openText(state, now),
        lastText(state, now),
        dueText(state, now, daemonRuns),
        nextCommand(state, suffix),
      ];
    }),
  );
  const successor = successorAmong(jobs);
  return rows.flatMap((row, index) => {
    const state = jobs[index];
    if (state === undefined) return [row];
    const lines = [
      ...quarantineExplained(state, now, daemonRuns),
      ...explanations(state, suffix, successor),
      ...(closely ? failingLines(state, now) : []),
    ];
    return [row, ...lines.map((line) => `  ${line}`)];
  });
}

/** Why a job is in quarantine, since when, when it is tried, and what helps. */
function quarantineExplained({ condition, quarantine }: JobState, now: number, daemonRuns: boolean): string[] {
  if (condition !== 'quarantine' || quarantine === null || quarantine.reason === 'TooManyDeletes') return [];
  return quarantineLines({ ...quarantine, reason: quarantine.reason }, now, daemonRuns);
}

/** The objects that have failed longest: what happened, since when, when they are tried again, and what helps. */
function failingLines({ failing, escrowed }: JobState, now: number): string[] {
  const advised = new Set<string>();
  const lines = failing.flatMap((each) => {
    const name = each.displayName === null ? each.sourceId : `${each.displayName} (${each.sourceId})`;
    const next = Date.parse(each.nextAttempt);
    const again = next <= now ? 'with the next cycle' : relativeTime(next, now);
    const head = `${each.kind} ${name}: failed ${counted(each.attempts, 'time')}, first ${relativeTime(Date.parse(each.firstFailure), now)}, tried again ${again}`;
    const isNew = each.advice !== null && !advised.has(each.code);
    advised.add(each.code);
    return [
      printable(head),
      `  ${printable(`${each.code}: ${each.message}`)}`,
      ...(isNew ? [`  ${printable(each.advice ?? '')}`] : []),
    ];
  });
  const more = escrowed - failing.length;
  return [...lines, ...(more > 0 ? [`and ${counted(more, 'more object')} that failed later`] : [])];
}

function openText({ held, approved, rejected, escrowed, deletions, paused }: JobState, now: number): string {
  return [
    ...(held > 0 ? [`${held} held`] : []),
    ...(approved > 0 ? [`${approved} approved, not carried out yet`] : []),
    ...(rejected === null ? [] : [`${rejected.count} rejected until ${rejected.until.slice(0, 10)}`]),
    ...(escrowed > 0 ? [`${escrowed} failing`] : []),
    ...(deletions.next === null
      ? []
      : [`${counted(deletions.count, 'deletion')} planned, the next one ${deletions.next.slice(0, 10)}`]),
    ...(paused === null ? [] : [`goes on in ${durationText(Date.parse(paused.until) - now)}`]),
  ].join(', ');
}

function lastText(state: JobState, now: number): string {
  const { lastCycle, runningBy, condition } = state;
  if (condition === 'vanished') return vanishedText(state);
  if (lastCycle === null) return condition === 'refused' ? '' : 'no cycle yet';
  const { kind, dryRun, timeEnded, counts } = lastCycle;
  const planned = dryRun ? ' (planned only)' : '';
  if (timeEnded === null) return unendedText(lastCycle, runningBy !== null, now);
  const ended = `${kind}${planned} ${relativeTime(Date.parse(timeEnded), now)}`;
  if (counts === null || dryRun) return ended;
  if (lastCycle.mode === 'observe') return `${ended}: ${observedText(state, lastCycle)}`;
  return `${ended}: ${countsText({ ...counts, held: 0, escrowed: 0 })}`;
}

/** A cycle that was interrupted is timed from when it was gone on with; the interruption is no work. */
function unendedText({ kind, dryRun, timeBegan, timeResumed }: LastCycle, runs: boolean, now: number): string {
  const what = `${kind}${dryRun ? ' (planned only)' : ''} cycle`;
  const began = Date.parse(timeBegan);
  const resumed = Date.parse(timeResumed);
  if (!runs) return `${what}, begun ${relativeTime(began, now)}, unfinished: goes on with the next run`;
  if (resumed - began < 1000) return `${what} for ${durationText(now - began)}`;
  return `${what}, begun ${relativeTime(began, now)}, gone on with for ${durationText(now - resumed)}`;
}

function observedText({ quietCycles }: JobState, { counts }: LastCycle): string {
  if (quietCycles > 0) return `nothing would change, for ${counted(quietCycles, 'cycle')}`;
  if (counts === null) return '';
  return `would ${plannedText(counts)}${counts.held === 0 ? '' : `, and a guard would hold ${counts.held} of it`}`;
}

function dueText({ nextDue, paused }: JobState, now: number, daemonRuns: boolean): string {
  if (nextDue === null || paused !== null) return '';
  const due = Date.parse(nextDue);
  if (!daemonRuns)
    return due <= now ? 'due when the daemon runs' : `due ${relativeTime(due, now)} when the daemon runs`;
  return due <= now ? 'due now' : `due ${relativeTime(due, now)}`;
}

/** What to type next; empty when there is nothing to do. */
export function nextCommand(state: JobState, suffix: string): string {
  const { id } = state;
  const command = (text: string): string => `${programName()} ${text}${suffix}`;
  switch (state.condition) {
    case 'refused':
      return command('validate');
    case 'fault':
      return nextAfter(state.lastFault?.code ?? '', id, suffix);
    case 'quarantine':
      return command(
        state.quarantine?.reason === 'EncounteredQuarantineException'
          ? `test-connection --job ${id}`
          : `logs --job ${id} --status failure`,
      );
    case 'vanished':
      return command('job list');
    case 'held':
      return command(`staged --job ${id}`);
    case 'failing':
      return command(`logs --job ${id} --status failure`);
    case 'paused':
      return command(`resume --job ${id}`);
    case 'neverRun':
      return command(`plan --job ${id}`);
    case 'observing':
      return state.quietCycles > 0 ? '' : command(`plan --job ${id}`);
    case 'unfinished':
      return command(`--sync-now --job ${id}`);
    case 'running':
      return command(`logs --job ${id} --follow`);
    case 'well':
      return state.approved > 0 ? command(`--sync-now --job ${id}`) : '';
    case 'disabled':
      return '';
    default:
      throw new Error(`unknown condition ${String(state.condition satisfies never)}`);
  }
}

function explanations(state: JobState, suffix: string, successor: string): string[] {
  const { lastFault, lastCycle, paused } = state;
  const lines: string[] = [];
  if (state.refusal !== null) lines.push(...state.refusal.split('\n'));
  if (state.restarting !== null)
    lines.push('A restart was asked for: the running cycle stops, and the job begins anew.');
  if (state.configuration !== null) lines.push(`The changed configuration is ${stateText(state.configuration)}.`);
  if (lastFault !== null && state.condition !== 'vanished' && state.condition !== 'quarantine')
    lines.push(`${lastFault.code}: ${printable(lastFault.message)}`, printable(lastFault.advice));
  if (state.defaultAccess > 0) {
    const nobody = lastCycle?.timeEnded !== null && lastCycle?.counts?.inScope === 0;
    const left = counted(state.defaultAccess, 'assignment');
    lines.push(
      nobody
        ? `Nobody is in scope: ${left} with Default Access left out. source.excludeDefaultAccess: false takes them in.`
        : `${left} with Default Access left out (source.excludeDefaultAccess).`,
    );
  }
  for (const { attribute, objects } of state.unstable)
    lines.push(`${printable(attribute)} of ${counted(objects, 'account')} is unstable: ${UNSTABLE_ADVICE}.`);
  if (paused !== null && paused.reason !== null) lines.push(`Paused: ${printable(paused.reason)}`);
  const long =
    paused === null
      ? null
      : longPauseText({ ...paused, since: Date.parse(paused.since), until: Date.parse(paused.until) });
  if (long !== null) lines.push(long);
  if (state.condition === 'vanished') lines.push(...vanishedAdvice(state, suffix, successor));
  return lines;
}

/** The id that a vanished job has now, when it is plain; otherwise a placeholder. */
export function successorAmong(jobs: readonly Pick<JobState, 'id' | 'condition' | 'lastFault'>[]): string {
  const vanished = jobs.filter(({ condition }) => condition === 'vanished');
  const [renamed, ...more] = jobs.filter(({ lastFault }) => lastFault?.code === 'JobRenamed');
  return vanished.length === 1 && more.length === 0 ? (renamed?.id ?? 'NEW') : 'NEW';
}

/** The ways on for a job that no file configures; `successor` is the id it has now. */
export function vanishedAdvice(
  { id, file }: Pick<JobState, 'id' | 'file'>,
  suffix: string,
  successor: string,
): string[] {
  const where = file === null ? '' : ` It was last configured in ${printable(file)}.`;
  return [
    `The store knows this job, but no file configures it any more.${where}`,
    ...alignedRows([
      [`Put the file back, or: ${programName()} job rename ${id} ${successor}${suffix}`, '(its id was changed)'],
      [
        `                       ${programName()} job forget ${id}${suffix}`,
        '(it is given up; the accounts stay as they are)',
      ],
    ]),
  ];
}
