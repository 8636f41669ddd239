// `scimsync links remove ID`: the store forgets one link, and the account is matched anew. Nothing is sent.
import { searchLinks } from '../store/link-inventory.ts';
import { removeLinkByHand } from '../store/remove-link.ts';
import { CommandFault } from './command-fault.ts';
import { confirm } from './confirm.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { linkCells, shownLink } from './link-text.ts';
import { noSuchLink } from './links-show.ts';
import { loadOrFail } from './load.ts';
import { programName } from './program-name.ts';
import { leaseViewNow } from './status.ts';
import { refusalFault, requireStoredJob, withStore } from './stored-job.ts';
import { alignedRows } from './table.ts';
import type { Terminal } from './terminal.ts';

const MOST = 20;

/** Removes exactly one link; several of the same name are listed instead. */
export async function removeOneLink(
  text: string,
  jobId: string,
  yes: boolean,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const configuration = await loadOrFail(options);
  return withStore(configuration, async (store) => {
    await requireStoredJob(store, jobId, configuration);
    const found = await searchLinks(store.db, jobId, text, MOST);
    const [row] = found;
    if (row === undefined) throw noSuchLink(text, jobId);
    const lines = alignedRows(found.map((each) => linkCells(shownLink(each))));
    if (found.length > 1)
      throw new CommandFault(
        `${JSON.stringify(text)} means several links. Give the source id of one:\n${lines.map((line) => `  ${line}`).join('\n')}`,
      );
    const meaning = [
      ...lines,
      'Only the store forgets this link: the account stays as it is, and the next cycle matches the person or group anew.',
      'Somebody who is not in scope any more is not matched: the account then stays for good.',
    ].join('\n');
    await confirm(meaning, 'Forget this link?', yes, terminal);
    const refusal = await removeLinkByHand(store, row, leaseViewNow());
    if (refusal !== null) throw await refusalFault(store, refusal, sameConfiguration(options));
    const removed = { job: jobId, kind: row.kind, sourceId: row.source_id, targetId: row.target_id };
    if (options.json) terminal.out(`${JSON.stringify({ removed }, null, 2)}\n`);
    else
      terminal.out(
        `The link of ${row.kind} ${row.source_id} is forgotten. See what happens next: ${programName()} plan --job ${jobId}${sameConfiguration(options)}\n`,
      );
    return EXIT.well;
  });
}
