// A consistent copy of the store in a file of its own, for whoever wants to try something without touching the original.
import { existsSync, rmSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { openStore, type Store } from './database.ts';

/**
 * Copies the store at `url` (`sqlite:<path>`) while others may be writing to it; a store that does not exist yet is an
 * empty copy. Nobody holds a job in the copy. Closing it removes the file, and so does the end of the process.
 * @throws JobFault StoreUnavailable
 */
export async function copyStore(url: string): Promise<Store> {
  const folder = await mkdtemp(join(tmpdir(), 'scimsync-'));
  const path = join(folder, 'copy.db');
  const removeNow = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeNow);
  try {
    if (existsSync(url.slice('sqlite:'.length))) await copyInto(url, path);
    const copy = await openStore(`sqlite:${path}`);
    await copy.db.updateTable('job').set({ lease_owner: null, lease_until: 0 }).execute();
    return {
      ...copy,
      close: async () => {
        await copy.close();
        await rm(folder, { recursive: true, force: true });
        process.off('exit', removeNow);
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    process.off('exit', removeNow);
    throw error;
  }
}

async function copyInto(url: string, path: string): Promise<void> {
  const original = await openStore(url);
  try {
    await sql`vacuum into ${path}`.execute(original.db);
    await chmod(path, 0o600);
  } finally {
    await original.close();
  }
}
