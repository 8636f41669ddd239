// Whether a probe may make accounts of its own, and what keeps it from that: nobody is to look for a cause that is not theirs.
import { isReadOnly, READ_ONLY_VARIABLE } from '../config/read-only.ts';
import { JobFault } from '../model/errors.ts';
import { isLoopback } from '../probe/connect.ts';
import { CommandFault } from './command-fault.ts';
import { printable } from './terminal-text.ts';

/** `because` ends a sentence; `otherwise` is one, and says what would let the run write. */
export type ProbeAccess =
  | { readonly mayWrite: true }
  | { readonly mayWrite: false; readonly because: string; readonly otherwise: string };

const DOES = 'it makes accounts and groups of its own, and removes them.';

/** @throws CommandFault when the variable says neither yes nor no. */
export function probeAccess(
  url: URL,
  { write, readOnly }: { readonly write: boolean; readonly readOnly: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): ProbeAccess {
  const needsWrite = !write && !isLoopback(url);
  if (!forbidsWriting(environment)) {
    if (!needsWrite) return { mayWrite: true };
    return { mayWrite: false, because: 'the host is not this machine', otherwise: `With --write ${DOES}` };
  }
  // The flag sets the variable, so the variable alone does not say which it was.
  const because = readOnly ? '--read-only was given' : `${READ_ONLY_VARIABLE} is set`;
  return { mayWrite: false, because, otherwise: `Without that, ${needsWrite ? 'and with --write, ' : ''}${DOES}` };
}

function forbidsWriting(environment: Readonly<Record<string, string | undefined>>): boolean {
  try {
    return isReadOnly(environment);
  } catch (error) {
    if (error instanceof JobFault) throw new CommandFault(printable(error.message));
    throw error;
  }
}
