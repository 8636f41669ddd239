// Whether the store can be where the configuration says, found out without creating anything.
import { accessSync, constants, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ConfigurationFault } from '../config/fault.ts';
import type { LoadedConfiguration } from '../config/load.ts';
import { JobFault } from '../model/errors.ts';
import { checkStorePlace } from './store-preflight.ts';

/** A fault where no store can be; a warning where only the rights of whoever asks are missing. */
export interface StorePathFindings {
  readonly faults: readonly ConfigurationFault[];
  readonly warnings: readonly ConfigurationFault[];
}

/** Looks at the path of the store and its file system; `directory` is the configuration directory as written. */
export function checkStorePath(
  configuration: Pick<LoadedConfiguration, 'storeUrl' | 'sources'>,
  directory: string,
): StorePathFindings {
  const path = configuration.storeUrl.slice('sqlite:'.length);
  const at = { file: join(directory, 'scimsync.yaml'), path: 'store.url' };
  const nearest = nearestExisting(path);
  const isFolder = statSync(nearest).isDirectory();
  if (nearest === path ? isFolder : !isFolder) {
    const message = nearest === path ? `${path} is a folder.` : `${nearest} is not a folder.`;
    return { faults: [{ ...at, message, advice: 'The store needs the path of a file.' }], warnings: [] };
  }
  const warnings: ConfigurationFault[] = [];
  try {
    checkStorePlace(configuration, (message) => warnings.push({ ...at, message }));
  } catch (error) {
    if (!(error instanceof JobFault)) throw error;
    return { faults: [{ ...at, message: error.message }], warnings };
  }
  if (!isWritable(nearest)) {
    const message = `This user may not write ${nearest}, where the store is.`;
    warnings.push({ ...at, message, advice: 'Check the rights of the user that runs scimsync.' });
  }
  return { faults: [], warnings };
}

/** The path, or the deepest folder above it that exists; a file on the way counts as existing. */
function nearestExisting(path: string): string {
  for (let at = path; ; at = dirname(at)) {
    try {
      if (statSync(at, { throwIfNoEntry: false }) !== undefined || at === dirname(at)) return at;
    } catch {
      // ENOTDIR: something above is a file.
    }
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
