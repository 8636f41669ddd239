// Accounts that the configuration protects (rules/protect.ts), while objects are planned and when the filters change.
// Whether an account is protected is kept with its link, for the memberships: 1 yes, 0 no, 2 not known yet.
import { compileProtection, protects, protectsKnown } from '../rules/protect.ts';
import type { ScimResource } from '../scim/resource.ts';
import type { Db } from '../store/database.ts';
import { nextSequence, updateJob } from '../store/jobs.ts';
import { markAllProtected, markProtected } from '../store/links.ts';
import type { JobTable, LinkTable } from '../store/schema.ts';
import { updateAllObjects } from '../store/source-objects.ts';
import type { Exported } from './change-payload.ts';
import type { CompiledJob } from './compiled-job.ts';
import { type PlannedObject, type PlanningAid, step } from './planned-object.ts';

/** `protected` of a link whose account has not been judged by the present filters; counts as protected meanwhile. */
const UNKNOWN = 2;

const LINK_ONLY = step(
  'EntryProtected',
  'processing',
  'skipped',
  'The account is protected by the configuration (protect): it is linked, and nothing of it is written.',
);

/** Takes every write from an account that is protected: an existing account is linked at most. */
export async function protectAccount(
  planned: PlannedObject,
  link: LinkTable | undefined,
  aid: PlanningAid,
): Promise<PlannedObject> {
  const { protection } = aid.context.job;
  const { decision } = planned;
  if (protection.filters.length === 0 || aid.mapping.kind !== 'user') return planned;
  if (planned.isProtected !== null || decision === null || decision.action === 'create') return planned;
  if (decision.action === 'adopt') {
    const isProtected = planned.current !== null && protects(protection, planned.current);
    if (!isProtected) return { ...planned, isProtected };
    const linked = { ...decision, desired: [], differences: [] };
    return { ...planned, isProtected, decision: linked, references: [], steps: [...planned.steps, LINK_ONLY] };
  }
  const account = planned.foundLink ?? (planned.dropsLink ? undefined : link);
  if (account === undefined) return planned;
  const writes = decision.action !== 'none' || planned.references.length > 0;
  if (!writes && account.protected !== UNKNOWN) return planned;
  const judged = await judge(account, planned.current, aid);
  if (typeof judged !== 'boolean') return { ...planned, decision: null, confirmed: null, fault: judged };
  if (!judged) return { ...planned, isProtected: false };
  const left = { ...planned, isProtected: true, references: [] };
  return decision.action === 'none'
    ? left
    : { ...left, confirmed: null, decision: { action: 'none', because: 'protected' } };
}

/** What the account shows decides; where it was not read, what is known of it, as far as that answers the filters. */
async function judge(account: LinkTable, current: ScimResource | null, { context }: PlanningAid) {
  const { protection } = context.job;
  if (current !== null) return protects(protection, current);
  const known = protectsKnown(protection, JSON.parse(account.exported) as Exported, account.target_id);
  if (known !== null) return known;
  const read = await context.io.target.get('User', account.target_id, context.io.signal);
  if (!read.ok) return read.fault;
  return read.value !== null && protects(protection, read.value);
}

/** Keeps with the links what planning found out about their accounts. */
export async function keepProtection(trx: Db, jobId: string, planned: readonly PlannedObject[]): Promise<void> {
  for (const isProtected of [true, false]) {
    const ids = planned.filter((each) => each.isProtected === isProtected).map(({ row }) => row.id);
    await markProtected(trx, jobId, ids, isProtected ? 1 : 0);
  }
}

/**
 * Other filters than before: every account is judged again when its person is planned, and counts as protected until then.
 * By which filters the links are marked is stored with the marks, also by a dry run: otherwise nobody would be judged again
 * when filters that were only taken away for a moment are back.
 */
export async function doubtProtection(trx: Db, job: CompiledJob, row: JobTable): Promise<void> {
  const before = row.protect_hash ?? compileProtection([]).hash;
  if (before === job.protection.hash) return;
  await updateJob(trx, job.id, { protect_hash: job.protection.hash });
  await markAllProtected(trx, job.id, job.protection.filters.length === 0 ? 0 : UNKNOWN);
  await updateAllObjects(trx, job.id, { changed_seq: await nextSequence(trx, job.id), members_dirty: 1 });
}
