// The engine's vocabulary. A cycle imports, plans, gates, applies and closes; these are the values that pass between.
import type { AppliedPlan, ApprovedChange } from './approved-plan.ts';
import type { ConfigurationReport } from './configuration-report.ts';
import type { ObjectKind } from './directory.ts';
import type { DriftReport } from './drift-report.ts';
import type { ObjectReport } from './object-report.ts';
import type { PlanReport } from './plan-report.ts';
import type { Quarantine } from './quarantine.ts';
import type { UndoReport } from './undo-report.ts';

/** An initial cycle reads everything in scope; an incremental one what changed since the watermark. */
export type CycleKind = 'initial' | 'incremental';

/** Status of a job (Graph synchronizationStatus.code). */
export type JobStatus = 'NotRun' | 'Active' | 'Paused' | 'Quarantine';

/** What was asked for: one cycle now, for real or only planned. */
export interface CycleRequest {
  readonly trigger: 'schedule' | 'syncNow' | 'onDemand';
  readonly dryRun: boolean;
  /** Read, plan and write these objects and nobody else. */
  readonly selection?: Selection;
  /** Create, change or remove at most so many objects, and read each of them back. */
  readonly limit?: number;
  /** Describe the whole plan (PlanReport), and let a dry run keep its rows: for a store that is thrown away afterwards. */
  readonly describe?: boolean;
  /** Plan anew, and send exactly those of these changes that are still the same. */
  readonly approved?: readonly ApprovedChange[];
  /** Restore what the accounts of the selection held before a cycle; `set` approves exactly what was shown. */
  readonly undo?: { readonly cycleId: string; readonly set?: string };
  /** The selection is tried to find out whether a quarantine can end: nothing that a guard counts is sent. */
  readonly probe?: true;
  /** Read the target back first, and plan whoever differs from what this job made of them. */
  readonly repair?: true;
}

/** True for a request that concerns the job as a whole and is no mere plan: only such ones move a quarantine. */
export function isWhole({ dryRun, selection }: CycleRequest): boolean {
  return !dryRun && selection === undefined;
}

/** What tries whether a quarantine can end: these people are planned and sent afresh, as far as no guard counts it. */
export function probeRequest(people: readonly string[]): CycleRequest & { readonly selection: Selection } {
  return { trigger: 'onDemand', dryRun: false, selection: { user: people, group: [] }, probe: true };
}

/** How many objects one cycle on demand takes; whoever wants more wants a cycle. */
export const MOST_SELECTED = 200;

/** Objects that somebody named, by kind. */
export type Selection = Readonly<Record<ObjectKind, readonly string[]>>;

/** Whether a cycle writes to the target; an observed one only keeps what it would do. */
export type CycleMode = 'observe' | 'enforce';

/** Is the object in the directory, in its recycle bin, gone, or assigned but not yet read? */
export type AccountState = 'present' | 'softDeleted' | 'hardDeleted' | 'unread';

/** What is done to one account; `adopt` links an existing account, with or without changes. */
export type ActionName = 'create' | 'adopt' | 'update' | 'enable' | 'disable' | 'delete';

/** Why an object is left alone. */
export type NoActionReason =
  | 'unchanged'
  | 'notAssigned'
  | 'outOfScope'
  | 'blockedAndNeverProvisioned'
  | 'deletedAndNeverProvisioned'
  | 'alreadyDisabled'
  | 'deprovisioned'
  | 'lifecycleSaysNothing'
  | 'flowTypesExclude'
  | 'goneFromTarget'
  | 'ignoredByExpression'
  | 'notReadYet'
  | 'protected'
  | 'unstable';

/**
 * Status of a change row. `sent` marks a request whose answer is not yet settled; `observed` is what a job in mode
 * observe would do; `rejected` is held back by somebody's word until a day that the row names.
 */
export type ChangeStatus =
  | 'observed'
  | 'planned'
  | 'pending'
  | 'sent'
  | 'success'
  | 'failure'
  | 'staged'
  | 'approved'
  | 'rejected'
  | 'superseded';

/** The order of application: disables first, deletes last. */
export const PHASES = ['disables', 'users', 'groups', 'references', 'deletes'] as const;
export type Phase = (typeof PHASES)[number];

/** The class in which a guard counts a change. */
export const GUARD_CLASSES = [
  'leavers',
  'scopeLosses',
  'groupDeletes',
  'memberships',
  'creates',
  'identity',
  'updates',
  'irreversible',
  'revivals',
  'undone',
] as const;
export type GuardClass = (typeof GUARD_CLASSES)[number];

/** Counts of one cycle: objects, users and groups together; names are a contract with scripts. */
export interface CycleCounts {
  imported: number;
  inScope: number;
  created: number;
  adopted: number;
  updated: number;
  enabled: number;
  disabled: number;
  deleted: number;
  unchanged: number;
  skipped: number;
  warnings: number;
  failed: number;
  escrowed: number;
  held: number;
  protected: number;
  memberships: { added: number; removed: number };
}

/** HTTP requests sent, retries included. */
export interface RequestCounts {
  graph: number;
  scim: number;
  tokens: number;
}

/** All counts at zero. */
export function zeroCounts(): CycleCounts {
  return {
    imported: 0,
    inScope: 0,
    created: 0,
    adopted: 0,
    updated: 0,
    enabled: 0,
    disabled: 0,
    deleted: 0,
    unchanged: 0,
    skipped: 0,
    warnings: 0,
    failed: 0,
    escrowed: 0,
    held: 0,
    protected: 0,
    memberships: { added: 0, removed: 0 },
  };
}

/** What a finished cycle reports. */
export interface CycleSummary {
  readonly jobId: string;
  readonly status: JobStatus;
  readonly cycle: {
    readonly id: string;
    readonly kind: CycleKind;
    readonly dryRun: boolean;
    readonly mode: CycleMode;
    readonly timeBegan: string;
    readonly timeEnded: string;
  };
  readonly counts: CycleCounts;
  readonly requests: RequestCounts;
  /** Present at the first contact with a target that holds accounts, and where it was asked for. */
  readonly report?: PlanReport;
  /** Cycles on demand: each named object. With a limit: each object that was sent, as it was read back. */
  readonly objects?: readonly ObjectReport[];
  /** With a limit: how many objects were sent, and how many are left for the next cycle. */
  readonly limited?: { readonly sent: number; readonly left: number };
  /** Present when the target was read back first. */
  readonly drift?: DriftReport;
  /** What undoing a cycle came to. */
  readonly undo?: UndoReport;
  /** What became of the changes of a plan file. */
  readonly applied?: AppliedPlan;
  /** Present while a changed configuration is held, or where a plan says that it would be. */
  readonly configuration?: ConfigurationReport;
  /** Present when the job is in quarantine now. */
  readonly quarantine?: Quarantine;
  /** Present when no whole cycle was run, because the few objects that were tried first failed again. */
  readonly probe?: { readonly tried: number; readonly failed: number };
}

/** Step of a provisioning log entry (Graph provisioningStep). */
export interface ProvisioningStep {
  readonly name: string;
  readonly provisioningStepType: 'import' | 'scoping' | 'matching' | 'processing' | 'referenceResolution' | 'export';
  readonly status: 'success' | 'warning' | 'failure' | 'skipped';
  readonly description: string;
  readonly details?: Readonly<Record<string, string>>;
}

/** One entry of the provisioning log (Graph provisioningObjectSummary). */
export interface ProvisioningLogEntry {
  readonly id: string;
  readonly activityDateTime: string;
  readonly jobId: string;
  readonly cycleId: string;
  readonly changeId: string;
  readonly provisioningAction: 'create' | 'update' | 'delete' | 'stagedDelete' | 'disable' | 'other';
  readonly sourceIdentity: {
    readonly id: string;
    readonly displayName: string | null;
    readonly identityType: 'User' | 'Group';
  };
  readonly targetIdentity: {
    readonly id: string | null;
    readonly displayName: string | null;
    readonly identityType: 'User' | 'Group';
  };
  readonly provisioningSteps: readonly ProvisioningStep[];
  readonly modifiedProperties: readonly {
    readonly displayName: string;
    readonly oldValue: string | null;
    readonly newValue: string | null;
  }[];
  readonly provisioningStatusInfo: {
    readonly status: 'success' | 'failure' | 'skipped' | 'warning';
    readonly errorInformation?: {
      readonly errorCode: string;
      readonly reason: string;
      readonly recommendedAction: string;
    };
  };
  readonly durationInMilliseconds: number;
}
