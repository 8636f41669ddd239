// `caFile`: certificates of an authority that the machine does not trust by itself. Checked when the configuration is
// loaded, because a wrong path would otherwise show as a failing connection.
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ConfigurationFault } from './fault.ts';
import type { Located } from './located.ts';
import { faultAt, textOf } from './located.ts';

const MAX_BYTES = 4 * 1024 * 1024;
const ADVICE = 'Name a PEM file; the path counts from the configuration directory.';

/** The fault of a `caFile` value, or undefined when it is absent, no text, or a readable PEM file. */
export async function checkCaFile(node: Located | undefined, directory: string): Promise<ConfigurationFault[]> {
  const written = textOf(node);
  if (node === undefined || written === undefined) return [];
  const path = resolve(directory, written);
  try {
    const status = await stat(path);
    if (!status.isFile() || status.size > MAX_BYTES) return [faultAt(node.at, `${path} is not a PEM file.`, ADVICE)];
    const holdsCertificate = (await readFile(path, 'latin1')).includes('-----BEGIN CERTIFICATE-----');
    return holdsCertificate ? [] : [faultAt(node.at, `${path} contains no certificate.`, ADVICE)];
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return [faultAt(node.at, `${path} cannot be read (${code}).`, ADVICE)];
  }
}
