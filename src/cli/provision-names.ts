// Whom the names on the command line mean: the store is asked first, because it knows people whom the directory has deleted
// or renamed; the directory knows everybody else. A name that several bear is refused with all of them.
import type { Installation, JobSurroundings } from '../compose.ts';
import type { SourceConnector } from '../engine/ports.ts';
import type { Selection } from '../model/cycle.ts';
import type { ObjectKind } from '../model/directory.ts';
import type { Candidate } from '../model/directory-facts.ts';
import type { Job } from '../model/job.ts';
import { CommandFault } from './command-fault.ts';
import { printable } from './terminal-text.ts';

/**
 * The objects that the names mean, each once.
 * @throws CommandFault naming every name that means nobody or several; JobFault when the directory cannot be asked.
 */
export async function findNamed(
  installation: Installation,
  job: Job,
  names: readonly string[],
  surroundings: JobSurroundings,
): Promise<Selection> {
  const { connectJob, systemClock } = await import('../compose.ts');
  const { findSubject } = await import('../engine/explain.ts');
  const { openStore } = await import('../store/database.ts');
  const { compiled, source, io } = await connectJob(installation, job, surroundings);
  const scratch = await openStore('sqlite::memory:');
  const about = {
    job: compiled,
    store: installation.store,
    scratch,
    clock: systemClock,
    signal: io.signal,
    directory: source.explains,
    target: null,
  };
  try {
    const found: Record<ObjectKind, Set<string>> = { user: new Set(), group: new Set() };
    const problems: string[] = [];
    for (const name of names) {
      const subject = await findSubject(name, about);
      const kind = subject.type === 'one' ? (subject.kind ?? (await kindOf(subject.id, source, io.signal))) : null;
      if (subject.type === 'one' && kind !== null) found[kind].add(subject.id);
      else problems.push(problemText(name, subject.type === 'several' ? subject.candidates : []));
    }
    if (problems.length > 0) throw new CommandFault(`${problems.join('\n')}\nNothing was sent.`);
    if (compiled.group === null && found.group.size > 0)
      throw new CommandFault(`Job ${job.id} does not provision groups (objectMappings.group). Nothing was sent.`);
    return { user: [...found.user], group: [...found.group] };
  } finally {
    await scratch.close();
  }
}

/** Whether an id that the store does not know is a person's or a group's; null when it is neither, deleted ones included. */
async function kindOf(id: string, source: SourceConnector, signal: AbortSignal): Promise<ObjectKind | null> {
  for (const kind of ['user', 'group'] as const) {
    const outcome = (await source.readObjects(kind, [id], [], false, signal)).get(id);
    if (outcome?.found === true) return kind;
  }
  return null;
}

function problemText(name: string, candidates: readonly Candidate[]): string {
  if (candidates.length === 0)
    return `No person and no group has ${JSON.stringify(name)} as id, userPrincipalName, mail, employeeId or displayName.`;
  const lines = candidates.map(({ kind, id, displayName, address }) => {
    const who = [displayName, address].filter((each) => each !== null).map(printable);
    return `  ${id}  ${kind}  ${who.join('  ')}`;
  });
  return [`${JSON.stringify(name)} means several; give an id:`, ...lines].join('\n');
}
