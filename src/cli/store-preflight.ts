// Before cycles run: is the file system of the store one that can keep it. Only for real directories; whoever tries things
// on a sandbox may keep the store where they like.
import { readFileSync, realpathSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LoadedConfiguration } from '../config/load.ts';
import { JobFault } from '../model/errors.ts';
import { isMicrosoftCloud } from '../model/microsoft-cloud.ts';
import { fileSystemTypeOf, fileSystemTypeOfMagic, judgeFileSystem } from '../rules/file-system.ts';

/**
 * Looks at the file system of the store; `warn` is called with what is doubtful.
 * @throws JobFault StoreUnavailable on a network file system.
 */
export function checkStorePlace(
  { storeUrl, sources }: Pick<LoadedConfiguration, 'storeUrl' | 'sources'>,
  warn: (message: string) => void,
  typeOf: (path: string) => string | null = fileSystemType,
): void {
  const path = storeUrl.slice('sqlite:'.length);
  if (path === ':memory:' || ![...sources.values()].some(isMicrosoftCloud)) return;
  const verdict = judgeFileSystem(typeOf(path));
  if (verdict.type === 'refuse') throw new JobFault('StoreUnavailable', `${verdict.message} (${path})`);
  if (verdict.type === 'warn') warn(verdict.message);
}

/** The type of the file system that holds a path, or will; null where the system does not say. */
function fileSystemType(path: string): string | null {
  if (process.platform !== 'linux') return null;
  const real = existingPart(path);
  try {
    return fileSystemTypeOf(real, readFileSync('/proc/self/mountinfo', 'utf8'));
  } catch {
    return magicOf(real);
  }
}

function magicOf(path: string): string | null {
  try {
    return fileSystemTypeOfMagic(statfsSync(path).type);
  } catch {
    return null;
  }
}

/** The path without symbolic links, as far as it exists. */
function existingPart(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : existingPart(parent);
  }
}
