// The file with the certificates of an authority that is trusted besides the usual ones.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { JobFault } from '../model/errors.ts';

/**
 * Its text; undefined where none is configured. The path counts from the configuration directory.
 * @throws JobFault ConfigurationInvalid when it cannot be read.
 */
export async function readCaFile(directory: string, file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const path = resolve(directory, file);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new JobFault(
      'ConfigurationInvalid',
      `The certificate file ${path} cannot be read: ${error instanceof Error ? error.message : 'unknown'}`,
      { cause: error },
    );
  }
}
