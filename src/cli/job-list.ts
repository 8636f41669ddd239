// `scimsync job list`: every job that a file or the store knows, with what the other one says about it.

import { relativeTime } from './duration-text.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { vanishedText } from './job-files.ts';
import type { JobState } from './job-state.ts';
import { loadOrFail } from './load.ts';
import { readStates } from './status.ts';
import { successorAmong, vanishedAdvice } from './status-text.ts';
import { alignedRows } from './table.ts';
import type { Terminal } from './terminal.ts';
import { counted, printable } from './terminal-text.ts';

/** Prints the jobs by id; exit code 3 while one has lost its configuration. */
export async function listJobInventory(options: GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const { jobs: states } = await readStates(await loadOrFail(options));
  const jobs = states.toSorted((left, right) => left.id.localeCompare(right.id, 'en'));
  if (options.json) {
    const rows = jobs.map(({ id, condition, file, links, lastCycle }) => ({
      id,
      state: stateText(condition),
      file,
      links,
      lastCycle: lastCycle === null ? null : (lastCycle.timeEnded ?? lastCycle.timeBegan),
    }));
    terminal.out(`${JSON.stringify({ jobs: rows }, null, 2)}\n`);
  } else print(jobs, options, terminal);
  return jobs.some(({ condition }) => condition === 'vanished') ? EXIT.held : EXIT.well;
}

/** What the files say about a job. */
function stateText(condition: JobState['condition']): string {
  if (condition === 'vanished') return 'no configuration';
  if (condition === 'refused') return 'refused';
  return condition === 'disabled' ? 'not enabled' : 'configured';
}

function print(jobs: readonly JobState[], options: GlobalOptions, terminal: Terminal): void {
  if (jobs.length === 0) terminal.out('There are no jobs.\n');
  const { paint } = terminal;
  const rows = alignedRows(
    jobs.map(({ id, condition, file, links, lastCycle }) => [
      paint('bold', printable(id)),
      condition === 'vanished' ? paint('red', vanishedText({ links })) : stateText(condition),
      condition === 'vanished' ? '' : counted(links, 'link'),
      lastCycle === null
        ? 'no cycle yet'
        : `last cycle ${relativeTime(Date.parse(lastCycle.timeEnded ?? lastCycle.timeBegan), Date.now())}`,
      printable(file ?? ''),
    ]),
  );
  for (const row of rows) terminal.out(`${row}\n`);
  const suffix = sameConfiguration(options);
  const successor = successorAmong(jobs);
  for (const job of jobs)
    if (job.condition === 'vanished')
      terminal.out(`\n${printable(job.id)}: ${vanishedAdvice(job, suffix, successor).join('\n  ')}\n`);
}
