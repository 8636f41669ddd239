// `scimsync job forget ID`: the store forgets a job that is given up. Nothing is sent anywhere.
import { forgetJob } from '../store/inventory.ts';
import { findJob } from '../store/jobs.ts';
import { countAllLinks } from '../store/link-inventory.ts';
import { confirm } from './confirm.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { loadOrFail } from './load.ts';
import { leaseViewNow } from './status.ts';
import { refusalFault, withStore } from './stored-job.ts';
import type { Terminal } from './terminal.ts';
import { counted, printable } from './terminal-text.ts';

/** Says what it means, asks, and forgets. */
export async function forgetInStore(
  id: string,
  yes: boolean,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const configuration = await loadOrFail(options);
  const configured = configuration.jobs.some((job) => job.id === id);
  return withStore(configuration, async (store) => {
    const row = await findJob(store.db, id);
    if (row === undefined) throw await refusalFault(store, { reason: 'unknown', id }, sameConfiguration(options));
    const links = await countAllLinks(store.db, id);
    const where = row.target_root === null ? 'the target' : printable(row.target_root);
    const meaning = [
      `The store forgets ${counted(links, 'link')} of job ${id}, what is held and failing, and its provisioning log.`,
      `The accounts in ${where} stay as they are, active ones included; nobody processes their leavers any more.`,
      ...(configured
        ? [
            `A file still configures ${id}: its next cycle begins afresh, and stops where it finds accounts with its own ids.`,
          ]
        : []),
    ].join('\n');
    await confirm(meaning, `Forget job ${id}?`, yes, terminal);
    const refusal = await forgetJob(store, id, leaseViewNow());
    if (refusal !== null) throw await refusalFault(store, refusal, sameConfiguration(options));
    if (options.json) terminal.out(`${JSON.stringify({ forgotten: { id, links } }, null, 2)}\n`);
    else terminal.out(`Job ${id} is forgotten, with ${counted(links, 'link')}. Nothing was sent to its target.\n`);
    return EXIT.well;
  });
}
