// What people type to start this program, so that the commands it suggests can be typed as they stand. Found out once, when
// the program starts; everything else asks here.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

const NAME = 'scimsync';

let current = NAME;

/** The command line that starts this program, for instance `npx scimsync`. */
export function programName(): string {
  return current;
}

/** Says what programName answers from now on. */
export function setProgramName(name: string): void {
  current = name;
}

/**
 * The name alone where a shell finds it, otherwise through npx. npm puts folders of its own in front of the PATH
 * (node_modules/.bin), which the shell of whoever typed the command does not have.
 */
export function detectProgramName(environment: Environment, isExecutable: (path: string) => boolean): string {
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '' && !isNpms(folder));
  return folders.some((folder) => isExecutable(join(folder, NAME))) ? NAME : `npx ${NAME}`;
}

function isNpms(folder: string): boolean {
  return /[\\/]node_modules[\\/]\.bin[\\/]?$/.test(folder);
}

/** Whether a file can be run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
