// `scimsync store purge`: forgets now what the retention would let go of in time.
import { durationMilliseconds } from '../model/duration.ts';
import { jobSchema } from '../model/job.ts';
import { purgeStore } from '../store/purge.ts';
import { CommandFault } from './command-fault.ts';
import { confirm } from './confirm.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { GlobalOptions } from './global-options.ts';
import { loadOrFail } from './load.ts';
import { leaseViewNow } from './status.ts';
import { withStore } from './stored-job.ts';
import type { Terminal } from './terminal.ts';
import { counted, printable } from './terminal-text.ts';

/** Purges the store; `person` is the source id of somebody whose entries in the log go as well. */
export async function purgeNow(
  asked: { readonly person: string | null; readonly yes: boolean },
  options: GlobalOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const configuration = await loadOrFail(options);
  return withStore(configuration, async (store) => {
    const whose = asked.person === null ? '' : `, and every entry about ${printable(asked.person)}`;
    const meaning = `Log entries and names beyond the retention are removed for good${whose}, and copies from before upgrades. No account is touched.`;
    await confirm(meaning, 'Remove them?', asked.yes, terminal);
    const defaults = jobSchema.shape.retention.parse(undefined);
    const retentionOf = (id: string) => {
      const { log, deletedPeople } = configuration.jobs.find((job) => job.id === id)?.retention ?? defaults;
      return { log: durationMilliseconds(log), deletedPeople: durationMilliseconds(deletedPeople) };
    };
    const path = configuration.storeUrl.slice('sqlite:'.length);
    const report = await purgeStore(store, path, retentionOf, leaseViewNow(), asked.person);
    if ('busy' in report)
      throw new CommandFault(
        `A cycle is running (${report.busy}). Wait for its end, or stop the daemon. Nothing was removed.`,
      );
    if (options.json) terminal.out(`${JSON.stringify({ purged: report }, null, 2)}\n`);
    else
      terminal.out(
        `Removed: ${counted(report.logEntries, 'log entry', 'log entries')}, the names of ${counted(report.objects, 'deleted object')}, ${counted(report.copies, 'copy', 'copies')} from before upgrades.\n`,
      );
    return EXIT.well;
  });
}
