// What became of each object that was named, as steps: import, scoping, matching and processing are known from the plan,
// references and export from the provisioning log of the cycle.
import type { ActionName, ProvisioningLogEntry, ProvisioningStep, Selection } from '../model/cycle.ts';
import { OBJECT_KINDS, type ObjectKind } from '../model/directory.ts';
import { ERROR_TABLE, type ObjectFault } from '../model/errors.ts';
import type { ObjectReport, ReportedStep } from '../model/object-report.ts';
import type { LinkTable } from '../store/schema.ts';
import { BECAUSE } from './change-payload.ts';
import { modifiedProperties } from './log-entry.ts';
import { type PlannedObject, step } from './planned-object.ts';

/** Collects what is planned for the named objects. */
export class SelectionReport {
  readonly #selection: Selection;
  readonly #planned = new Map<string, ObjectReport>();

  constructor(selection: Selection) {
    this.#selection = selection;
  }

  /** Takes the plan of a page. */
  note(kind: ObjectKind, planned: readonly PlannedObject[], links: ReadonlyMap<string, LinkTable>): void {
    for (const each of planned)
      this.#planned.set(key(kind, each.row.id), plannedReport(kind, each, links.get(each.row.id)));
  }

  /** The reports in the order in which the objects were named; `entries` is the provisioning log of the cycle. */
  reports(entries: readonly ProvisioningLogEntry[], isOnlyPlanned: boolean): ObjectReport[] {
    return OBJECT_KINDS.flatMap((kind) =>
      this.#selection[kind].map((id) => {
        const report = this.#planned.get(key(kind, id)) ?? notPlanned(kind, id);
        const own = entries.filter((entry) => entry.sourceIdentity.id === id && kindOf(entry) === kind);
        return isOnlyPlanned ? report : own.reduce(withEntry, report);
      }),
    );
  }
}

function key(kind: ObjectKind, id: string): string {
  return `${kind} ${id}`;
}

function kindOf(entry: ProvisioningLogEntry): ObjectKind {
  return entry.sourceIdentity.identityType === 'User' ? 'user' : 'group';
}

function notPlanned(kind: ObjectKind, id: string): ObjectReport {
  const because = `This job does not provision ${kind}s.`;
  return {
    kind,
    id,
    displayName: null,
    targetId: null,
    action: 'none',
    outcome: 'skipped',
    steps: [step('EntrySynchronizationScoping', 'scoping', 'skipped', because)],
    modifiedProperties: [],
  };
}

function plannedReport(kind: ObjectKind, planned: PlannedObject, link: LinkTable | undefined): ObjectReport {
  const { row, decision, fault } = planned;
  const known = withLink(planned.steps, link);
  const action: ActionName | 'none' = decision?.action ?? 'none';
  const base = {
    kind,
    id: row.id,
    displayName: row.display_name,
    targetId: decision !== null && 'targetId' in decision ? decision.targetId : (link?.target_id ?? null),
    action,
    modifiedProperties: wouldModify(planned),
  };
  if (fault !== null)
    return {
      ...base,
      outcome: 'failure',
      steps: [...known, step('EntryProcessing', 'processing', 'failure', fault.message)],
      errorInformation: errorOf(fault),
    };
  if (decision?.action === 'none')
    return {
      ...base,
      outcome: 'skipped',
      steps: [...known, step('EntrySynchronizationSkip', 'processing', 'skipped', BECAUSE[decision.because])],
    };
  return { ...base, outcome: 'planned', steps: known };
}

/** Whoever is linked need not be matched; which account it is says the link. */
function withLink(steps: readonly ProvisioningStep[], link: LinkTable | undefined): readonly ProvisioningStep[] {
  if (link === undefined || steps.some((each) => each.provisioningStepType === 'matching')) return steps;
  const how = link.matched_by === 'created' ? 'created by this job' : `found by ${link.matched_by}`;
  return [...steps, step('EntryMatching', 'matching', 'success', `Linked to ${link.target_id}, ${how}.`)];
}

function wouldModify({ decision, redacted }: PlannedObject): ObjectReport['modifiedProperties'] {
  if (decision === null || decision.action === 'none' || decision.action === 'delete') return [];
  if (decision.action !== 'create') return modifiedProperties(decision.differences, redacted);
  const created = decision.desired.map(({ path, value }) => ({ path, oldValue: undefined, newValue: value }));
  return modifiedProperties(created, redacted);
}

function errorOf(fault: ObjectFault): NonNullable<ObjectReport['errorInformation']> {
  return { errorCode: fault.code, reason: fault.message, recommendedAction: ERROR_TABLE[fault.code].advice };
}

/** Adds what was done; an object may have several entries, for instance a group and its members. */
function withEntry(report: ObjectReport, entry: ProvisioningLogEntry): ObjectReport {
  const done = entry.provisioningSteps.filter(isOfExport);
  if (done.length === 0) return report;
  const { status, errorInformation } = entry.provisioningStatusInfo;
  const outcome = entry.provisioningAction === 'stagedDelete' ? 'held' : status;
  const properties = entry.modifiedProperties;
  return {
    ...report,
    targetId: entry.targetIdentity.id ?? report.targetId,
    action: report.action === 'none' && outcome === 'success' ? 'update' : report.action,
    outcome: worse(report.outcome, outcome),
    steps: [...report.steps, ...withWritten(done, properties)],
    modifiedProperties: properties.length === 0 ? report.modifiedProperties : merged(report, properties),
    ...(errorInformation === undefined ? {} : { errorInformation }),
  };
}

/** An entry is about one request: its export wrote, or where there is none, its reference did. */
function withWritten(
  done: readonly ProvisioningStep[],
  written: ProvisioningLogEntry['modifiedProperties'],
): readonly ReportedStep[] {
  if (written.length === 0) return done;
  const writer = done.find(({ provisioningStepType: type }) => type === 'export') ?? done.at(-1);
  return done.map((each) => (each === writer ? { ...each, modifiedProperties: written } : each));
}

function isOfExport({ provisioningStepType: type }: ProvisioningStep): boolean {
  return type === 'export' || type === 'referenceResolution';
}

/** What was written replaces what was planned of the same attribute. */
function merged(
  { modifiedProperties: before }: ObjectReport,
  written: ObjectReport['modifiedProperties'],
): ObjectReport['modifiedProperties'] {
  const names = new Set(written.map((each) => each.displayName));
  return [...before.filter((each) => !names.has(each.displayName)), ...written];
}

const WORST_FIRST: readonly ObjectReport['outcome'][] = ['failure', 'held', 'warning', 'success', 'skipped', 'planned'];

function worse(left: ObjectReport['outcome'], right: ObjectReport['outcome']): ObjectReport['outcome'] {
  return WORST_FIRST.find((each) => each === left || each === right) ?? right;
}
