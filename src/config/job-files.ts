// Which files are jobs: those directly in jobs/, except examples, tests and bases. Folders below it hold what jobs
// extend and are not looked into.
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Findings } from './fault.ts';

/** Names that stand beside jobs and are none. */
const NO_JOB = /\.(example|test|base)\.ya?ml$/;

/** The job files of a configuration directory, by name; a folder that cannot be read is a fault. */
export async function jobFiles(directory: string, findings: Findings): Promise<readonly string[]> {
  const folder = join(directory, 'jobs');
  const missing = {
    file: folder,
    path: '',
    advice: 'Add a job with scimsync gallery add, or from one of the examples.',
  };
  try {
    const names = (await readdir(folder)).filter((name) => /^[^.].*\.ya?ml$/.test(name) && !NO_JOB.test(name));
    if (names.length === 0) findings.warnings.push({ ...missing, message: 'There are no jobs.' });
    return names.toSorted().map((name) => join(folder, name));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT') findings.warnings.push({ ...missing, message: 'There are no jobs.' });
    else findings.faults.push({ ...missing, message: `The folder of jobs cannot be read (${code}).` });
    return [];
  }
}

/** A job file by its path in the configuration directory: what the store remembers, wherever the directory lies. */
export function jobFileKey(file: string): string {
  return `jobs/${basename(file)}`;
}
