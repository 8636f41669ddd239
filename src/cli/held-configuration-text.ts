// A held configuration for people: what it would do, why it is held, and how it is decided about.
import type { ConfigurationReport } from '../model/configuration-report.ts';
import type { ConfigurationCount } from '../store/held-configurations.ts';
import { relativeTime } from './duration-text.ts';
import type { ConfigurationChange, HeldConfiguration } from './held-configuration.ts';
import { programName } from './program-name.ts';
import { alignedRows } from './table.ts';
import type { Paint } from './terminal.ts';
import { counted, printable } from './terminal-text.ts';

const SHOWN = 20;

const DONE: Readonly<Record<string, string>> = {
  create: 'created',
  adopt: 'adopted',
  update: 'updated',
  enable: 'enabled',
  disable: 'disabled',
  delete: 'deleted',
};

/** The configuration, its first changes, and the commands; `suffix` is added to them (--config …). */
export function configurationText(
  held: HeldConfiguration & { readonly changes: readonly ConfigurationChange[] },
  suffix: string,
  paint: Paint,
): string {
  const { jobId, changes, reasons, state } = held;
  const head = `${paint('bold', jobId)}  ${paint('yellow', 'configuration')} ${stateText(held)}`;
  if (state === 'approved') return head;
  const rows = changes
    .slice(0, SHOWN)
    .map(({ action, kind, displayName, objectId, guardClass, amount }) => [
      action,
      kind,
      printable(displayName ?? '(no name)'),
      printable(objectId),
      guardClass === 'memberships' ? counted(amount, 'member') : guardClass,
    ]);
  const more = changes.length - rows.length;
  return [
    head,
    ...reasons.map(({ guardClass, because }) => `  ${guardClass}: ${printable(because)}`),
    ...alignedRows(rows).map((row) => `  ${row}`),
    ...(more > 0 ? [`  and ${more} more (--json lists all)`] : []),
    `  approve: ${programName()} approve --job ${jobId} --config${suffix}`,
    `  reject:  ${programName()} reject --job ${jobId} --config${suffix}`,
  ].join('\n');
}

/** `held since 3 min ago: 130 people would be updated (updates); the job works with that of … meanwhile`. */
export function stateText({ state, since, acceptedSince, counts, decision }: HeldConfiguration): string {
  const by = decision?.by == null ? '' : ` by ${printable(decision.by)}`;
  const when = decision?.at == null ? '' : ` on ${decision.at.slice(0, 10)}`;
  const why = decision?.reason == null ? '' : `: ${printable(decision.reason)}`;
  if (state === 'approved') return `approved${by}${when}, the next cycle works with it${why}`;
  const would = counts.map(countText).join(', ');
  const until = decision?.until == null ? '' : ` until ${decision.until.slice(0, 10)}`;
  const rejected = state === 'rejected' ? `; rejected${by}${when}${until}${why}` : '';
  const what = would === '' ? '' : `: ${would}`;
  return `held, first ${relativeTime(Date.parse(since), Date.now())}${what}; ${meanwhileText(acceptedSince)}${rejected}`;
}

/** With which configuration the job works. */
export function meanwhileText(acceptedSince: string | null): string {
  return acceptedSince === null
    ? 'the job works with the last accepted one'
    : `the job works with that of ${dateText(acceptedSince)}`;
}

/** What the end of a cycle, or a plan, says about it. */
export function reportText({ state, since, acceptedSince, reasons }: ConfigurationReport): string {
  const why = reasons.map(({ because }) => because).join('; ');
  if (state === 'wouldBeHeld') return `the changed configuration would be held: ${why}`;
  const first = since === null ? '' : `, first ${relativeTime(Date.parse(since), Date.now())}`;
  return `the changed configuration is ${state}${first}; ${meanwhileText(acceptedSince)}`;
}

function dateText(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}

function countText({ guardClass, kind, action, objects, amount }: ConfigurationCount): string {
  const who = kind === 'group' ? counted(objects, 'group') : counted(objects, 'person', 'people');
  if (guardClass === 'memberships') return `${counted(amount, 'membership')} of ${who} would be removed (memberships)`;
  return `${who} would be ${DONE[action] ?? action} (${guardClass})`;
}
