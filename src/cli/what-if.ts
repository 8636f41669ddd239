// `--set KEY=VALUE`: a job as it would be with other values, for a plan only. Keys are those of the job file; a step into
// objectMappings is the name of the source object (objectMappings.user.enabled).
import { readYamlValue } from '../config/read-yaml.ts';
import { type Job, jobSchema } from '../model/job.ts';
import { CommandFault } from './command-fault.ts';

/** One value to be tried. */
export interface WhatIf {
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * Reads `source.nestedGroups=transitive`; the value is written as in YAML.
 * @throws CommandFault when it has another form.
 */
export function parseWhatIf(text: string): WhatIf {
  const at = text.indexOf('=');
  const path = at < 1 ? [] : text.slice(0, at).split('.');
  if (path.length === 0 || path.some((step) => step === ''))
    throw new CommandFault(
      `${JSON.stringify(text)} is not KEY=VALUE. For instance: --set source.nestedGroups=transitive`,
    );
  const read = readYamlValue(text.slice(at + 1));
  if (!read.ok) throw new CommandFault(`The value of ${path.join('.')} is not YAML: ${read.message}`);
  return { path, value: read.value };
}

/**
 * The job with these values.
 * @throws CommandFault when a key does not exist or a value is not allowed there.
 */
export function withWhatIfs(job: Job, whatIfs: readonly WhatIf[]): Job {
  if (whatIfs.length === 0) return job;
  const draft = structuredClone(job) as Record<string, unknown>;
  for (const each of whatIfs) set(draft, each);
  const parsed = jobSchema.safeParse(draft);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(
    ({ path, message }) => `  ${path.length === 0 ? '' : `${path.map(String).join('.')}: `}${message}`,
  );
  throw new CommandFault(`With these values job ${job.id} is not valid:\n${faults.join('\n')}`);
}

const FIXED = new Set(['id', 'tenant']);

function set(draft: Record<string, unknown>, { path, value }: WhatIf): void {
  const [first = ''] = path;
  if (FIXED.has(first)) throw new CommandFault(`${first} says which job it is and cannot be tried with another value.`);
  let at: Record<string, unknown> = draft;
  for (const [index, step] of path.slice(0, -1).entries()) {
    const below = stepInto(at, step);
    if (below === null)
      throw new CommandFault(`There is nothing at ${path.slice(0, index + 1).join('.')} in this job.`);
    at = below;
  }
  // Not by assignment: under the name __proto__ that would change nothing that the schema sees.
  Object.defineProperty(at, path.at(-1) ?? '', { value, enumerable: true, configurable: true, writable: true });
}

function stepInto(at: Record<string, unknown>, step: string): Record<string, unknown> | null {
  const own = Object.hasOwn(at, step) ? at[step] : undefined;
  if (Array.isArray(own) && step === 'objectMappings')
    return Object.fromEntries((own as { sourceObjectName: string }[]).map((each) => [each.sourceObjectName, each]));
  return typeof own === 'object' && own !== null && !Array.isArray(own) ? (own as Record<string, unknown>) : null;
}
