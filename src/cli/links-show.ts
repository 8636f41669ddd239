// `scimsync links show ID`: one link, or the few that a name means, with what the target is known to hold.
import { findDepartures, type KnownDeparture } from '../store/departures.ts';
import { searchLinks } from '../store/link-inventory.ts';
import { CommandFault } from './command-fault.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { type ShownLink, shownLink } from './link-text.ts';
import { loadOrFail } from './load.ts';
import { programName } from './program-name.ts';
import { requireStoredJob, withStore } from './stored-job.ts';
import { alignedRows } from './table.ts';
import type { Terminal } from './terminal.ts';
import { printable, shortened } from './terminal-text.ts';

const MOST = 20;
const WIDEST = 200;

/** Prints what was found; nothing found is an error. */
export async function showLinks(
  text: string,
  jobId: string,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const configuration = await loadOrFail(options);
  return withStore(configuration, async (store) => {
    await requireStoredJob(store, jobId, configuration);
    const links = (await searchLinks(store.db, jobId, text, MOST)).map(shownLink);
    if (links.length === 0) throw noSuchLink(text, jobId);
    const departures = await findDepartures(
      store.db,
      jobId,
      links.map((link) => link.sourceId),
    );
    const shown = links.map((link) => ({ ...link, ...departureOf(link, departures) }));
    if (options.json) terminal.out(`${JSON.stringify({ job: jobId, links: shown }, null, 2)}\n`);
    else for (const link of shown) terminal.out(`${linkText(link, jobId, options, terminal)}\n`);
    return EXIT.well;
  });
}

/** The fault of a text that no link has. */
export function noSuchLink(text: string, jobId: string): CommandFault {
  return new CommandFault(
    `Job ${jobId} has no link of ${JSON.stringify(text)}. Give a source id, a target id, a display name or a userName as it is.`,
  );
}

/** Why the person has no access now, and when the account is to be deleted; times are ISO. */
interface ShownDeparture {
  readonly left: { readonly event: string; readonly since: string; readonly deletionPlanned: string | null } | null;
}

function departureOf({ kind, sourceId }: ShownLink, known: ReadonlyMap<string, KnownDeparture>): ShownDeparture {
  const current = kind === 'user' ? (known.get(sourceId)?.current ?? null) : null;
  if (current === null) return { left: null };
  const { event, first_seen: since, delete_at: deleteAt } = current;
  return {
    left: {
      event,
      since: new Date(since).toISOString(),
      deletionPlanned: deleteAt === null ? null : new Date(deleteAt).toISOString(),
    },
  };
}

function linkText(
  link: ShownLink & ShownDeparture,
  jobId: string,
  options: GlobalOptions,
  { paint }: Terminal,
): string {
  const name = printable(link.userName ?? link.displayName ?? '(no name)');
  const state = `${link.active ? 'active' : 'disabled'}${link.protected ? ', protected' : ''}`;
  const how = link.matchedBy === 'created' ? 'created by this job' : `found by ${printable(link.matchedBy)}`;
  const rows = [
    [
      'source',
      `${link.kind} ${printable(link.sourceId)}${link.displayName === null ? '' : `  ${printable(link.displayName)}`}`,
    ],
    ['target', printable(link.targetId)],
    ['linked', `${link.linkedAt}, ${how}`],
    ...(link.left === null ? [] : [['left', `${link.left.event}, seen ${link.left.since}`]]),
    ...(link.left?.deletionPlanned == null
      ? []
      : [['deletion', `planned from ${link.left.deletionPlanned} on, unless the person comes back`]]),
    ...Object.entries(link.exported).map(([attribute, value], index) => [
      index === 0 ? 'holds' : '',
      `${printable(attribute)}: ${shortened(printable(JSON.stringify(value) ?? ''), WIDEST)}`,
    ]),
    ['next', `${programName()} logs --job ${jobId} --object ${link.sourceId}${sameConfiguration(options)}`],
  ];
  return [`${paint('bold', name)}  ${state}`, ...alignedRows(rows).map((row) => `  ${row}`)].join('\n');
}
