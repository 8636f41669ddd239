// `scimsync store backup FILE`: a checked copy of the store.
import { type BackupRefusal, backupStore } from '../store/backup.ts';
import { CommandFault } from './command-fault.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { GlobalOptions } from './global-options.ts';
import { loadOrFail } from './load.ts';
import type { Terminal } from './terminal.ts';
import { counted, printable } from './terminal-text.ts';

/** Makes the copy and says what it holds. */
export async function backupToFile(
  file: string,
  overwrite: boolean,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { storeUrl } = await loadOrFail(options);
  const backup = await backupStore(storeUrl, file, { overwrite });
  if ('refused' in backup) throw new CommandFault(refusalText(backup));
  if (options.json) {
    terminal.out(`${JSON.stringify({ backup }, null, 2)}\n`);
    return EXIT.well;
  }
  const size =
    backup.bytes < 1_000_000 ? `${Math.ceil(backup.bytes / 1000)} kB` : `${(backup.bytes / 1e6).toFixed(1)} MB`;
  const holds = `${counted(backup.jobs, 'job')}, ${counted(backup.links, 'link')}`;
  terminal.out(`Backup written and checked: ${printable(backup.file)} (${size}, ${holds}).\n`);
  terminal.err('It holds personal data and is readable by its owner only; keep it so.\n');
  return EXIT.well;
}

function refusalText({ refused, file }: BackupRefusal): string {
  const name = printable(file);
  switch (refused) {
    case 'exists':
      return `${name} exists already. Give another name, or --overwrite. Nothing was written.`;
    case 'isTheStore':
      return `${name} is the store itself or belongs to it. Nothing was written.`;
    case 'noStore':
      return `Nothing has run yet: there is no store at ${name}.`;
    case 'noFolder':
      return `There is no folder ${name}. Nothing was written.`;
    case 'changed':
      return `${name} was brought up to date meanwhile. Nothing was written.`;
    default:
      throw new Error(`unknown refusal ${String(refused satisfies never)}`);
  }
}
