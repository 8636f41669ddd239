// What a cycle did with one object, step by step, for whoever asked about exactly this object.
import type { ActionName, ProvisioningLogEntry, ProvisioningStep } from './cycle.ts';
import type { ObjectKind } from './directory.ts';

/** An attribute that the target does not hold as it was sent. */
export interface UnappliedAttribute {
  readonly attribute: string;
  readonly sent: string | null;
  readonly held: string | null;
}

/** What the target holds after a request. */
export interface ReadBack {
  /** `gone`: the account is not there; `unread`: the target did not answer with it. */
  readonly result: 'asSent' | 'differs' | 'gone' | 'unread';
  readonly differences: readonly UnappliedAttribute[];
}

/** A step, with what it wrote. */
export interface ReportedStep extends ProvisioningStep {
  /** Absent for a step that wrote no attribute. */
  readonly modifiedProperties?: ProvisioningLogEntry['modifiedProperties'];
}

/** See the comment of the file. */
export interface ObjectReport {
  readonly kind: ObjectKind;
  readonly id: string;
  readonly displayName: string | null;
  readonly targetId: string | null;
  readonly action: ActionName | 'none';
  /** `planned`: only looked at; `held`: a guard keeps it until it is approved. */
  readonly outcome: 'success' | 'warning' | 'failure' | 'skipped' | 'held' | 'planned';
  readonly steps: readonly ReportedStep[];
  /** What was written by all steps, and what was planned and not written. */
  readonly modifiedProperties: ProvisioningLogEntry['modifiedProperties'];
  readonly errorInformation?: NonNullable<ProvisioningLogEntry['provisioningStatusInfo']['errorInformation']>;
  readonly readBack?: ReadBack;
}
