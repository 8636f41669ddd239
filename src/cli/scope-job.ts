// `scimsync scope --job`: one object of a file by the filter of a job, clause by clause. The job needs no secret for that, and
// may have faults elsewhere.

import { formatFaults } from '../config/format-faults.ts';
import { examineConfiguration } from '../config/load.ts';
import { subjectOfJob } from '../config/mapping-test-subject.ts';
import { MEMBER_OF } from '../rules/scoping-attributes.ts';
import { readObject } from './case-input.ts';
import { CommandFault } from './command-fault.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { GlobalOptions } from './global-options.ts';
import { requireKnownJob } from './load.ts';
import { sourceObject } from './source-object.ts';
import type { Terminal } from './terminal.ts';
import { printable } from './terminal-text.ts';

/**
 * Judges the object and prints why.
 * @throws CommandFault when the job or the file cannot be used.
 */
export async function judgeByJob(
  id: string,
  attributesFile: string,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { jobs } = await examineConfiguration(options.config, process.env);
  const job = jobs.find(({ draft }) => draft.id === id);
  if (job === undefined)
    requireKnownJob(
      id,
      jobs.flatMap(({ draft }) => draft.id ?? []),
    );
  const found = job === undefined ? undefined : subjectOfJob(job);
  if (found === undefined || !found.ok) throw new CommandFault(formatFaults(found?.faults ?? []));
  const given = await readObject(attributesFile);
  const object = sourceObject(given);
  const kind = object.form === 'graph-group' ? 'group' : 'user';
  const mapping = found.subject[kind]?.mapping;
  if (mapping === undefined) throw new CommandFault(`${id} provisions no ${kind}s.`);
  const memberOf = given[MEMBER_OF];
  const facts = {
    now: new Date(),
    memberOf: Array.isArray(memberOf) ? memberOf.map((each) => String(each).toLowerCase()) : null,
  };
  const verdict = mapping.scope?.evaluate(object.read, facts) ?? { inScope: true, reasons: [] };
  const reasons = verdict.reasons.map(({ text }) => text);
  if (options.json) {
    terminal.out(`${JSON.stringify({ job: id, kind, inScope: verdict.inScope, reasons: verdict.reasons }, null, 2)}\n`);
    return EXIT.well;
  }
  const answer = verdict.inScope ? 'lets in' : 'keeps out';
  terminal.out(
    `The filter of ${printable(id)} ${terminal.paint('bold', answer)} this ${kind === 'user' ? 'person' : kind}.\n`,
  );
  for (const reason of reasons) terminal.out(`  ${printable(reason)}\n`);
  if (mapping.scope === null) terminal.out('  It has no scoping filter: assignment alone decides.\n');
  for (const name of mapping.scope?.attributes ?? []) {
    const doubt = object.doubt(name);
    if (doubt !== undefined) terminal.err(`${terminal.paintErr('yellow', 'warning')}: ${printable(doubt)}\n`);
  }
  return EXIT.well;
}
