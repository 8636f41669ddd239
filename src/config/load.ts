// The configuration directory -> validated settings, or every fault of every file. Reads files and looks at the
// environment it is given; connects to nothing, and keeps no secret value.
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Job, SourceSettings } from '../model/job.ts';
import { jobSchema } from '../model/job.ts';
import { checkJob } from './check-job.ts';
import { checkIds, checkTargets, checkUses } from './check-jobs.ts';
import type { ConfigurationFault, Findings } from './fault.ts';
import { addFindings, noFindings, sortedFaults } from './fault.ts';
import { loadTemplate } from './gallery.ts';
import type { JobDraft } from './job-draft.ts';
import { draftJob } from './job-draft.ts';
import type { LocatedMap } from './located.ts';
import { child, descend, scalar, textOf, toPlain, withEntry, withoutEntries } from './located.ts';
import { absoluteStoreUrl, checkMainFile, mainFileSchema } from './main-file.ts';
import { mergeLayers } from './merge-layers.ts';
import { readYamlFile } from './read-yaml.ts';
import type { JudgedPaths } from './schema-faults.ts';
import { schemaFaults } from './schema-faults.ts';
import { checkSecretNode } from './secret-node.ts';
import type { Environment } from './secrets.ts';
import { expandShortForms } from './short-forms.ts';
import { checkCaFile } from './trusted-file.ts';

export type { ConfigurationFault } from './fault.ts';

export interface LoadedConfiguration {
  /** Absolute. */
  readonly directory: string;
  /** `sqlite:` followed by an absolute path. */
  readonly storeUrl: string;
  /** By name; `caFile` is absolute. */
  readonly sources: ReadonlyMap<string, SourceSettings>;
  /** In the order of their file names, disabled ones included; `target.caFile` is absolute. */
  readonly jobs: readonly Job[];
  readonly daemon: { readonly maxConcurrentJobs: number };
  readonly logging: { readonly level?: string; readonly personalData: 'ids' | 'full' };
  readonly warnings: readonly ConfigurationFault[];
}

export type LoadResult =
  | { readonly ok: true; readonly configuration: LoadedConfiguration }
  | { readonly ok: false; readonly faults: readonly ConfigurationFault[] };

/**
 * Loads `scimsync.yaml` and `jobs/*.yaml` of the directory. Faults come all at once, sorted by file and line; places
 * are given relative to `directory` as it was written. Never throws for what is in the files.
 */
export async function loadConfiguration(directory: string, environment: Environment): Promise<LoadResult> {
  const findings = noFindings();
  const mainPath = join(directory, 'scimsync.yaml');
  const main = await readYamlFile(
    mainPath,
    'Create it from scimsync.example.yaml, or name the directory with --config.',
  );
  findings.faults.push(...main.faults);
  const jobs = await readJobs(directory, main.root, findings);
  if (main.root !== undefined) await checkMain(main.root, jobs, directory, environment, findings);
  const sources = main.root === undefined ? undefined : child(main.root, 'sources');
  findings.faults.push(...checkUses(jobs, sources), ...checkIds(jobs), ...checkTargets(jobs));
  for (const job of jobs) await checkTarget(job, directory, environment, findings);
  if (main.root === undefined || findings.faults.length > 0)
    return { ok: false, faults: sortedFaults(findings.faults) };
  return { ok: true, configuration: assemble(directory, main.root, jobs, findings.warnings) };
}

async function readJobs(directory: string, main: LocatedMap | undefined, findings: Findings): Promise<JobDraft[]> {
  const files = await jobFiles(directory, findings);
  const defaults = main === undefined ? undefined : child(main, 'defaults');
  const weakest = defaults?.kind === 'map' ? [expandShortForms(withoutEntries(defaults, 'id'), findings.faults)] : [];
  const jobs: JobDraft[] = [];
  for (const file of files) {
    const { root, faults } = await readYamlFile(file, 'The file disappeared while it was read; try again.');
    findings.faults.push(...faults);
    if (root === undefined) continue;
    jobs.push(await readJob(expandShortForms(root, findings.faults), weakest, directory, findings));
  }
  return jobs;
}

async function jobFiles(directory: string, findings: Findings): Promise<readonly string[]> {
  const folder = join(directory, 'jobs');
  const missing = {
    file: folder,
    path: '',
    advice: 'Add a job from one of the examples, for instance jobs/peakon.yaml.',
  };
  try {
    const names = (await readdir(folder)).filter(
      (name) => /^[^.].*\.ya?ml$/.test(name) && !/\.(example|test)\.ya?ml$/.test(name),
    );
    if (names.length === 0) findings.warnings.push({ ...missing, message: 'There are no jobs.' });
    return names.toSorted().map((name) => join(folder, name));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT') findings.warnings.push({ ...missing, message: 'There are no jobs.' });
    else findings.faults.push({ ...missing, message: `The folder of jobs cannot be read (${code}).` });
    return [];
  }
}

async function readJob(
  job: LocatedMap,
  defaults: readonly LocatedMap[],
  directory: string,
  findings: Findings,
): Promise<JobDraft> {
  const reference = child(job, 'template') ?? defaults.map((layer) => child(layer, 'template'))[0];
  const template = reference === undefined ? undefined : await loadTemplate(reference, directory);
  findings.faults.push(...(template?.faults ?? []));
  const layers = [...defaults, ...(template?.layer === undefined ? [] : [template.layer]), job];
  const merged = withTenant(withoutEntries(mergeLayers(layers, findings.faults), 'template'));
  const draft = draftJob(merged, textOf(reference));
  addFindings(findings, checkJob(draft, reference === undefined || template?.layer !== undefined));
  return draft;
}

/** Whose job it is: the source's, unless it says otherwise. */
function withTenant(job: LocatedMap): LocatedMap {
  const use = descend(job, 'source', 'use');
  const name = textOf(use);
  return use === undefined || name === undefined || job.entries.has('tenant')
    ? job
    : withEntry(job, 'tenant', scalar(name, use.at));
}

async function checkMain(
  main: LocatedMap,
  jobs: readonly JobDraft[],
  directory: string,
  environment: Environment,
  findings: Findings,
): Promise<void> {
  addFindings(findings, checkMainFile(main));
  const used = new Set(jobs.filter(({ enabled }) => enabled).map(({ use }) => use));
  const sources = child(main, 'sources');
  const judged: JudgedPaths[number][] = [];
  for (const [name, { value }] of sources?.kind === 'map' ? sources.entries : []) {
    findings.faults.push(...(await checkCaFile(child(value, 'caFile'), directory)));
    const secret = child(value, 'clientSecret');
    if (secret === undefined) continue;
    judged.push(['sources', name, 'clientSecret']);
    addFindings(findings, await checkSecretNode(secret, { directory, environment, used: used.has(name) }));
  }
  findings.faults.push(...schemaFaults(mainFileSchema, main, judged));
}

async function checkTarget(
  job: JobDraft,
  directory: string,
  environment: Environment,
  findings: Findings,
): Promise<void> {
  const target = child(job.root, 'target');
  findings.faults.push(...(await checkCaFile(child(target, 'caFile'), directory)));
  const token = descend(target, 'auth', 'token');
  if (token === undefined) return;
  addFindings(findings, await checkSecretNode(token, { directory, environment, used: job.enabled }));
}

/** Only for a configuration without faults: what does not parse here was overlooked by the checks. */
function assemble(
  directory: string,
  main: LocatedMap,
  jobs: readonly JobDraft[],
  warnings: readonly ConfigurationFault[],
): LoadedConfiguration {
  const settings = mainFileSchema.parse(toPlain(main));
  const { level, personalData } = settings.logging;
  return {
    directory: resolve(directory),
    storeUrl: absoluteStoreUrl(settings.store.url, directory),
    sources: new Map(Object.entries(settings.sources).map(([name, source]) => [name, withCaFile(source, directory)])),
    jobs: jobs.map(({ root }) => {
      const job = jobSchema.parse(toPlain(root));
      return { ...job, target: withCaFile(job.target, directory) };
    }),
    daemon: settings.daemon,
    logging: { personalData, ...(level === undefined ? {} : { level }) },
    warnings: sortedFaults(warnings),
  };
}

function withCaFile<T extends { readonly caFile?: string | undefined }>(settings: T, directory: string): T {
  return settings.caFile === undefined ? settings : { ...settings, caFile: resolve(directory, settings.caFile) };
}
