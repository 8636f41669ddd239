// `scimsync store migrate --check|--apply`: whether the store suits this version of the program.
import { existsSync } from 'node:fs';
import { JobFault } from '../model/errors.ts';
import { openStore } from '../store/database.ts';
import { formerPath, inspectSchema, type SchemaState } from '../store/migrate.ts';
import { CommandFault } from './command-fault.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { loadOrFail } from './load.ts';
import { programName } from './program-name.ts';
import type { Terminal } from './terminal.ts';
import { counted, printable } from './terminal-text.ts';

/** Looks, and with `apply` brings the store up to date. */
export async function migrateStore(
  asked: { readonly check: boolean; readonly apply: boolean },
  options: GlobalOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  if (asked.check === asked.apply) throw new CommandFault('Say which: --check, or --apply.');
  const { storeUrl } = await loadOrFail(options);
  const path = storeUrl.slice('sqlite:'.length);
  const state = inspectSchema(storeUrl);
  if (state === null) throw new CommandFault(`Nothing has run yet: there is no store at ${printable(path)}.`);
  refuseNewer(state, storeUrl);
  if (asked.apply && state.pending.length > 0) await (await openStore(storeUrl)).close();
  const former = formerPath(path, state.pending[0] ?? '');
  const copy = asked.apply && state.pending.length > 0 && existsSync(former) ? former : null;
  if (options.json) {
    const document = { store: path, ...state, migrated: asked.apply && state.pending.length > 0, copy };
    terminal.out(`${JSON.stringify(document, null, 2)}\n`);
  } else terminal.out(`${stateText(path, state, asked.apply, copy, sameConfiguration(options))}\n`);
  return EXIT.well;
}

function refuseNewer({ unknown }: SchemaState, url: string): void {
  if (unknown.length === 0) return;
  throw new JobFault(
    'StoreNewer',
    `The store ${url} was brought up to date by a newer version of scimsync (${unknown.join(', ')}).`,
  );
}

function stateText(
  path: string,
  { applied, pending }: SchemaState,
  apply: boolean,
  copy: string | null,
  suffix: string,
): string {
  const name = printable(path);
  if (pending.length === 0) return `The store ${name} suits this version (${applied.at(-1) ?? ''}). Nothing to do.`;
  const steps = `${counted(pending.length, 'step')}, up to ${pending.at(-1) ?? ''}`;
  if (!apply)
    return `The store ${name} is older than this version: ${steps}. It is brought up to date by the next command that opens it, or: ${programName()} store migrate --apply${suffix}`;
  const kept =
    copy === null ? '' : ` As it was before: ${printable(copy)} (personal data: remove it once all is well).`;
  return `The store ${name} is up to date: ${steps}.${kept}`;
}
