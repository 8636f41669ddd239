// Runs discover and prints what it found.
import type { DiscoveredAccount } from '../engine/discover.ts';
import { ensureJob } from '../store/jobs.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { GlobalOptions } from './global-options.ts';
import { listenForInterruption } from './interruption.ts';
import { chosenJob, loadOrFail } from './load.ts';
import { csvCell } from './log-csv.ts';
import { createReporting, surroundingsOf } from './reporting.ts';
import { alignedRows } from './table.ts';
import type { Terminal } from './terminal.ts';
import { counted, printable } from './terminal-text.ts';

const SHOWN = 20;

const MEANING: Readonly<Record<DiscoveredAccount['group'], string>> = {
  managed: 'linked to somebody of the directory',
  assigned: 'fit somebody who is assigned: the next cycle matches them',
  unassigned: 'fit somebody of the directory who is not assigned, or out of scope',
  local: 'fit nobody of the directory',
};

/** Reads the target on a copy of the store, and prints accounts by group. */
export async function discover(
  id: string,
  asked: { readonly csv: boolean; readonly all: boolean },
  options: GlobalOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const configuration = await loadOrFail(options);
  const job = chosenJob(configuration, id);
  const { connectJob, openPlanning } = await import('../compose.ts');
  const { ACCOUNT_GROUPS, discoverAccounts } = await import('../engine/discover.ts');
  const reporting = await createReporting(options, configuration, terminal);
  using interruption = listenForInterruption(() => reporting.note('Stopping.'), ['SIGINT', 'SIGTERM', 'SIGHUP']);
  const installation = await openPlanning(configuration);
  try {
    await installation.store.transaction((trx) => ensureJob(trx, id));
    const surroundings = surroundingsOf(reporting, interruption.signal);
    const { compiled, io } = await connectJob(installation, job, surroundings);
    const accounts = await discoverAccounts(compiled, io);
    reporting.finished(id);
    const groups = ACCOUNT_GROUPS.map((group) => ({ group, found: accounts.filter((each) => each.group === group) }));
    const counts = Object.fromEntries(groups.map(({ group, found }) => [group, found.length]));
    if (options.json) terminal.out(`${JSON.stringify({ job: id, counts, accounts }, null, 2)}\n`);
    else if (asked.csv) terminal.out(csvText(accounts));
    else {
      terminal.out(`${terminal.paint('bold', id)}  ${counted(accounts.length, 'account')} and groups in the target\n`);
      for (const { group, found } of groups) terminal.out(groupText(group, found, asked.all));
    }
    return EXIT.well;
  } finally {
    await installation.store.close();
  }
}

function groupText(group: DiscoveredAccount['group'], found: readonly DiscoveredAccount[], all: boolean): string {
  const listed = all ? found : group === 'managed' ? [] : found.slice(0, SHOWN);
  const rows = listed.map((each) => [
    each.kind,
    printable(each.name === '' ? '(no name)' : each.name),
    printable(each.targetId),
    ...(each.active === false ? ['inactive'] : []),
    ...(each.sourceId === null ? [] : [`${printable(each.sourceId)}${foundText(each)}`]),
  ]);
  const more = group === 'managed' && !all ? 0 : found.length - listed.length;
  return [
    `  ${group.padEnd(10)}  ${found.length} ${MEANING[group]}`,
    ...alignedRows(rows).map((row) => `    ${row}`),
    ...(more > 0 ? [`    and ${more} more: --all`] : []),
    '',
  ].join('\n');
}

function foundText({ foundBy, job }: DiscoveredAccount): string {
  if (job !== null) return ` of job ${printable(job)}`;
  return foundBy === null ? '' : ` by ${printable(foundBy)}`;
}

function csvText(accounts: readonly DiscoveredAccount[]): string {
  const header = 'group,type,targetId,name,active,sourceId,foundBy,job\r\n';
  const lines = accounts.map(({ group, kind, targetId, name, active, sourceId, foundBy, job }) => {
    const cells = [group, kind, targetId, name, active === null ? '' : String(active), sourceId, foundBy, job];
    return `${cells.map((cell) => csvCell(cell ?? '')).join(',')}\r\n`;
  });
  return header + lines.join('');
}
