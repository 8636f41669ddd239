// A secret that a program prints: how a vault is asked. No shell is involved. What the program says on stderr is never
// shown, since it may contain the secret; neither is a word of the reference that could be a secret in the wrong place.
import { type ExecFileException, execFile } from 'node:child_process';
import { access, constants, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { Environment } from './secrets.ts';

const LONGEST_SECONDS = 10;
const MOST_BYTES = 64 * 1024;
const ADVICE =
  'Run it by hand as the user that scimsync runs as: it has to print the secret as one line on stdout and end with 0.';

/** Where a command runs and what it sees. */
export interface CommandSurroundings {
  /** The configuration directory: the working directory, from which a path with a slash counts. */
  readonly directory: string;
  readonly environment: Environment;
  /** 10 unless given. */
  readonly seconds?: number;
}

export type CommandOutput =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly message: string; readonly advice: string };

/** What the program printed, without blanks and line breaks around it. Stopped after 10 seconds or 64 KiB. */
export async function commandOutput(
  command: readonly string[],
  surroundings: CommandSurroundings,
): Promise<CommandOutput> {
  const missing = await programFault(command, surroundings);
  if (missing !== undefined) return missing;
  const [program = '', ...args] = command;
  const { directory, environment, seconds = LONGEST_SECONDS } = surroundings;
  return new Promise((settle) => {
    const child = execFile(
      programPath(program, directory),
      args,
      {
        cwd: directory,
        env: environment,
        encoding: 'utf8',
        timeout: seconds * 1000,
        killSignal: 'SIGKILL',
        maxBuffer: MOST_BYTES,
        windowsHide: true,
      },
      (error, stdout) => {
        if (error === null) settle({ ok: true, value: stdout.trim() });
        else settle({ ok: false, message: `${shownName(program)} ${whatHappened(error, seconds)}.`, advice: ADVICE });
      },
    );
    // Nobody is there to answer a question: a program that asks one shall end instead of waiting.
    child.stdin?.on('error', () => undefined).end();
  });
}

/** The fault when the program of a command does not exist or may not be run; it is not started. */
export async function programFault(
  command: readonly string[],
  { directory, environment }: CommandSurroundings,
): Promise<Extract<CommandOutput, { ok: false }> | undefined> {
  const [program = ''] = command;
  const name = shownName(program);
  const advice = 'Check the name of the program; one with a slash counts from the configuration directory.';
  let found = false;
  for (const path of candidates(program, directory, environment)) {
    const state = await stateOf(path);
    if (state === 'executable') return undefined;
    if (state === 'other') found = true;
  }
  return { ok: false, message: `${name} ${found ? 'is no executable file' : 'does not exist'}.`, advice };
}

function programPath(program: string, directory: string): string {
  return hasSlash(program) ? resolve(directory, program) : program;
}

function hasSlash(program: string): boolean {
  return program.includes('/') || (process.platform === 'win32' && program.includes('\\'));
}

function candidates(program: string, directory: string, environment: Environment): string[] {
  if (program === '') return [];
  const endings = process.platform === 'win32' ? ['', '.exe', '.com'] : [''];
  const folders = (environment['PATH'] ?? environment['Path'] ?? '').split(delimiter).filter(isAbsolute);
  const paths = hasSlash(program) ? [resolve(directory, program)] : folders.map((folder) => join(folder, program));
  return paths.flatMap((path) => endings.map((ending) => `${path}${ending}`));
}

async function stateOf(path: string): Promise<'executable' | 'other' | 'missing'> {
  try {
    if (!(await stat(path)).isFile()) return 'other';
    await access(path, constants.X_OK);
    return 'executable';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EACCES' ? 'other' : 'missing';
  }
}

function shownName(program: string): string {
  const plain = /^\.{0,2}\//.test(program) || /^[a-z][a-z-]{0,19}$/.test(program);
  return plain ? `The command ${program}` : 'The command named here';
}

function whatHappened(error: ExecFileException, seconds: number): string {
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'printed more than 64 KiB';
  if (typeof error.code === 'string') return `could not be started (${error.code})`;
  if (error.killed === true) return `did not end within ${seconds} seconds`;
  if (typeof error.signal === 'string') return `was ended by ${error.signal}`;
  return `ended with exit code ${error.code ?? 'unknown'}`;
}
