// Recognises whether the process that holds a lease has ended: same machine, and its process id is free or belongs to
// a process that started at another moment. Another machine's process is never judged; its lease has to lapse.
import { readFileSync } from 'node:fs';
import type { ProcessIdentity } from './engine/run-job.ts';

/** Start time of a process in clock ticks since boot (proc(5), field 22), or '' where the system does not say. */
function startedAt(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Identity of a process on a machine. */
export function processIdentity(host: string, pid: number): ProcessIdentity {
  return {
    owner: `${host}/${pid}/${startedAt(pid)}`,
    isGone: (owner) => {
      const [otherHost, otherPid, otherStart] = owner.split('/');
      if (otherHost !== host || otherPid === undefined) return false;
      const number = Number(otherPid);
      if (!isRunning(number)) return true;
      return otherStart !== '' && startedAt(number) !== otherStart;
    },
  };
}
