// Where a store cannot be is said at once, in words.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore } from '../../../src/store/database.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'scimsync-store-'));
});
afterEach(() => {
  chmodSync(home, 0o700);
  rmSync(home, { recursive: true, force: true });
});

it('makes the folders that are missing, for their owner only', async () => {
  const path = join(home, 'a', 'b', 'scimsync.db');
  await (await openStore(`sqlite:${path}`)).close();
  expect(statSync(join(home, 'a')).mode & 0o777).toBe(0o700);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it.skipIf(process.platform !== 'linux')(
  'refuses a folder that the kernel will not make, instead of trying for ever',
  async () => {
    await expect(openStore('sqlite:/proc/scimsync/data/scimsync.db')).rejects.toMatchObject({
      code: 'StoreUnavailable',
      message: expect.stringContaining('/proc/scimsync'),
    });
  },
);

it('refuses a path that is a folder', async () => {
  mkdirSync(join(home, 'scimsync.db'));
  await expect(openStore(`sqlite:${join(home, 'scimsync.db')}`)).rejects.toMatchObject({
    code: 'StoreUnavailable',
    message: expect.stringContaining('it is a folder'),
  });
});

it('refuses a path below a file', async () => {
  writeFileSync(join(home, 'file'), '');
  await expect(openStore(`sqlite:${join(home, 'file', 'scimsync.db')}`)).rejects.toMatchObject({
    code: 'StoreUnavailable',
  });
});

it.skipIf(process.getuid?.() === 0)('refuses a folder without rights', async () => {
  chmodSync(home, 0o500);
  await expect(openStore(`sqlite:${join(home, 'data', 'scimsync.db')}`)).rejects.toMatchObject({
    code: 'StoreReadOnly',
  });
});
