/**
 * Runs the built CLI against SCIM servers of other people (test/interop, a package of its own). Needs the network only to
 * install that package, which happens when it is missing or its lock file has changed. Ends with the exit code of vitest.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}test/interop`;

/** When a file was last written, in milliseconds; 0 when it is not there. */
function writtenAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

// npm writes this file at the end of an install, so an install that was interrupted counts as missing.
if (writtenAt(`${folder}/node_modules/.package-lock.json`) < writtenAt(`${folder}/package-lock.json`))
  execFileSync('npm', ['ci', '--ignore-scripts', '--legacy-peer-deps', '--omit=optional'], {
    cwd: folder,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
execFileSync(process.execPath, [`${root}scripts/build.ts`], { cwd: root, stdio: 'inherit' });

const vitest = `${root}node_modules/vitest/vitest.mjs`;
const arguments_ = [vitest, 'run', '--config', `${folder}/vitest.config.ts`, ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, arguments_, { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;
