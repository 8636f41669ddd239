import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { checkStorePath } from '../../../src/cli/store-path.ts';

async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'scimsync-store-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

const check = (path: string) => checkStorePath({ storeUrl: `sqlite:${path}`, sources: new Map() }, 'config');

it('a file that is there, or in folders that can be made, is fine', async () => {
  const directory = await folder();
  await writeFile(join(directory, 'here.db'), '');
  for (const path of ['here.db', 'new.db', 'a/b/c.db'])
    expect(check(join(directory, path))).toEqual({ faults: [], warnings: [] });
});

it('a folder, and a file in the place of a folder, are faults', async () => {
  const directory = await folder();
  await mkdir(join(directory, 'data'));
  await writeFile(join(directory, 'file'), '');
  expect(check(join(directory, 'data')).faults).toMatchObject([
    { file: join('config', 'scimsync.yaml'), path: 'store.url', message: `${join(directory, 'data')} is a folder.` },
  ]);
  for (const path of ['file/scimsync.db', 'file/a/scimsync.db'])
    expect(check(join(directory, path)).faults).toMatchObject([
      { message: `${join(directory, 'file')} is not a folder.` },
    ]);
});

it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
  'a folder that this user may not write is a warning',
  async () => {
    const directory = await folder();
    await chmod(directory, 0o500);
    expect(check(join(directory, 'a.db'))).toMatchObject({ faults: [], warnings: [{ path: 'store.url' }] });
  },
);
