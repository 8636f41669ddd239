// The copy that a plan works on holds people's data: it goes with the process, however that ends by itself.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const SOURCE = new URL('../../../src/store/store-copy.ts', import.meta.url).href;

it.each([
  ['is closed', 'await copy.close();'],
  ['is left open by a process that exits', 'process.exit(0);'],
  ['is left open by a process that fails', 'throw new Error("fails");'],
])('is gone when it %s', (_how, ending) => {
  const folder = mkdtempSync(join(tmpdir(), 'scimsync-copy-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const program = `const { copyStore } = await import(${JSON.stringify(SOURCE)});
    const { readdirSync } = await import('node:fs');
    const copy = await copyStore('sqlite:/nowhere/scimsync.db');
    console.log(readdirSync(process.env.TMPDIR).length);
    ${ending}`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...process.env, TMPDIR: folder },
    encoding: 'utf8',
  });
  expect(stdout).toBe('1\n');
  expect(readdirSync(folder)).toEqual([]);
});
