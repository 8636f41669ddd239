// Whether a store knows that it is a copy, on real files.
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backupStore } from '../../../src/store/backup.ts';
import { openStore } from '../../../src/store/database.ts';
import { anchorPath, claimStore } from '../../../src/store/store-home.ts';

let home: string;
let path: string;
let ids = 0;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'scimsync-home-'));
  path = join(home, 'data', 'scimsync.db');
  await claim();
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** One start of a process. */
async function claim(at = path, options: { host?: string; takeOver?: boolean } = {}) {
  const store = await openStore(`sqlite:${at}`);
  ids += 1;
  const claimant = { host: options.host ?? 'first', now: 1_800_000_000_000, newId: () => `id-${ids}` };
  try {
    return await claimStore(store, `sqlite:${at}`, claimant, options.takeOver === true);
  } finally {
    await store.close();
  }
}

describe('claimStore', () => {
  it('lets the same store go on, whatever the machine is called', async () => {
    expect(await claim(path, { host: 'another container' })).toBeNull();
    expect(statSync(anchorPath(path)).mode & 0o777).toBe(0o600);
  });

  it('lets a folder be renamed', async () => {
    const moved = join(home, 'moved');
    renameSync(dirname(path), moved);
    expect(await claim(join(moved, 'scimsync.db'))).toBeNull();
  });

  // spec: copied-store
  it('refuses a copy of the folder, and a copy of the store alone', async () => {
    cpSync(dirname(path), join(home, 'copy'), { recursive: true, preserveTimestamps: true });
    await expect(claim(join(home, 'copy', 'scimsync.db'))).rejects.toMatchObject({
      code: 'StoreCopied',
      message: expect.stringMatching(/belongs to .*data\/scimsync\.db on first .*is a copy/),
    });
    mkdirSync(join(home, 'alone'));
    cpSync(path, join(home, 'alone', 'scimsync.db'));
    await expect(claim(join(home, 'alone', 'scimsync.db'))).rejects.toMatchObject({ code: 'StoreCopied' });
    // Asking again changes nothing.
    await expect(claim(join(home, 'alone', 'scimsync.db'))).rejects.toMatchObject({ code: 'StoreCopied' });
    expect(existsSync(anchorPath(join(home, 'alone', 'scimsync.db')))).toBe(false);
    expect(await claim()).toBeNull();
  });

  it('refuses the store of another installation in the place of this one', async () => {
    const other = join(home, 'other', 'scimsync.db');
    await claim(other);
    cpSync(other, path);
    await expect(claim()).rejects.toMatchObject({ message: expect.stringContaining('of another installation') });
  });

  it('takes over for good when told so; the original goes on to belong to its own place', async () => {
    const copy = join(home, 'copy', 'scimsync.db');
    cpSync(dirname(path), dirname(copy), { recursive: true });
    expect(await claim(copy, { host: 'second', takeOver: true })).toMatchObject({ host: 'first', path });
    expect(await claim(copy, { host: 'third' })).toBeNull();
    expect(await claim(copy, { takeOver: true })).toBeNull();
    expect(await claim()).toBeNull();
    cpSync(copy, path);
    await expect(claim()).rejects.toMatchObject({ code: 'StoreCopied' });
  });

  it('takes a backup that is restored in its place', async () => {
    const backup = join(home, 'backup.db');
    await backupStore(`sqlite:${path}`, backup, { overwrite: false });
    rmSync(path);
    cpSync(backup, path);
    expect(await claim()).toBeNull();
  });

  it('gives a new store in the place of a lost one the same home', async () => {
    rmSync(path);
    expect(await claim()).toBeNull();
    expect(await claim()).toBeNull();
  });

  it('gives two processes that meet a new store at once one home', async () => {
    const fresh = join(home, 'fresh', 'scimsync.db');
    await Promise.all([claim(fresh), claim(fresh)]);
    expect(await claim(fresh)).toBeNull();
  });
});
