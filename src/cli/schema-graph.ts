// Reads Entra's own provisioning job of an application for `scimsync schema import --from-graph`. Reads only, and no secrets.
import { type JobFacts, jobFacts } from '../config/entra/job-facts.ts';
import { suggestion } from '../config/suggestion.ts';
import { jobSchema } from '../model/job.ts';
import { CommandFault } from './command-fault.ts';
import type { GlobalOptions } from './global-options.ts';
import { listenForInterruption } from './interruption.ts';
import { loadOrFail } from './load.ts';
import { printable } from './terminal-text.ts';

/** Entra's job, and what it is about. */
export interface EntraJob {
  readonly id: string;
  readonly shown: string;
  readonly templateId: string | null;
  readonly active: boolean;
  /** Its path in Graph. */
  readonly path: string;
  /** The name of the source that was asked. */
  readonly source: string;
  /** Of the enterprise application. */
  readonly displayName: string;
  readonly facts: JobFacts;
  /** Graph's answer. */
  readonly schema: unknown;
}

/**
 * Asks the source of the configuration.
 * @throws CommandFault when it is not clear what is meant; JobFault when Graph refuses, with the permission that is missing.
 */
export async function readEntraJob(
  servicePrincipalId: string,
  flags: { readonly source?: string; readonly entraJob?: string },
  options: GlobalOptions,
): Promise<EntraJob> {
  if (!jobSchema.shape.source.shape.servicePrincipalId.safeParse(servicePrincipalId).success)
    throw new CommandFault('--service-principal takes an object id such as 11111111-2222-3333-4444-555555555555.');
  const configuration = await loadOrFail(options);
  const name = chosenSource([...configuration.sources.keys()], flags.source);
  const { connectSourceCalled } = await import('../compose.ts');
  const source = await connectSourceCalled(configuration, name, process.env);
  using interruption = listenForInterruption(() => undefined);
  const { signal } = interruption;
  const { displayName } = await source.readServicePrincipal(servicePrincipalId, signal);
  const jobs = await source.synchronization.jobs(servicePrincipalId, signal);
  const job = chosenJob(jobs, flags.entraJob, displayName);
  const settings = job.settings ?? (await source.synchronization.settings(servicePrincipalId, job.id, signal));
  return {
    id: job.id,
    shown: job.shown,
    templateId: job.templateId,
    active: job.active,
    path: `/servicePrincipals/${servicePrincipalId}/synchronization/jobs/${job.id}`,
    source: name,
    displayName,
    facts: jobFacts(settings),
    schema: await source.synchronization.schema(servicePrincipalId, job.id, signal),
  };
}

function chosenSource(names: readonly string[], given: string | undefined): string {
  const [only] = names;
  if (given === undefined && names.length === 1 && only !== undefined) return only;
  if (given === undefined)
    throw new CommandFault(
      `Say with --source which source of scimsync.yaml is asked: ${names.join(', ') || 'there is none'}.`,
    );
  if (names.includes(given)) return given;
  throw new CommandFault(`There is no source ${JSON.stringify(given)}. ${suggestion(given, names) ?? ''}`.trimEnd());
}

function chosenJob<T extends { readonly id: string; readonly shown: string }>(
  jobs: readonly T[],
  given: string | undefined,
  displayName: string,
): T {
  const listed = jobs.map(({ shown }) => `  ${printable(shown)}`).join('\n');
  if (jobs.length === 0)
    throw new CommandFault(
      `Microsoft Entra has no provisioning job for ${printable(displayName)}: there is nothing to import.`,
    );
  const [only] = given === undefined ? jobs : jobs.filter(({ id }) => id === given);
  if (only === undefined) throw new CommandFault(`There is no job ${JSON.stringify(given)}. There is:\n${listed}`);
  if (given === undefined && jobs.length > 1)
    throw new CommandFault(
      `Microsoft Entra has several jobs for ${printable(displayName)}; choose one with --entra-job:\n${listed}`,
    );
  return only;
}
