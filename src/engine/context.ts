// What every stage of a cycle shares: the job, the lease, the counts so far, and the outside world.
import type { Transaction } from 'kysely';
import type { ConfigurationReport } from '../model/configuration-report.ts';
import type { CycleCounts, CycleKind, CycleRequest } from '../model/cycle.ts';
import type { AppRole } from '../model/directory.ts';
import type { DriftReport } from '../model/drift-report.ts';
import type { ErrorCode } from '../model/errors.ts';
import type { PlanReport } from '../model/plan-report.ts';
import type { FirstContactNumbers } from '../rules/first-contact.ts';
import type { Capabilities } from '../scim/capabilities.ts';
import type { LearnedFacts } from '../scim/learned.ts';
import type { Store } from '../store/database.ts';
import type { HeldConfigurationTable } from '../store/held-configuration-tables.ts';
import { fence, type Lease } from '../store/jobs.ts';
import type { Tables } from '../store/schema.ts';
import type { PlanMark } from '../store/source-objects.ts';
import type { ApprovedPlan } from './approved-plan.ts';
import type { CarefulStart } from './careful-start.ts';
import type { CompiledJob } from './compiled-job.ts';
import type { SelectionReport } from './on-demand-report.ts';
import type { Clock, ScimTarget, SourceConnector } from './ports.ts';

/** Something worth a line in the log of the process (not the provisioning log). */
export interface EngineLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** How far a stage has come; `total` is null while it is not known. */
export interface Progress {
  readonly jobId: string;
  readonly stage: 'import' | 'plan' | 'apply';
  readonly done: number;
  readonly total: number | null;
}

/** The outside world of a cycle. */
export interface EngineIo {
  readonly store: Store;
  readonly source: SourceConnector;
  readonly target: ScimTarget;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Cryptographic bytes, for expressions that ask for chance. */
  readonly random: (count: number) => Uint8Array;
  readonly log: EngineLog;
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
  /** True when the target takes no writes from this process: every job is only observed then. */
  readonly readOnly?: boolean;
  /** True when a dialect that adapts to nothing may adapt after all (--tolerant). */
  readonly tolerant?: boolean;
}

/** A cycle that is running. */
export interface CycleContext {
  readonly job: CompiledJob;
  readonly request: CycleRequest;
  readonly io: EngineIo;
  readonly lease: Lease;
  readonly cycleId: string;
  readonly kind: CycleKind;
  readonly timeBegan: string;
  /** True when the plan is kept to be looked at, and nothing is written to the target (mode observe). */
  readonly observes: boolean;
  /** True when what is planned and let through is sent to the target. */
  readonly carriesOut: boolean;
  /** What becomes of the objects that were named; null when nobody in particular was. */
  readonly selected: SelectionReport | null;
  /** The bounds of a careful start (--limit); null without. */
  readonly careful: CarefulStart | null;
  /** The sequence number with which the configuration changed last; who was planned before it is planned because of it. */
  configurationSeq: number;
  /** The plan file that is applied: nothing else is sent; null without. */
  readonly approved: ApprovedPlan | null;
  /** The job with the last accepted configuration, where this one is another and nobody has approved it; null otherwise. */
  readonly accepted: CompiledJob | null;
  /** True when this configuration is to be tried before the cycle goes on with it. */
  readonly tries: boolean;
  /** True when the cycle works by this configuration, and the job goes on with the accepted one afterwards. */
  readonly leavesConfiguration: boolean;
  /** True while it is tried: the plan is only counted. */
  readonly isTrial: boolean;
  /** The approval of a configuration that was held, which this cycle takes; null without one. */
  readonly taking: HeldConfigurationTable | null;
  /** What is said about a configuration that is held, or would be. */
  configuration: ConfigurationReport | null;
  /** True while the job has not yet met its target: no cycle that wrote has ended. */
  readonly contacting: boolean;
  /** What was found while the job meets its target; null when it is not the first contact, or nothing was listed. */
  firstContact: FirstContactNumbers | null;
  /** Accounts that the target announced when it was listed. */
  announcedAccounts: number | null;
  /** People whose matching value more than one account has. */
  ambiguousPeople: number;
  /** Objects that could not be planned, by the code of the fault, each with one example. */
  readonly failing: Map<string, { count: number; readonly who: string; readonly message: string }>;
  /** What reading the target back has shown; null when it was not asked for. */
  drift: DriftReport | null;
  /** The plan in numbers, where it was described. */
  report: PlanReport | null;
  readonly counts: CycleCounts;
  /** Set when so much failed that the rest of the cycle is left for later. */
  failsTooMuch: boolean;
  /** Requests sent by the adapters before this cycle began. */
  readonly requestsBefore: { readonly graph: number; readonly tokens: number; readonly scim: number };
  /** App roles of the enterprise application, known after import. */
  appRoles: readonly AppRole[];
  /** Whether assignments with Default Access are left out; known after import. */
  excludesDefaultAccess: boolean;
  /** What was learned of the target, as far as the store has it. */
  learned: LearnedFacts;
  /** What discovery says; read once, when first needed. */
  capabilities: Promise<Capabilities> | null;
}

/** What a plan is written as, and how far rows count as planned by it. */
export function planMark(context: Pick<CycleContext, 'observes' | 'isTrial'>): {
  readonly column: PlanMark;
  readonly status: 'planned' | 'observed';
} {
  return context.observes || context.isTrial
    ? { column: 'observed_seq', status: 'observed' }
    : { column: 'planned_seq', status: 'planned' };
}

/** One settling transaction: fenced, so that a process whose job was taken over writes nothing. */
export function settling<T>(context: CycleContext, work: (trx: Transaction<Tables>) => Promise<T>): Promise<T> {
  const { store, clock } = context.io;
  return store.transaction(async (trx) => {
    await fence(trx, context.lease, clock.now().getTime());
    return work(trx);
  });
}

/** Lets timers run: the store's driver is synchronous, so a long stage yields once a page. */
export async function breathe(context: CycleContext): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  context.io.signal.throwIfAborted();
}

/** A warning that concerns the cycle: counted and logged. */
export function warn(
  context: CycleContext,
  code: ErrorCode,
  fields: Readonly<Record<string, unknown>>,
  message: string,
): void {
  context.counts.warnings += 1;
  context.io.log.warn({ jobId: context.job.id, cycleId: context.cycleId, code, ...fields }, message);
}
