// The configuration directory -> validated settings, and the jobs that had to be refused with every fault of theirs. Reads
// files and looks at the environment it is given; connects to nothing, and keeps no secret value.
import { join, resolve } from 'node:path';
import type { Job, SourceSettings } from '../model/job.ts';
import { jobSchema } from '../model/job.ts';
import { checkDialect } from './check-dialect.ts';
import { checkJob } from './check-job.ts';
import { type CheckedJob, checkIds, checkTargets } from './check-jobs.ts';
import { checkRecipients, checkSmtp, type SmtpSettings } from './check-smtp.ts';
import { checkSource } from './check-source.ts';
import { checkTargetAuth } from './check-target-auth.ts';
import { checkUse, type KnownSources } from './check-use.ts';
import type { ConfigurationFault, Findings } from './fault.ts';
import { addFindings, noFindings, sortedFaults } from './fault.ts';
import type { JobDraft } from './job-draft.ts';
import { draftJob } from './job-draft.ts';
import { jobFiles } from './job-files.ts';
import { readLayers, type SharedLayers } from './job-layers.ts';
import type { LocatedMap } from './located.ts';
import { child, descend, toPlain, withEntry, withoutEntries } from './located.ts';
import { absoluteStoreUrl, checkMainFile, mainFileSchema } from './main-file.ts';
import { readYamlFile } from './read-yaml.ts';
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
  /** By name, those without fault; `caFile` is absolute. */
  readonly sources: ReadonlyMap<string, SourceSettings>;
  /** Those without fault, in the order of their file names, disabled ones included; `target.caFile` is absolute. */
  readonly jobs: readonly Job[];
  /** The file of each job in `jobs`, by id; shown as the places of faults are. */
  readonly files: ReadonlyMap<string, string>;
  /** What does not run until it is corrected. */
  readonly refused: readonly RefusedFile[];
  /** The mail server; `caFile` is absolute. */
  readonly smtp?: SmtpSettings;
  readonly network: { readonly privateTargets: 'allow' | 'deny' };
  readonly daemon: { readonly maxConcurrentJobs: number };
  readonly logging: { readonly level?: string; readonly personalData: 'ids' | 'full' };
  readonly warnings: readonly ConfigurationFault[];
}

/** A job file with faults; or scimsync.yaml, when one of its sources has. */
export interface RefusedFile {
  /** Shown as the places of faults are. */
  readonly file: string;
  /** The id of the job; null when it could not be read. */
  readonly id: string | null;
  readonly faults: readonly ConfigurationFault[];
}

export type LoadResult =
  | { readonly ok: true; readonly configuration: LoadedConfiguration }
  | { readonly ok: false; readonly faults: readonly ConfigurationFault[] };

/** One job file as it was understood, for those who explain it. */
export interface ExaminedJob extends CheckedJob {
  readonly file: string;
  /** From the weakest to the strongest. */
  readonly layers: readonly string[];
}

/** What was loaded, and the jobs in the form in which every value knows its place. */
export interface Examination {
  readonly result: LoadResult;
  /** Job files that are YAML, refused ones included. */
  readonly jobs: readonly ExaminedJob[];
  /** The names under `sources` of scimsync.yaml, those with faults included; undefined when that file is no YAML. */
  readonly sourceNames: readonly string[] | undefined;
}

/**
 * Loads `scimsync.yaml` and `jobs/*.yaml` of the directory. A job file with faults is refused, the others are not; faults
 * of `scimsync.yaml` refuse everything, except that those of a source refuse the jobs that use it. Faults come all at
 * once, sorted by file and line; places are given relative to `directory` as it was written. Never throws for what is
 * in the files.
 */
export async function loadConfiguration(directory: string, environment: Environment): Promise<LoadResult> {
  return (await examineConfiguration(directory, environment)).result;
}

/** As `loadConfiguration`, with what was read on the way. */
export async function examineConfiguration(directory: string, environment: Environment): Promise<Examination> {
  const findings = noFindings();
  const mainPath = join(directory, 'scimsync.yaml');
  const advice = 'Create it from scimsync.example.yaml, or name the directory with --config.';
  const main = await readYamlFile(mainPath, advice);
  findings.faults.push(...main.faults);
  const { jobs, refused } = await readJobs(directory, main.root, findings);
  if (main.root === undefined) return { result: failure(findings, jobs, refused), jobs, sourceNames: undefined };
  const ofSources = noFindings();
  const sources = await checkSources(main.root, jobs, directory, environment, ofSources);
  addFindings(findings, checkMainFile(main.root));
  const smtp = child(main.root, 'smtp');
  addFindings(findings, await checkSmtp(smtp, { directory, environment, used: false }));
  checkRecipients(jobs, smtp);
  const sourceNames = sources.node?.kind === 'map' ? [...sources.node.entries.keys()] : [];
  const judged = [['smtp', 'password'], ...sourceNames.map((name) => ['sources', name])];
  findings.faults.push(...schemaFaults(mainFileSchema, main.root, judged));
  for (const { draft, findings: own } of jobs) checkUse(draft, sources, own);
  checkIds(jobs);
  checkTargets(jobs);
  for (const { draft, findings: own } of jobs) checkDialect(draft, own);
  for (const { draft, findings: own } of jobs) await checkTarget(draft, directory, environment, own);
  refused.push(...jobs.filter(isRefused).map(refusal));
  if (ofSources.faults.length > 0) refused.push({ file: mainPath, id: null, faults: sortedFaults(ofSources.faults) });
  if (findings.faults.length > 0) return { result: failure(findings, [], refused), jobs, sourceNames };
  const accepted = jobs.filter((job) => !isRefused(job));
  const warnings = [...findings.warnings, ...ofSources.warnings, ...accepted.flatMap((job) => job.findings.warnings)];
  const configuration = assemble(directory, withoutBroken(main.root, sources), accepted, warnings, refused);
  return { result: { ok: true, configuration }, jobs, sourceNames };
}

function failure(findings: Findings, jobs: readonly ExaminedJob[], refused: readonly RefusedFile[]): LoadResult {
  const faults = [...jobs.flatMap((job) => job.findings.faults), ...refused.flatMap((file) => file.faults)];
  return { ok: false, faults: sortedFaults([...findings.faults, ...faults]) };
}

function isRefused({ findings }: ExaminedJob): boolean {
  return findings.faults.length > 0;
}

function refusal({ file, draft, findings }: ExaminedJob): RefusedFile {
  return { file, id: draft.id ?? null, faults: sortedFaults(findings.faults) };
}

/** The job files; those that are no YAML are refused at once. */
async function readJobs(directory: string, main: LocatedMap | undefined, findings: Findings) {
  const weakest = main === undefined ? undefined : child(main, 'defaults');
  const defaults =
    weakest?.kind === 'map' ? expandShortForms(withoutEntries(weakest, 'id', 'extends'), findings.faults) : undefined;
  const shared: SharedLayers = { defaults, directory, templates: new Map() };
  const jobs: ExaminedJob[] = [];
  const refused: RefusedFile[] = [];
  for (const file of await jobFiles(directory, findings)) {
    const { root, faults } = await readYamlFile(file, 'The file disappeared while it was read; try again.');
    if (root === undefined) refused.push({ file, id: null, faults });
    else jobs.push(await readJob(file, root, faults, shared));
  }
  return { jobs, refused };
}

async function readJob(
  file: string,
  root: LocatedMap,
  faults: readonly ConfigurationFault[],
  shared: SharedLayers,
): Promise<ExaminedJob> {
  const layers = await readLayers(root, shared);
  const draft = draftJob(layers.merged, layers.template, layers.withBases);
  const findings: Findings = { faults: [...faults, ...layers.faults], warnings: [] };
  if (layers.withBases) addFindings(findings, checkJob(draft, layers.withTemplate));
  return { file, draft, findings, layers: layers.files };
}

async function checkSources(
  main: LocatedMap,
  jobs: readonly ExaminedJob[],
  directory: string,
  environment: Environment,
  findings: Findings,
): Promise<KnownSources> {
  const node = child(main, 'sources');
  const used = new Set(jobs.filter(({ draft }) => draft.enabled).map(({ draft }) => draft.use));
  const broken = new Map<string, ConfigurationFault>();
  for (const [name, { value }] of node?.kind === 'map' ? node.entries : []) {
    const found = await checkSource(value, { directory, environment, used: used.has(name) });
    const [first] = sortedFaults(found.faults);
    if (first !== undefined) broken.set(name, first);
    addFindings(findings, found);
  }
  return { node, broken };
}

function withoutBroken(main: LocatedMap, { node, broken }: KnownSources): LocatedMap {
  return node?.kind === 'map' ? withEntry(main, 'sources', withoutEntries(node, ...broken.keys())) : main;
}

async function checkTarget(
  job: JobDraft,
  directory: string,
  environment: Environment,
  findings: Findings,
): Promise<void> {
  const target = child(job.root, 'target');
  findings.faults.push(...(await checkCaFile(child(target, 'caFile'), directory)));
  addFindings(findings, await checkTargetAuth(target, { directory, environment, used: job.enabled }));
  // Whoever monitors the job notices that the heartbeat stays away; that is no reason to leave people unprovisioned.
  const heartbeat = descend(job.root, 'heartbeat', 'url');
  if (heartbeat !== undefined)
    addFindings(findings, await checkSecretNode(heartbeat, { directory, environment, used: false }));
}

/** Only for what has no faults: what does not parse here was overlooked by the checks. */
function assemble(
  directory: string,
  main: LocatedMap,
  accepted: readonly ExaminedJob[],
  warnings: readonly ConfigurationFault[],
  refused: readonly RefusedFile[],
): LoadedConfiguration {
  const settings = mainFileSchema.parse(toPlain(main));
  const { level, personalData } = settings.logging;
  const jobs = accepted.map(({ draft }) => {
    const job = jobSchema.parse(toPlain(draft.root));
    return { ...job, target: withCaFile(job.target, directory) };
  });
  return {
    directory: resolve(directory),
    storeUrl: absoluteStoreUrl(settings.store.url, directory),
    sources: new Map(Object.entries(settings.sources).map(([name, source]) => [name, withCaFile(source, directory)])),
    jobs,
    files: new Map(jobs.map(({ id }, index) => [id, accepted[index]?.file ?? ''])),
    refused: refused.toSorted((left, right) => (left.file < right.file ? -1 : 1)),
    ...(settings.smtp === undefined ? {} : { smtp: withCaFile(settings.smtp, directory) }),
    network: settings.network,
    daemon: settings.daemon,
    logging: { personalData, ...(level === undefined ? {} : { level }) },
    warnings: sortedFaults(warnings),
  };
}

function withCaFile<T extends { readonly caFile?: string | undefined }>(settings: T, directory: string): T {
  return settings.caFile === undefined ? settings : { ...settings, caFile: resolve(directory, settings.caFile) };
}
