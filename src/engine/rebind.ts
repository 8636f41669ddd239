// Binds a job anew when what it belongs to has moved: the same target at another address, the same people in another
// directory or under another enterprise application. It reads back a sample of what the links say and believes it when
// nearly all are there and are the same people. It only reads; a refusal changes nothing.
import type { ObjectKind } from '../model/directory.ts';
import { compareAccount } from '../rules/same-account.ts';
import { fence, type Lease, readJob, updateJob } from '../store/jobs.ts';
import { countAllLinks, sampleLinks } from '../store/link-inventory.ts';
import type { JobTable, LinkTable } from '../store/schema.ts';
import { type BindingDifference, bindingColumns, bindingDifferences } from './binding.ts';
import { runBounded } from './bounded.ts';
import type { Exported } from './change-payload.ts';
import type { CompiledJob } from './compiled-job.ts';
import type { EngineIo } from './context.ts';
import { holdingLease, type ProcessIdentity } from './run-job.ts';

/** A link whose account is not what the link says. */
export interface DoubtfulLink {
  readonly kind: string;
  readonly sourceId: string;
  readonly targetId: string;
  readonly reason: string;
}

/** What was read back on one side; `wrong` holds a few examples, of which there are `asked - same`. */
export interface ReadBack {
  readonly asked: number;
  readonly same: number;
  readonly wrong: readonly DoubtfulLink[];
}

/** Outcome of an attempt. */
export interface RebindReport {
  /** `unchanged`: the job is bound to this already. `refused`: nothing was changed. */
  readonly outcome: 'bound' | 'unchanged' | 'refused';
  readonly differences: readonly BindingDifference[];
  readonly links: number;
  /** Null when nothing had to be asked. */
  readonly target: ReadBack | null;
  /** Null unless the directory or the enterprise application is another one. */
  readonly source: ReadBack | null;
}

/** At most this many accounts are read back. */
const SAMPLE = 200;
/** At least this share must be there and be the same. */
const NEARLY_ALL = 0.95;
const EXAMPLES = 5;

/**
 * Reads back and, when it is the same system, binds the job to what its configuration names.
 * @throws JobFault when the job is busy, or target or source cannot be asked.
 */
export async function rebindJob(
  job: CompiledJob,
  identity: ProcessIdentity,
  waitMilliseconds: number,
  io: EngineIo,
): Promise<RebindReport> {
  return holdingLease(job.id, identity, waitMilliseconds, io, (lease, held) => rebind(job, lease, held));
}

async function rebind(job: CompiledJob, lease: Lease, io: EngineIo): Promise<RebindReport> {
  const { db } = io.store;
  const row = await readJob(db, job.id);
  const differences = bindingDifferences(row, job);
  const links = await countAllLinks(db, job.id);
  // A job without links goes where its configuration says by itself.
  if (differences.length === 0 || links === 0)
    return { outcome: 'unchanged', differences, links, target: null, source: null };
  const elsewhere = differences.some(({ of }) => of !== 'target');
  const sample = await sampleLinks(db, job.id, SAMPLE);
  const source = elsewhere ? await readBackSource(job, sample, io) : null;
  const target = await readBackTarget(job, sample, io);
  const accepted = [target, source].every((each) => each === null || each.same >= each.asked * NEARLY_ALL);
  if (!accepted) return { outcome: 'refused', differences, links, target, source };
  await io.store.transaction(async (trx) => {
    await fence(trx, lease, io.clock.now().getTime());
    await updateJob(trx, job.id, { ...bindingColumns(row, job), last_fault: withoutBindingFault(row) });
  });
  return { outcome: 'bound', differences, links, target, source };
}

/** The fault that asked for this is over; any other stays. */
function withoutBindingFault({ last_fault: fault }: JobTable): string | null {
  if (fault === null) return null;
  const { code } = JSON.parse(fault) as { readonly code: string };
  return code === 'TargetChanged' || code === 'SourceChanged' ? null : fault;
}

async function readBackTarget(job: CompiledJob, sample: readonly LinkTable[], io: EngineIo): Promise<ReadBack> {
  const tasks = sample.map((link) => () => doubtOf(job, link, io));
  return readBack(await runBounded(tasks, job.concurrency));
}

/** What is wrong with the account of a link; null when it is the same. */
async function doubtOf(job: CompiledJob, link: LinkTable, io: EngineIo): Promise<DoubtfulLink | null> {
  const answer = await io.target.get(link.kind === 'group' ? 'Group' : 'User', link.target_id, io.signal);
  if (!answer.ok) return doubt(link, `${answer.fault.code}: ${answer.fault.message}`);
  if (answer.value === null) return doubt(link, 'the target has no such account');
  const mapping = link.kind === 'group' ? job.group : job.user;
  const attributes = ['externalId', 'userName', ...(mapping?.matching ?? []).map(({ name }) => name)];
  const sameness = compareAccount(JSON.parse(link.exported) as Exported, answer.value, attributes);
  if (sameness.type === 'same') return null;
  if (sameness.type === 'unknown') return doubt(link, 'the account shows nothing by which it could be recognised');
  return doubt(link, `another ${sameness.attribute}`);
}

/** Whether the people are in the directory that is configured now; disabled accounts may be of people long gone. */
async function readBackSource(job: CompiledJob, sample: readonly LinkTable[], io: EngineIo): Promise<ReadBack> {
  await io.source.readServicePrincipal(job.settings.source.servicePrincipalId, io.signal);
  const doubts: (DoubtfulLink | null)[] = [];
  for (const kind of ['user', 'group'] as const) {
    const links = sample.filter((link) => link.kind === kind && link.active === 1);
    if (links.length === 0) continue;
    const ids = links.map((link) => link.source_id);
    const outcomes = await io.source.readObjects(kind, ids, propertiesOf(job, kind), false, io.signal);
    for (const link of links) {
      const outcome = outcomes.get(link.source_id);
      const known = outcome !== undefined && (outcome.found || outcome.state === 'softDeleted');
      doubts.push(known ? null : doubt(link, 'the directory does not know this id'));
    }
  }
  return readBack(doubts);
}

function propertiesOf(job: CompiledJob, kind: ObjectKind): readonly string[] {
  return (kind === 'user' ? job.user : job.group)?.properties ?? ['id', 'displayName'];
}

function doubt(link: LinkTable, reason: string): DoubtfulLink {
  return { kind: link.kind, sourceId: link.source_id, targetId: link.target_id, reason };
}

function readBack(doubts: readonly (DoubtfulLink | null)[]): ReadBack {
  const wrong = doubts.filter((each) => each !== null);
  return { asked: doubts.length, same: doubts.length - wrong.length, wrong: wrong.slice(0, EXAMPLES) };
}
