// What the provisioning log says of one change that was sent.
import type { ProvisioningLogEntry, ProvisioningStep } from '../model/cycle.ts';
import { doneTo } from './applied.ts';
import type { CycleContext } from './context.ts';
import type { ChangeOutcome } from './execute.ts';
import { type LogSubject, logEntry, modifiedProperties, subjectOfChange } from './log-entry.ts';
import { step } from './planned-object.ts';

/** Whom an entry is about. */
export function subjectOf({ change, targetId }: ChangeOutcome): LogSubject {
  return { ...subjectOfChange(change), targetId };
}

const LOGGED_ACTION = {
  create: 'create',
  adopt: 'update',
  update: 'update',
  enable: 'update',
  disable: 'disable',
  delete: 'delete',
} as const;

/** The entry of the provisioning log for what came of one change. */
export function entryOf(context: CycleContext, outcome: ChangeOutcome): ProvisioningLogEntry {
  const { change, fault, warning } = outcome;
  const planned = JSON.parse(change.steps ?? '[]') as ProvisioningStep[];
  const action = LOGGED_ACTION[doneTo(outcome) as keyof typeof LOGGED_ACTION];
  const exported = step(
    exportStepName(change.action),
    'export',
    fault === null ? (warning === null ? 'success' : 'warning') : 'failure',
    exportText(outcome),
  );
  const isPatient = context.job.strategy.references === 'afterwards';
  const waiting = (isPatient ? [] : outcome.waiting).map((reference) =>
    step(
      'ReferenceResolution',
      'referenceResolution',
      'warning',
      `${reference.name} waits until ${reference.referencedId} has an account.`,
    ),
  );
  const problem = fault ?? warning;
  return logEntry(context, subjectOf(outcome), {
    action: outcome.adopted ? 'update' : action,
    status: fault !== null ? 'failure' : warning !== null ? 'warning' : 'success',
    steps: [...planned, exported, ...waiting],
    modified: fault === null ? modifiedProperties(outcome.differences, outcome.payload.redacted) : [],
    ...(problem === null ? {} : { fault: problem }),
    durationInMilliseconds: outcome.durationInMilliseconds,
  });
}

function exportStepName(action: string): string {
  if (action === 'create') return 'EntryExportAdd';
  return action === 'delete' ? 'EntryExportDelete' : 'EntryExportUpdate';
}

function exportText(outcome: ChangeOutcome): string {
  const { fault, warning, change } = outcome;
  if (fault !== null) return fault.message;
  if (warning !== null) return warning.message;
  if (outcome.adopted) return 'The account existed already and was adopted.';
  const event = change.event === null ? '' : ` because of ${change.event}`;
  const members = outcome.membersAdded.length + outcome.membersRemoved.length;
  const memberships =
    members === 0 ? '' : ` ${outcome.membersAdded.length} members added, ${outcome.membersRemoved.length} removed.`;
  return `${change.action}${event}: done.${memberships}`;
}
