// Where a store belongs. Two processes on one file know of each other by leases; two copies of a file do not, and would
// write against each other. So a small file beside the store holds the id of the installation, and the store remembers that
// id and when this file was made, which no copy of it shares. Neither changes with the name of a machine: a container has
// another one at every start, and the volume stays. A clone of a whole disk shares both and cannot be recognised.
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { chmod } from 'node:fs/promises';
import { JobFault } from '../model/errors.ts';
import type { Db, Store } from './database.ts';
import type { InstallationTable } from './schema.ts';
import { storeFileFault } from './store-fault.ts';

/** Who asks, for people to read, and what an id is made of. */
export interface Claimant {
  readonly host: string;
  readonly now: number;
  readonly newId: () => string;
}

/**
 * Makes sure that the store at `url` belongs here; a store that belongs nowhere yet belongs here from now on, and so does
 * any other one with `takeOver`.
 * @returns the place that was taken over from; null when nothing was.
 * @throws JobFault StoreCopied, StoreReadOnly
 */
export async function claimStore(
  store: Store,
  url: string,
  claimant: Claimant,
  takeOver: boolean,
): Promise<InstallationTable | null> {
  const path = url.slice('sqlite:'.length);
  if (path === ':memory:') return null;
  const row = await readInstallation(store.db);
  try {
    if (row === null) {
      await settle(store, path, await anchorOf(path, claimant), claimant);
      return null;
    }
    const problem = problemOf(row, path);
    if (problem === null) return null;
    if (!takeOver) throw new JobFault('StoreCopied', messageOf(problem, row, path));
    await settle(store, path, await makeAnchor(path, claimant), claimant, row.id);
    return row;
  } catch (error) {
    const fault = storeFileFault(error, path) ?? new JobFault('StoreReadOnly', describe(error, path), { cause: error });
    throw fault;
  }
}

/** The file beside the store. */
export function anchorPath(path: string): string {
  return `${path}.installation`;
}

async function readInstallation(db: Db): Promise<InstallationTable | null> {
  return (await db.selectFrom('installation').selectAll().executeTakeFirst()) ?? null;
}

interface Anchor {
  readonly id: string;
  readonly mark: string;
}

type Problem = 'missing' | 'foreign' | 'copied';

function problemOf(row: InstallationTable, path: string): Problem | null {
  const anchor = readAnchor(path);
  if (anchor === null) return 'missing';
  if (anchor.id !== row.id) return 'foreign';
  const known = row.mark !== '' && anchor.mark !== '';
  return known && row.mark !== anchor.mark ? 'copied' : null;
}

function messageOf(problem: Problem, { host, path: former, since }: InstallationTable, path: string): string {
  const because: Record<Problem, string> = {
    missing: `the file ${anchorPath(path)} is not there`,
    foreign: `the file ${anchorPath(path)} is of another installation`,
    copied: `the file ${anchorPath(path)} is a copy`,
  };
  const day = new Date(since).toISOString().slice(0, 10);
  return `The store ${path} belongs to ${former} on ${host} (since ${day}), and not here: ${because[problem]}. Nothing was read or written elsewhere.`;
}

function readAnchor(path: string): Anchor | null {
  const file = anchorPath(path);
  if (!existsSync(file)) return null;
  return { id: readFileSync(file, 'utf8').trim(), mark: birthOf(file) };
}

/** When a file was made, in nanoseconds; empty where the file system does not say. */
function birthOf(file: string): string {
  const { birthtimeNs } = statSync(file, { bigint: true });
  return birthtimeNs > 0n ? String(birthtimeNs) : '';
}

/** What stands beside a store that belongs nowhere yet; made when nothing does. */
async function anchorOf(path: string, claimant: Claimant): Promise<Anchor> {
  return readAnchor(path) ?? makeAnchor(path, claimant, linkUnlessThere);
}

async function makeAnchor(
  path: string,
  { newId }: Claimant,
  place: (made: string, file: string) => void = renameSync,
): Promise<Anchor> {
  const file = anchorPath(path);
  const id = newId();
  const made = `${file}.${id}`;
  const handle = openSync(made, 'wx', 0o600);
  try {
    writeSync(handle, `${id}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  place(made, file);
  rmSync(made, { force: true });
  // Some file systems know only when a file was last changed and call that its birth: such a mark would not last.
  const mark = birthOf(file);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await chmod(file, 0o600);
  const anchor = readAnchor(path);
  if (anchor === null) throw new Error(`${file} has vanished`);
  return anchor.mark === mark ? anchor : { ...anchor, mark: '' };
}

/** Of two processes that meet a new store at once, the file of one counts for both. */
function linkUnlessThere(made: string, file: string): void {
  try {
    linkSync(made, file);
  } catch (error) {
    if (existsSync(file)) return;
    // File systems that know no second names.
    if (error instanceof Error && 'code' in error && error.code === 'EPERM') renameSync(made, file);
    else throw error;
  }
}

/** Records where the store belongs; a process that was quicker stays right. */
async function settle(store: Store, path: string, anchor: Anchor, claimant: Claimant, former?: string): Promise<void> {
  const { host, now } = claimant;
  await store.transaction(async (trx) => {
    if (former !== undefined) await trx.deleteFrom('installation').where('id', '=', former).execute();
    const present = await readInstallation(trx);
    if (present !== null) return;
    await trx
      .insertInto('installation')
      .values({ ...anchor, host, path, since: now })
      .execute();
  });
}

function describe(error: unknown, path: string): string {
  const message = error instanceof Error ? error.message : String(error);
  return `The file ${anchorPath(path)} cannot be written: ${message}`;
}
