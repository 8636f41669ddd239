// Files that evaluations read, or the standard input: JSON whose large integers keep all their digits, and for single objects
// also YAML. Sizes are bounded, because anything may come in through a pipe.
import { open } from 'node:fs/promises';
import { z } from 'zod';
import { formatFaults } from '../config/format-faults.ts';
import { toPlain } from '../config/located.ts';
import { parseYaml } from '../config/read-yaml.ts';
import { readMoment } from '../rules/scoping-moments.ts';
import { CommandFault } from './command-fault.ts';
import { printable } from './terminal-text.ts';

const MAX_BYTES = 64 * 1024 * 1024;

/** How the standard input is named. */
export const STANDARD_INPUT = '-';

/**
 * The text of a file, or of the standard input for `-`.
 * @throws CommandFault when it cannot be read.
 */
export async function readInput(path: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    await using file = path === STANDARD_INPUT ? null : await open(path);
    const stream: AsyncIterable<Buffer> = file === null ? process.stdin : file.createReadStream();
    for await (const chunk of stream) {
      size += chunk.length;
      if (size > MAX_BYTES) throw new CommandFault(`${inputName(path)} is larger than 64 MiB.`);
      chunks.push(chunk);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    if (error instanceof CommandFault) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') throw new CommandFault(`${inputName(path)} is not UTF-8 text.`);
    throw new CommandFault(`${inputName(path)} cannot be read (${code}).`);
  }
}

/** How an input is called in messages. */
function inputName(path: string): string {
  return path === STANDARD_INPUT ? 'The standard input' : printable(path);
}

/** What a reviver is told besides name and value (TC39: JSON.parse source text access). */
interface ReviverContext {
  readonly source?: string;
}

/** JSON.parse, except that integers beyond 2^53 become bigint. */
export function parseExactly(text: string): unknown {
  const revive = (_key: string, value: unknown, context?: ReviverContext): unknown => {
    const source = context?.source;
    const isLarge = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
    return isLarge && source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
  };
  return JSON.parse(text, revive);
}

/**
 * The cases of an input: a JSON array.
 * @throws CommandFault when it is none.
 */
export async function readCases(path: string): Promise<readonly unknown[]> {
  const text = await readInput(path);
  let cases: unknown;
  try {
    cases = parseExactly(text);
  } catch (error) {
    const [, place = ''] = (error instanceof Error ? /(line \d+ column \d+)/.exec(error.message) : null) ?? [];
    throw new CommandFault(`${inputName(path)} is not JSON${place === '' ? '' : ` (${place})`}.`);
  }
  if (!Array.isArray(cases)) throw new CommandFault(`${inputName(path)} must be a JSON array of cases.`);
  return cases;
}

/**
 * One object of an input, in JSON or YAML.
 * @throws CommandFault with the place of what is wrong.
 */
export async function readObject(path: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await readInput(path);
  try {
    const value = parseExactly(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Not JSON: perhaps YAML, whose reader says what is wrong in either case.
  }
  const { root, faults } = parseYaml(path === STANDARD_INPUT ? 'stdin' : path, text);
  if (root === undefined || faults.length > 0) throw new CommandFault(formatFaults(faults));
  return toPlain(root) as Record<string, unknown>;
}

/** The moment of a case; without an offset it is UTC, as everything in expressions. */
export const caseMoment = z
  .string()
  .transform((text) => readMoment(text)?.at ?? Number.NaN)
  .refine((at) => !Number.isNaN(at), 'must be an ISO time')
  .transform((at) => new Date(at));

/** A case that does not have the form of one. Its index counts from 0. */
export interface MalformedCase {
  readonly id: unknown;
  readonly index: number;
  readonly error: { readonly kind: 'malformed-case'; readonly message: string };
}

/** The entry of a case that `schema` refused. */
export function malformedCase(given: unknown, index: number, error: z.ZodError): MalformedCase {
  const messages = error.issues.map(({ path, message }) => {
    const place = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
    return `case[${index}]${place}: ${message}`;
  });
  const id: unknown = typeof given === 'object' && given !== null && 'id' in given ? given.id : null;
  const isName = typeof id === 'string' || typeof id === 'number';
  return { id: isName ? id : null, index, error: { kind: 'malformed-case', message: messages.join('; ') } };
}
