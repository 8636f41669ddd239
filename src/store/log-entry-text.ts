// What a row of the provisioning log holds besides its columns: the rest of an entry, with lists in place of objects that
// all have the same names. Written out, names and what the columns say already are half of an entry, and the log is most of
// what a cycle writes.
import type { ProvisioningLogEntry } from '../model/cycle.ts';
import type { ProvisioningLogTable } from './schema.ts';

type Step = ProvisioningLogEntry['provisioningSteps'][number];
type Property = ProvisioningLogEntry['modifiedProperties'][number];
type ErrorInformation = NonNullable<ProvisioningLogEntry['provisioningStatusInfo']['errorInformation']>;

/** The rest of an entry. */
interface Rest {
  readonly changeId: string;
  readonly identityType: 'User' | 'Group';
  /** Id and display name in the target. */
  readonly target: readonly [string | null, string | null];
  readonly steps: readonly (readonly [
    name: Step['name'],
    type: Step['provisioningStepType'],
    status: Step['status'],
    description: Step['description'],
    details?: NonNullable<Step['details']>,
  ])[];
  /** Name, value before, value after. */
  readonly modified: readonly (readonly [string, Property['oldValue'], Property['newValue']])[];
  readonly error?: ErrorInformation;
  readonly duration: number;
}

/** A row of the log. */
export type LogRow = Omit<ProvisioningLogTable, 'seq'>;

/** An entry as it is stored. */
export function logRow(entry: ProvisioningLogEntry): LogRow {
  const { errorInformation } = entry.provisioningStatusInfo;
  const rest: Rest = {
    changeId: entry.changeId,
    identityType: entry.sourceIdentity.identityType,
    target: [entry.targetIdentity.id, entry.targetIdentity.displayName],
    steps: entry.provisioningSteps.map(({ name, provisioningStepType, status, description, details }) =>
      details === undefined
        ? [name, provisioningStepType, status, description]
        : [name, provisioningStepType, status, description, details],
    ),
    modified: entry.modifiedProperties.map(({ displayName, oldValue, newValue }) => [displayName, oldValue, newValue]),
    ...(errorInformation === undefined ? {} : { error: errorInformation }),
    duration: entry.durationInMilliseconds,
  };
  return {
    id: entry.id,
    job_id: entry.jobId,
    cycle_id: entry.cycleId,
    at: entry.activityDateTime,
    source_id: entry.sourceIdentity.id,
    display_name: entry.sourceIdentity.displayName,
    action: entry.provisioningAction,
    status: entry.provisioningStatusInfo.status,
    entry: JSON.stringify(rest),
  };
}

/** The entry of a row. Rows of earlier versions hold it written out. */
export function readLogRow(row: LogRow): ProvisioningLogEntry {
  const stored = JSON.parse(row.entry) as Rest | ProvisioningLogEntry;
  if ('provisioningSteps' in stored) return stored;
  const { changeId, identityType, target, steps, modified, error, duration } = stored;
  const [targetId, targetName] = target;
  return {
    id: row.id,
    activityDateTime: row.at,
    jobId: row.job_id,
    cycleId: row.cycle_id,
    changeId,
    provisioningAction: row.action as ProvisioningLogEntry['provisioningAction'],
    sourceIdentity: { id: row.source_id, displayName: row.display_name, identityType },
    targetIdentity: { id: targetId, displayName: targetName, identityType },
    provisioningSteps: steps.map(([name, provisioningStepType, status, description, details]) => ({
      name,
      provisioningStepType,
      status,
      description,
      ...(details === undefined ? {} : { details }),
    })),
    modifiedProperties: modified.map(([displayName, oldValue, newValue]) => ({ displayName, oldValue, newValue })),
    provisioningStatusInfo: {
      status: row.status as ProvisioningLogEntry['provisioningStatusInfo']['status'],
      ...(error === undefined ? {} : { errorInformation: error }),
    },
    durationInMilliseconds: duration,
  };
}
