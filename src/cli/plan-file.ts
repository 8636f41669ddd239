// Plan files: one JSON object a line, so that a plan of a large company can be written and searched line by line. The first
// line says what the plan is about, the last one how many changes there are and a hash over everything before it. The hash
// finds what was altered by mistake; it is no signature, since whoever writes the file can compute it.
import { createHash } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { z } from 'zod';
import {
  type ApprovedChange,
  approvedChangeSchema,
  type PlanHeader,
  planHeaderSchema,
} from '../model/approved-plan.ts';
import { CommandFault } from './command-fault.ts';
import { printable } from './terminal-text.ts';

/** A plan file that was read and found whole. */
export interface PlanFile {
  readonly header: PlanHeader;
  readonly changes: readonly ApprovedChange[];
}

const endSchema = z.strictObject({ changes: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) });
const BEGINNING = '{"scimsyncPlan":';

/**
 * Writes a plan, readable by its owner only; in the place of an earlier plan, and of nothing else.
 * @returns how many changes it holds.
 * @throws CommandFault when there is another file of this name, or the file cannot be written.
 */
export async function writePlanFile(
  file: string,
  header: PlanHeader,
  changes: AsyncIterable<ApprovedChange>,
): Promise<number> {
  await refuseOtherFile(file);
  const part = `${file}.${process.pid}.part`;
  try {
    const handle = await open(part, 'wx', 0o600);
    let count = 0;
    try {
      const hash = createHash('sha256');
      const write = async (line: unknown): Promise<void> => {
        const text = `${JSON.stringify(line)}\n`;
        hash.update(text);
        await handle.write(text);
      };
      await write(header);
      for await (const change of changes) {
        await write(change);
        count += 1;
      }
      await handle.write(`${JSON.stringify({ changes: count, sha256: hash.digest('hex') })}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, file);
    return count;
  } catch (error) {
    await rm(part, { force: true });
    throw ioFault(error, `The plan cannot be written to ${printable(file)}`);
  }
}

/**
 * Refuses a place that holds something else than a plan; before a plan is made for it.
 * @throws CommandFault
 */
export async function refuseOtherFile(file: string): Promise<void> {
  let text: string;
  try {
    const handle = await open(file, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(BEGINNING.length), 0, BEGINNING.length, 0);
      text = buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw ioFault(error, `${printable(file)} cannot be used for a plan`);
  }
  if (text !== BEGINNING)
    throw new CommandFault(`${printable(file)} exists already and is no plan. Give another name. Nothing was written.`);
}

/**
 * Reads a plan file.
 * @throws CommandFault when it is none, is not whole, or was altered.
 */
export async function readPlanFile(file: string): Promise<PlanFile> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw ioFault(error, `${printable(file)} cannot be read`);
  }
  const name = printable(file);
  if (!text.startsWith(BEGINNING))
    throw new CommandFault(`${name} is no plan of this version. Make one: scimsync plan --job ID --out FILE`);
  const lines = text.split('\n');
  if (lines.pop() !== '') throw altered(name, 'its last line is not whole');
  const last = lines.pop() ?? '';
  const end = parsed(last, endSchema);
  if (end === null) throw altered(name, 'its end is missing');
  const hash = createHash('sha256')
    .update(text.slice(0, text.length - last.length - 1))
    .digest('hex');
  if (end.sha256 !== hash || end.changes !== lines.length - 1) throw altered(name, 'its content does not fit its hash');
  const header = parsed(lines[0] ?? '', planHeaderSchema);
  const changes = lines.slice(1).map((line) => parsed(line, approvedChangeSchema));
  if (header === null || changes.includes(null)) throw altered(name, 'a line is none of a plan');
  return { header, changes: changes.filter((each) => each !== null) };
}

function parsed<T>(line: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

function altered(name: string, because: string): CommandFault {
  return new CommandFault(
    `${name} was altered or is not whole: ${because}. Nothing was sent. A plan is taken as a whole; make a new one: scimsync plan --job ID --out FILE`,
  );
}

function ioFault(error: unknown, what: string): Error {
  if (error instanceof CommandFault) return error;
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined && error instanceof Error ? error : new CommandFault(`${what} (${code ?? 'unknown'}).`);
}
