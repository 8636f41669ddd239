// `scimsync job rebind ID`: the same accounts at another address, or the same people in another directory.
import type { ConnectedJob } from '../compose.ts';
import type { ReadBack, RebindReport } from '../engine/rebind.ts';
import { findJob } from '../store/jobs.ts';
import { CommandFault } from './command-fault.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { listenForInterruption } from './interruption.ts';
import { chosenJob, loadOrFail } from './load.ts';
import { programName } from './program-name.ts';
import { alignedRows } from './table.ts';
import type { Terminal } from './terminal.ts';
import { counted, printable } from './terminal-text.ts';

/** Reads back, binds or refuses, and says by which numbers. */
export async function rebindInStore(
  id: string,
  waitMilliseconds: number,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const configuration = await loadOrFail(options);
  const job = chosenJob(configuration, id);
  const { connectJob, openInstallation } = await import('../compose.ts');
  const { rebindJob } = await import('../engine/rebind.ts');
  const installation = await openInstallation(configuration, options);
  try {
    using interruption = listenForInterruption(() => undefined);
    if ((await findJob(installation.store.db, id)) === undefined)
      throw new CommandFault(`Job ${id} has never run, so it belongs to nothing yet.`);
    const silent = { info: () => undefined, warn: () => undefined };
    const surroundings = { environment: process.env, log: silent, signal: interruption.signal };
    const connected: ConnectedJob = await connectJob(installation, job, { ...surroundings, progress: () => undefined });
    const report = await rebindJob(connected.compiled, installation.identity, waitMilliseconds, connected.io);
    if (options.json) terminal.out(`${JSON.stringify({ id, ...report }, null, 2)}\n`);
    else terminal.out(`${reportText(id, report, options, terminal)}\n`);
    return report.outcome === 'refused' ? EXIT.configuration : EXIT.well;
  } finally {
    await installation.store.close();
  }
}

function reportText(id: string, report: RebindReport, options: GlobalOptions, { paint }: Terminal): string {
  const { outcome, differences, links, target, source } = report;
  if (outcome === 'unchanged' && links === 0)
    return `Job ${id} has no links: its next cycle goes where the configuration says. Nothing to do.`;
  if (outcome === 'unchanged')
    return `Job ${id} belongs to what its configuration names; ${counted(links, 'link')} kept. Nothing to do.`;
  const rows = [
    ...differences.map(({ key, bound, configured }) => [key, `${printable(bound)} -> ${printable(configured)}`]),
    ...sideRows('accounts', target, links),
    ...sideRows('people', source, links),
  ];
  const next =
    outcome === 'bound'
      ? `${paint('green', 'Bound')}: ${id} belongs there from now on. Next: ${programName()} plan --job ${id}${sameConfiguration(options)}`
      : `${paint('red', 'Refused')}: this does not look like the same system. Nothing was changed. Put the former configuration back, or begin with a new job id.`;
  return [paint('bold', id), ...alignedRows(rows).map((row) => `  ${row}`), next].join('\n');
}

function sideRows(name: string, side: ReadBack | null, links: number): string[][] {
  if (side === null) return [];
  const { asked, same, wrong } = side;
  const sample = asked < links ? ` (of ${links})` : '';
  const more = asked - same - wrong.length;
  return [
    [name, `${same} of ${asked}${sample} read back are there and are the same`],
    ...wrong.map(({ kind, sourceId, targetId, reason }) => [
      '',
      `${kind} ${printable(sourceId)}, account ${printable(targetId)}: ${printable(reason)}`,
    ]),
    ...(more > 0 ? [['', `and ${more} more`]] : []),
  ];
}
