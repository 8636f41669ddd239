// Backups of a store that is being written to, on real files.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Backup, backupStore } from '../../../src/store/backup.ts';
import { openStore, type Store } from '../../../src/store/database.ts';
import { ensureJob, findJob, updateJob } from '../../../src/store/jobs.ts';

let home: string;
let path: string;
let store: Store;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'scimsync-backup-'));
  path = join(home, 'scimsync.db');
  store = await openStore(`sqlite:${path}`);
  await ensureJob(store.db, 'peakon');
});
afterEach(async () => {
  await store.close();
  rmSync(home, { recursive: true, force: true });
});

const backup = (file: string, overwrite = false) => backupStore(`sqlite:${path}`, file, { overwrite });

describe('backupStore', () => {
  it('writes one file for its owner only, which opens as a store in which nobody holds a job', async () => {
    await updateJob(store.db, 'peakon', { lease_owner: 'somebody', lease_until: 9e15 });
    const file = join(home, 'backup.db');
    expect(await backup(file)).toMatchObject({ file, jobs: 1, links: 0, migration: expect.stringMatching(/^\d{4}-/) });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(home).filter((name) => name.startsWith('backup'))).toEqual(['backup.db']);
    const copy = await openStore(`sqlite:${file}`);
    expect(await findJob(copy.db, 'peakon')).toMatchObject({ lease_owner: null });
    await copy.close();
    expect(await findJob(store.db, 'peakon')).toMatchObject({ lease_owner: 'somebody' });
  });

  // spec: backup
  it('is of one moment while another process goes on writing, and comes to an end', async () => {
    const writer = new Sqlite(path);
    writer.exec('create table filler (text text)');
    const insert = writer.prepare('insert into filler values (?)');
    for (let row = 0; row < 3000; row += 1) insert.run('x'.repeat(3000));
    let rounds = 0;
    let writes = true;
    const goOn = (): void => {
      if (!writes) return;
      writer.exec('begin');
      insert.run('one');
      insert.run('two');
      writer.exec('commit');
      rounds += 1;
      setImmediate(goOn);
    };
    goOn();
    const file = join(home, 'backup.db');
    const made = (await backup(file)) as Backup;
    writes = false;
    writer.close();
    expect(made.bytes).toBeGreaterThan(9_000_000);
    expect(rounds, 'somebody wrote meanwhile').toBeGreaterThan(2);
    const copy = new Sqlite(file, { readonly: true });
    const count = (text: string) => copy.prepare('select count(*) from filler where text = ?').pluck().get(text);
    expect(count('one')).toBe(count('two'));
    copy.close();
  });

  // spec: backup
  it('replaces no file unless told so', async () => {
    const file = join(home, 'backup.db');
    writeFileSync(file, 'precious');
    expect(await backup(file)).toEqual({ refused: 'exists', file });
    expect(readFileSync(file, 'utf8')).toBe('precious');
    expect(await backup(file, true)).toMatchObject({ file });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each(['scimsync.db', 'scimsync.db-wal', 'scimsync.db-shm'])('never writes into %s', async (name) => {
    const file = join(home, name);
    expect(await backup(file, true)).toEqual({ refused: 'isTheStore', file });
    expect(await findJob(store.db, 'peakon')).toBeDefined();
  });

  it('says so when there is no store or no folder', async () => {
    const file = join(home, 'missing', 'backup.db');
    expect(await backup(file)).toEqual({ refused: 'noFolder', file: join(home, 'missing') });
    mkdirSync(join(home, 'folder.db'));
    expect(await backup(join(home, 'folder.db'), true)).toMatchObject({ refused: 'exists' });
    const nowhere = join(home, 'no-store.db');
    expect(await backupStore(`sqlite:${nowhere}`, join(home, 'b.db'), { overwrite: false })).toEqual({
      refused: 'noStore',
      file: nowhere,
    });
  });

  it('leaves no file behind when the store is damaged', async () => {
    await store.db
      .insertInto('daemon')
      .values({ owner: 'a'.repeat(20_000), seen_at: 0 })
      .execute();
    await store.close();
    const content = readFileSync(path);
    content.fill(0x5a, 8192, content.length - 4096);
    writeFileSync(path, content);
    const file = join(home, 'backup.db');
    await expect(backup(file)).rejects.toMatchObject({ code: 'StoreDamaged' });
    expect(readdirSync(home).filter((name) => name.startsWith('backup'))).toEqual([]);
    rmSync(path);
    store = await openStore(`sqlite:${path}`);
  });
});
