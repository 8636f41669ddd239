// What a job belongs to: one target, one directory, one enterprise application. Links are ids of both sides, and in
// another target or tenant the same ids may be other people. So a job is bound when it first works for real, and while it
// has links a difference stops it before any request; `scimsync job rebind` is the way on when it is the same system.
import { JobFault } from '../model/errors.ts';
import type { Db } from '../store/database.ts';
import { readJob } from '../store/jobs.ts';
import { countLinks } from '../store/links.ts';
import type { JobTable } from '../store/schema.ts';
import type { CompiledJob } from './compiled-job.ts';

/** One thing a job is bound to and its configuration no longer names. */
export interface BindingDifference {
  readonly of: 'target' | 'tenant' | 'servicePrincipal';
  /** The key of the configuration. */
  readonly key: string;
  readonly bound: string;
  readonly configured: string;
}

/** Where the configuration differs from what the job is bound to; what was never bound does not differ. */
export function bindingDifferences(
  row: Pick<JobTable, 'target_root' | 'tenant_id' | 'service_principal_id'>,
  job: CompiledJob,
): BindingDifference[] {
  const { servicePrincipalId } = job.settings.source;
  const compared: readonly (readonly [BindingDifference['of'], string, string | null, string])[] = [
    ['target', 'target.baseUrl', row.target_root, job.targetRoot],
    ['tenant', 'tenantId of the source', row.tenant_id, job.tenantId.toLowerCase()],
    ['servicePrincipal', 'source.servicePrincipalId', row.service_principal_id, servicePrincipalId.toLowerCase()],
  ];
  return compared.flatMap(([of, key, bound, configured]) =>
    bound === null || bound === configured ? [] : [{ of, key, bound, configured }],
  );
}

/**
 * The row of a job that may go on. One without links has nothing to lose: it is met as if its configuration had changed,
 * so that a mistyped address can simply be put right.
 * @throws JobFault TargetChanged or SourceChanged while there are links and the configuration names something else.
 */
export async function readBoundJob(db: Db, job: CompiledJob): Promise<JobTable> {
  const row = await readJob(db, job.id);
  const differences = bindingDifferences(row, job);
  if (differences.length === 0) return row;
  const links = (await countLinks(db, job.id, 'user', false)) + (await countLinks(db, job.id, 'group', false));
  if (links === 0) return { ...row, configuration_hash: '', contacted: 0 };
  throw bindingFault(job.id, links, differences);
}

function bindingFault(jobId: string, links: number, differences: readonly BindingDifference[]): JobFault {
  const parts = differences.map(({ key, bound, configured }) => `${key} was ${bound} and is ${configured} now`);
  return new JobFault(
    differences.some(({ of }) => of !== 'target') ? 'SourceChanged' : 'TargetChanged',
    `The ${links} link${links === 1 ? '' : 's'} of job ${jobId} belong elsewhere: ${parts.join('; ')}. Nothing was sent.`,
  );
}

/** Columns that bind a job to what its configuration names; what was learned of something else is forgotten. */
export function bindingColumns(row: JobTable, job: CompiledJob): Partial<Omit<JobTable, 'id'>> {
  const different = new Set(bindingDifferences(row, job).map(({ of }) => of));
  return {
    target_root: job.targetRoot,
    tenant_id: job.tenantId.toLowerCase(),
    service_principal_id: job.settings.source.servicePrincipalId.toLowerCase(),
    ...(different.has('target') ? { capabilities: null, learned: null, match_report: null } : {}),
    // Graph's delta links are those of one directory.
    ...(different.has('tenant') ? { users_link: null, groups_link: null } : {}),
    ...(different.size > 0 ? { contacted: row.contacted } : {}),
  };
}
