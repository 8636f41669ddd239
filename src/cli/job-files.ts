// The jobs of the store against the files of the configuration: which of them nobody configures any more. Such a job keeps
// its accounts but nobody processes its leavers, so it is told apart with care from one whose file is merely refused.
import { jobFileKey } from '../config/job-files.ts';
import type { LoadedConfiguration, RefusedFile } from '../config/load.ts';
import { JobFault } from '../model/errors.ts';
import type { Job } from '../model/job.ts';
import type { Db } from '../store/database.ts';
import type { JobTable } from '../store/schema.ts';
import { programName } from './program-name.ts';
import { counted } from './terminal-text.ts';

/** What the files say about a job of the store. */
export type FileState =
  | { readonly type: 'configured' }
  | { readonly type: 'refused'; readonly file: RefusedFile }
  | { readonly type: 'vanished' };

/** A job with state in the store that no file configures. */
export interface VanishedJob {
  readonly id: string;
  readonly links: number;
  /** Where it was configured last, from the configuration directory; null when that was never recorded. */
  readonly file: string | null;
  readonly targetRoot: string | null;
}

/** What the files say about a job; a refused file whose id cannot be read may be that of any job without a known file. */
export function fileStateOf(
  row: Pick<JobTable, 'id' | 'file'>,
  { jobs, refused }: Pick<LoadedConfiguration, 'jobs' | 'refused'>,
): FileState {
  if (jobs.some((job) => job.id === row.id)) return { type: 'configured' };
  const file =
    refused.find((each) => each.id === row.id) ??
    refused.find((each) => each.id === null && (row.file === null || jobFileKey(each.file) === row.file));
  return file === undefined ? { type: 'vanished' } : { type: 'refused', file };
}

/** The jobs that vanished, by id; one that never worked for real, or has nothing, is none. */
export async function readVanishedJobs(
  db: Db,
  configuration: Pick<LoadedConfiguration, 'jobs' | 'refused'>,
): Promise<VanishedJob[]> {
  const { countLinksByJob, isBlank } = await import('../store/inventory.ts');
  const { listJobs } = await import('../store/jobs.ts');
  const links = await countLinksByJob(db);
  return (await listJobs(db)).flatMap((row) => {
    const count = links.get(row.id) ?? 0;
    const vanished = fileStateOf(row, configuration).type === 'vanished' && (count > 0 || !isBlank(row));
    return vanished ? [{ id: row.id, links: count, file: row.file, targetRoot: row.target_root }] : [];
  });
}

/** What a vanished job means, in one line. */
export function vanishedText({ links }: Pick<VanishedJob, 'links'>): string {
  return `no configuration; ${counted(links, 'link')} kept; leavers are NOT processed`;
}

/** The column by which the store remembers where a job is configured; null while its file is not known. */
export function fileKeyOf(id: string, { files }: Pick<LoadedConfiguration, 'files'>): Pick<JobTable, 'file'> {
  const file = files.get(id);
  return { file: file === undefined ? null : jobFileKey(file) };
}

/**
 * Keeps a job that never ran from taking over the accounts of one whose file vanished: that is what a changed id looks
 * like, and whoever left in between would stay in the target for ever.
 * @throws JobFault JobRenamed naming the former job.
 */
export async function refuseRenamed(
  db: Db,
  configuration: Pick<LoadedConfiguration, 'jobs' | 'refused'>,
  job: Pick<Job, 'id'>,
  targetRoot: string,
): Promise<void> {
  const { isBlank } = await import('../store/inventory.ts');
  const { findJob } = await import('../store/jobs.ts');
  const row = await findJob(db, job.id);
  if (row !== undefined && !isBlank(row)) return;
  const vanished = await readVanishedJobs(db, configuration);
  const former = vanished.find((each) => each.links > 0 && each.targetRoot === targetRoot);
  if (former === undefined) return;
  throw new JobFault(
    'JobRenamed',
    `Job ${job.id} is new, but job ${former.id}, which no file configures any more, keeps ${counted(former.links, 'link')} to the same target. Is ${former.id} called ${job.id} now? Then: ${programName()} job rename ${former.id} ${job.id}. Nothing was sent.`,
  );
}
