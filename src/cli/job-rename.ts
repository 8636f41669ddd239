// `scimsync job rename OLD NEW`: the id of a job was changed in its file, and its state follows.
import { jobSchema } from '../model/job.ts';
import { renameJob } from '../store/inventory.ts';
import { countAllLinks } from '../store/link-inventory.ts';
import { CommandFault } from './command-fault.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { loadOrFail } from './load.ts';
import { programName } from './program-name.ts';
import { leaseViewNow } from './status.ts';
import { refusalFault, withStore } from './stored-job.ts';
import type { Terminal } from './terminal.ts';
import { counted } from './terminal-text.ts';

/** Moves the state; warns when the files do not say the same. */
export async function renameInStore(
  from: string,
  to: string,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const id = jobSchema.shape.id.safeParse(to);
  if (!id.success)
    throw new CommandFault(`${JSON.stringify(to)} cannot be the id of a job: ${id.error.issues[0]?.message ?? ''}.`);
  if (from === to) throw new CommandFault('The two ids are the same.');
  const configuration = await loadOrFail(options);
  const known = new Set(configuration.jobs.map((job) => job.id));
  return withStore(configuration, async (store) => {
    const refusal = await renameJob(store, from, to, leaseViewNow());
    if (refusal !== null) throw await refusalFault(store, refusal, sameConfiguration(options));
    const links = await countAllLinks(store.db, to);
    const suffix = sameConfiguration(options);
    if (options.json) terminal.out(`${JSON.stringify({ renamed: { from, to, links } }, null, 2)}\n`);
    else terminal.out(`Job ${from} is ${to} now, with ${counted(links, 'link')}.\n`);
    if (known.has(from))
      terminal.err(`A file still configures ${from}: change its id before the next cycle, or it begins afresh.\n`);
    if (!known.has(to)) terminal.err(`No file configures ${to} yet: its leavers are not processed until one does.\n`);
    else if (!options.json) terminal.out(`Next: ${programName()} plan --job ${to}${suffix}\n`);
    return EXIT.well;
  });
}
