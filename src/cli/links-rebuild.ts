// `scimsync links rebuild --job ID`: the links of a lost store, read from the ids that the accounts carry.
import type { FoundAccount, RebuildReport } from '../engine/rebuild-links.ts';
import { ensureJob } from '../store/jobs.ts';
import { confirm } from './confirm.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { listenForInterruption } from './interruption.ts';
import { chosenJob, loadOrFail } from './load.ts';
import { programName } from './program-name.ts';
import { createReporting, surroundingsOf } from './reporting.ts';
import { checkStorePlace } from './store-preflight.ts';
import { alignedRows } from './table.ts';
import type { Terminal } from './terminal.ts';
import { counted, printable } from './terminal-text.ts';

/** How it was asked for. */
export interface RebuildOptions {
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly waitMilliseconds: number;
}

const SHOWN = 20;

/** Finds the links again and says whose; with a dry run on a copy of the store, which is then forgotten. */
export async function rebuildInStore(
  id: string,
  asked: RebuildOptions,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const configuration = await loadOrFail(options);
  const job = chosenJob(configuration, id);
  if (!asked.dryRun) {
    const meaning = `The accounts in the target are read, and links are added to the store. Neither directory nor target is changed.\nSee before what would be found: ${programName()} links rebuild --job ${id} --dry-run${sameConfiguration(options)}`;
    await confirm(meaning, `Add the links of job ${id}?`, asked.yes, terminal);
  }
  const { compileJobOf, connectJob, openInstallation, openPlanning } = await import('../compose.ts');
  const { rebuildLinks } = await import('../engine/rebuild-links.ts');
  const reporting = await createReporting(options, configuration, terminal);
  checkStorePlace(configuration, (message) => reporting.log.warn({}, message));
  using interruption = listenForInterruption(() => reporting.note('Stopping.'), ['SIGINT', 'SIGTERM', 'SIGHUP']);
  const installation = await (asked.dryRun ? openPlanning(configuration) : openInstallation(configuration, options));
  try {
    await installation.store.transaction((trx) => ensureJob(trx, id));
    const surroundings = surroundingsOf(reporting, interruption.signal);
    const { compiled, io } = await connectJob(installation, job, surroundings);
    const neighbours = configuration.jobs
      .filter((each) => each.id !== id && compileJobOf(configuration, each).targetRoot === compiled.targetRoot)
      .map((each) => each.id);
    const report = await rebuildLinks(compiled, neighbours, installation.identity, asked.waitMilliseconds, io);
    reporting.finished(id);
    if (options.json) terminal.out(`${JSON.stringify({ job: id, dryRun: asked.dryRun, ...report }, null, 2)}\n`);
    else terminal.out(`${reportText(id, report, asked.dryRun, options, terminal)}\n`);
    return EXIT.well;
  } finally {
    await installation.store.close();
  }
}

function reportText(
  id: string,
  report: RebuildReport,
  dryRun: boolean,
  options: GlobalOptions,
  { paint }: Terminal,
): string {
  const { listed, announced, kept, assigned, unassigned, unknown, ambiguous, sharedWith } = report;
  const total = listed.user + listed.group;
  const missing = announced.user + announced.group - total;
  const rows = [
    ['listed', `${counted(total, 'account')}${missing > 0 ? `; ${missing} more were announced and not shown` : ''}`],
    ...(kept > 0 ? [['kept', `${counted(kept, 'link')} that ${kept === 1 ? 'was' : 'were'} there`]] : []),
    [dryRun ? 'would link' : 'linked', `${assigned} assigned · ${unassigned} not assigned any more`],
    ...accountRows(report.unassignedAccounts, unassigned),
    ...(unknown > 0 ? [['left alone', `${unknown} with an id that is in nobody's charge here`]] : []),
    ...accountRows(report.unknownAccounts, unknown),
    ...(ambiguous > 0 ? [['unclear', `${ambiguous} that several accounts, or several people, fit`]] : []),
    ...(sharedWith.length > 0
      ? [['shared', `${sharedWith.join(', ')} writes to the same target: only assigned people are linked`]]
      : []),
  ];
  const suffix = sameConfiguration(options);
  const next = dryRun
    ? `Nothing was changed. Next: ${programName()} links rebuild --job ${id}${suffix}`
    : `Nothing was sent. The next cycle disables who is not assigned any more, under the guards. Next: ${programName()} plan --job ${id}${suffix}`;
  return [paint('bold', id), ...alignedRows(rows).map((row) => `  ${row}`), next].join('\n');
}

function accountRows(accounts: readonly FoundAccount[], count: number): string[][] {
  const shown = accounts.slice(0, SHOWN);
  return [
    ...shown.map(({ kind, sourceId, targetId, active }) => [
      '',
      `${kind} ${printable(sourceId)}, account ${printable(targetId)}${active ? '' : ', disabled already'}`,
    ]),
    ...(count > shown.length ? [['', `and ${count - shown.length} more`]] : []),
  ];
}
