// Secrets by reference. Values are read when they are needed and kept nowhere; no message contains one, nor the text
// of a reference that could be a secret put into the wrong place.
import { constants, open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { JobFault } from '../model/errors.ts';
import type { SecretReference } from '../model/secret-reference.ts';
import { commandOutput, programFault } from './secret-command.ts';

/** The environment as it was given to the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

const MAX_SECRET_BYTES = 64 * 1024;
/** To read; a pipe that nobody writes into is opened all the same, and found to be no file. */
const UNWAITING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

export type SecretReading =
  | { readonly ok: true; readonly value: string; readonly warning?: string }
  | { readonly ok: false; readonly message: string; readonly advice: string };

/**
 * The secret a reference stands for, without one trailing line break. `fromFile` counts from the configuration
 * directory. Throws JobFault `ConfigurationInvalid` when it is unset, unreadable, empty or no single line;
 * `SecretUnavailable` when it is a command's.
 */
export async function resolveSecret(
  reference: SecretReference,
  configurationDirectory: string,
  environment: Environment,
): Promise<string> {
  const reading = await readSecret(reference, configurationDirectory, environment);
  if (reading.ok) return reading.value;
  // A vault may be away for a while: that is no fault of the configuration, and validate would not find it.
  const code = 'fromCommand' in reference ? 'SecretUnavailable' : 'ConfigurationInvalid';
  throw new JobFault(code, `${reading.message} ${reading.advice}`);
}

/** As `resolveSecret`, with the fault as a value and a warning about a file that others may read. */
export async function readSecret(
  reference: SecretReference,
  configurationDirectory: string,
  environment: Environment,
): Promise<SecretReading> {
  if ('fromEnv' in reference) return checked(fromEnvironment(reference.fromEnv, environment));
  if ('fromCommand' in reference)
    return checked(await commandOutput(reference.fromCommand, { directory: configurationDirectory, environment }));
  return checked(await fromFile(resolve(configurationDirectory, reference.fromFile), reference.fromFile));
}

/** As `readSecret`, but a command is only looked at, not run: checking a configuration has no effects. No value. */
export async function inspectSecret(
  reference: SecretReference,
  configurationDirectory: string,
  environment: Environment,
): Promise<{ readonly ok: true; readonly warning?: string } | Extract<SecretReading, { ok: false }>> {
  if ('fromCommand' in reference) {
    const surroundings = { directory: configurationDirectory, environment };
    return (await programFault(reference.fromCommand, surroundings)) ?? { ok: true };
  }
  const reading = await readSecret(reference, configurationDirectory, environment);
  if (!reading.ok) return reading;
  return reading.warning === undefined ? { ok: true } : { ok: true, warning: reading.warning };
}

function fromEnvironment(name: string, environment: Environment): SecretReading {
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  if (value !== undefined) return { ok: true, value };
  const shown = isVariableName(name) ? `The environment variable ${name}` : 'The environment variable named here';
  return {
    ok: false,
    message: `${shown} is not set.`,
    advice: 'Set it for the process that runs scimsync, or write { fromFile: … }.',
  };
}

/** A token put here by mistake is not repeated: only what is plainly a name. */
function isVariableName(text: string): boolean {
  return /^[A-Z_][A-Z0-9_]{0,63}$/.test(text) || /^[a-z_]{1,40}$/.test(text);
}

async function fromFile(path: string, written: string): Promise<SecretReading> {
  const shown = /^\.{0,2}\//.test(written) ? `The secret file ${path}` : 'The secret file named here';
  const advice = 'Check the path (it counts from the configuration directory) and the rights of the file.';
  try {
    await using handle = await open(path, UNWAITING);
    const status = await handle.stat();
    if (!status.isFile()) return { ok: false, message: `${shown} is not a file.`, advice };
    if (status.size > MAX_SECRET_BYTES) return { ok: false, message: `${shown} is larger than 64 KiB.`, advice };
    const value = await handle.readFile('utf8');
    if (process.platform === 'win32' || (status.mode & 0o007) === 0) return { ok: true, value };
    return { ok: true, value, warning: `${shown} can be read by every user of this machine.` };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    const missing = code === 'ENOENT';
    return { ok: false, message: `${shown} ${missing ? 'does not exist' : `cannot be read (${code})`}.`, advice };
  }
}

/** A secret travels in a header: one line, without control characters. */
function checked(reading: SecretReading): SecretReading {
  if (!reading.ok) return reading;
  const value = reading.value.replace(/\r?\n$/, '');
  const advice = 'Put the secret there as one line and nothing else.';
  if (value.trim() === '') return { ok: false, message: 'The secret is empty.', advice };
  if (/\p{Cc}/u.test(value)) {
    return { ok: false, message: 'The secret has a line break or control character in it.', advice };
  }
  return { ...reading, value };
}
