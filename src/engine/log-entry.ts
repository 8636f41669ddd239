// Builds entries of the provisioning log (Graph provisioningObjectSummary). Values that an expression redacted, and
// secrets, never appear in one.
import type { ProvisioningLogEntry, ProvisioningStep } from '../model/cycle.ts';
import type { ObjectKind } from '../model/directory.ts';
import { ERROR_TABLE, type ObjectFault } from '../model/errors.ts';
import type { AttributeDifference } from '../scim/diff.ts';
import type { ScimValue } from '../scim/resource.ts';
import type { StoredChange } from '../store/change-tables.ts';
import type { ChangePayload } from './change-payload.ts';

/** What an entry is about. */
export interface LogSubject {
  readonly kind: ObjectKind;
  readonly sourceId: string;
  readonly displayName: string | null;
  readonly targetId: string | null;
  readonly changeId: string;
}

/** Whom a change is about. */
export function subjectOfChange(change: StoredChange): LogSubject {
  return {
    kind: change.kind as ObjectKind,
    sourceId: change.source_id,
    displayName: change.display_name,
    targetId: change.target_id,
    changeId: change.id,
  };
}

/** What happened. */
export interface LogOutcome {
  readonly action: ProvisioningLogEntry['provisioningAction'];
  readonly status: ProvisioningLogEntry['provisioningStatusInfo']['status'];
  readonly steps: readonly ProvisioningStep[];
  readonly modified: ProvisioningLogEntry['modifiedProperties'];
  readonly fault?: ObjectFault;
  readonly durationInMilliseconds: number;
}

/** What an entry takes from the cycle that it belongs to. */
export interface LogSource {
  readonly job: { readonly id: string };
  readonly cycleId: string;
  readonly io: { readonly newId: () => string; readonly clock: { now(): Date } };
}

const HELD: Readonly<Record<string, ProvisioningLogEntry['provisioningAction']>> = {
  create: 'create',
  adopt: 'update',
  update: 'update',
  enable: 'update',
};

/** The action of an entry about a held change. Entra's word for a removal that is held is `stagedDelete`; it knows no others. */
export function heldAction(action: string): ProvisioningLogEntry['provisioningAction'] {
  return HELD[action] ?? 'stagedDelete';
}

/** One entry of the provisioning log. */
export function logEntry(context: LogSource, subject: LogSubject, outcome: LogOutcome): ProvisioningLogEntry {
  const identityType = subject.kind === 'user' ? 'User' : 'Group';
  return {
    id: context.io.newId(),
    activityDateTime: context.io.clock.now().toISOString(),
    jobId: context.job.id,
    cycleId: context.cycleId,
    changeId: subject.changeId,
    provisioningAction: outcome.action,
    sourceIdentity: { id: subject.sourceId, displayName: subject.displayName, identityType },
    targetIdentity: { id: subject.targetId, displayName: subject.displayName, identityType },
    provisioningSteps: outcome.steps,
    modifiedProperties: outcome.modified,
    provisioningStatusInfo: {
      status: outcome.status,
      ...(outcome.fault === undefined
        ? {}
        : {
            errorInformation: {
              errorCode: outcome.fault.code,
              reason: outcome.fault.message,
              recommendedAction: ERROR_TABLE[outcome.fault.code].advice,
            },
          }),
    },
    durationInMilliseconds: outcome.durationInMilliseconds,
  };
}

function shown(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Modified properties, old to new; redacted ones are named without their values. */
export function modifiedProperties(
  differences: readonly Pick<AttributeDifference, 'path' | 'oldValue' | 'newValue'>[],
  redacted: readonly string[],
): ProvisioningLogEntry['modifiedProperties'] {
  return differences.map(({ path, oldValue, newValue }) => {
    const hidden = redacted.includes(path.text);
    return {
      displayName: path.text,
      oldValue: hidden ? (shown(oldValue) === null ? null : '[Redact]') : shown(oldValue),
      newValue: hidden ? '[Redact]' : shown(newValue),
    };
  });
}

/** Shorter values would be found in any text. */
const SHORTEST_HIDDEN = 3;

/** A fault without the values that an expression redacted: targets like to repeat what they refuse. */
export function discreet(
  fault: ObjectFault | null,
  { desired, redacted }: Pick<ChangePayload, 'desired' | 'redacted'>,
): ObjectFault | null {
  if (fault === null || redacted.length === 0) return fault;
  const hidden = desired
    .filter(({ path }) => redacted.includes(path.text))
    .flatMap(({ value }) => textsIn(value))
    .filter((text) => text.length >= SHORTEST_HIDDEN)
    .toSorted((a, b) => b.length - a.length);
  return { ...fault, message: hidden.reduce((said, text) => said.replaceAll(text, () => '[Redact]'), fault.message) };
}

function textsIn(value: ScimValue | undefined): readonly string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap((each) => textsIn(each)) : [];
}
