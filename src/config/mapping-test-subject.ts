// Whose mappings a file of tests is about: the job or template beside it, or the job that it names. What has nothing to do
// with mappings (secrets, addresses) may be wrong or missing: tests run on machines that hold neither.
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { jobSchema } from '../model/job.ts';
import { lifecycleSchema } from '../model/lifecycle.ts';
import { objectMappingSchema } from '../model/object-mapping.ts';
import { targetProfileSchema } from '../model/profile.ts';
import { type CompiledMapping, compileObjectMapping } from '../rules/mapping.ts';
import type { SampledJob } from '../rules/sample.ts';
import { checkObjectMapping } from './check-object-mapping.ts';
import type { ConfigurationFault } from './fault.ts';
import { sortedFaults } from './fault.ts';
import { listTemplates, readTemplate } from './gallery.ts';
import { draftJob, type JobDraft } from './job-draft.ts';
import type { ExaminedJob } from './load.ts';
import { child, faultAt, textOf, toPlain } from './located.ts';
import type { MappingTestFile } from './mapping-test-file.ts';
import { suggestion } from './suggestion.ts';

/** What tests run against. */
export interface TestSubject {
  readonly type: 'job' | 'template';
  readonly name: string;
  /** Null for a kind of object that is not provisioned. */
  readonly user: SampledJob | null;
  readonly group: SampledJob | null;
}

export type FoundSubject =
  | { readonly ok: true; readonly subject: TestSubject }
  | { readonly ok: false; readonly faults: readonly ConfigurationFault[] };

const ENDING = /\.test\.ya?ml$/;

/** The test files beside jobs and templates of a configuration directory, by name; none where there is no such folder. */
export async function mappingTestFiles(directory: string): Promise<readonly string[]> {
  const folders = ['jobs', 'gallery'].map((name) => join(directory, name));
  const found = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(folder).catch(() => [] as string[]);
      return names.filter((name) => ENDING.test(name) && !name.startsWith('.')).map((name) => join(folder, name));
    }),
  );
  return found.flat().toSorted();
}

/** The test file of a job or template file: its name with .test before the ending. */
export function testFileOf(file: string): string {
  return file.replace(/\.(ya?ml)$/, '.test.$1');
}

/** The job that is meant when none is named on the command line. */
export async function findSubject(
  { file, job }: Pick<MappingTestFile, 'file' | 'job'>,
  jobs: readonly ExaminedJob[],
  directory: string,
): Promise<FoundSubject> {
  const ids = jobs.flatMap(({ draft }) => draft.id ?? []);
  if (job !== undefined) {
    const id = textOf(job);
    const named = jobs.find(({ draft }) => draft.id === id);
    if (named !== undefined) return subjectOfJob(named);
    return { ok: false, faults: [faultAt(job.at, `There is no job "${id ?? ''}".`, suggestion(id ?? '', ids))] };
  }
  const beside = resolve(file.replace(ENDING, ''));
  const isBeside = (other: string) => resolve(other).replace(/\.ya?ml$/, '') === beside;
  const own = jobs.find((each) => isBeside(each.file));
  if (own !== undefined) return subjectOfJob(own);
  const template = (await listTemplates(directory)).find((each) => isBeside(each.file));
  if (template !== undefined) return subjectOfTemplate(template.name, template.file, directory);
  const name = basename(file).replace(ENDING, '');
  const namesake = jobs.find(({ draft }) => draft.id === name);
  if (namesake !== undefined) return subjectOfJob(namesake);
  const advice = 'Say which job it is about with job: at the top of the file, or with --job.';
  const message = `There is no ${name}.yaml beside it in ${dirname(file)} that could be read, and no job ${name}.`;
  return { ok: false, faults: [{ file, path: '', message, advice }] };
}

/** Keys of a job that mappings do not depend on; their faults are for validate. */
const OTHER_KEYS = new Set(
  Object.keys(jobSchema.shape).filter((key) => !['objectMappings', 'profile', 'lifecycle', 'id'].includes(key)),
);

/** The mappings of a job, whatever else is wrong with it. */
export function subjectOfJob({ draft, findings }: ExaminedJob): FoundSubject {
  const faults = findings.faults.filter(({ path }) => {
    const [first = ''] = path.replace(/^defaults\./, '').split(/[.[]/);
    return !OTHER_KEYS.has(first);
  });
  if (faults.length > 0) return { ok: false, faults: sortedFaults(faults) };
  return { ok: true, subject: subjectOf('job', draft.id ?? '', draft) };
}

async function subjectOfTemplate(name: string, file: string, directory: string): Promise<FoundSubject> {
  const { layer, faults } = await readTemplate(file, directory);
  if (layer === undefined || faults.length > 0) return { ok: false, faults: sortedFaults(faults) };
  const draft = draftJob(layer, name, true);
  const wrong = draft.objectMappings.flatMap((mapping) => checkObjectMapping(draft, mapping).faults);
  if (wrong.length > 0) return { ok: false, faults: sortedFaults(wrong) };
  return { ok: true, subject: subjectOf('template', name, draft) };
}

/** Only for what has no faults. */
function subjectOf(type: TestSubject['type'], name: string, draft: JobDraft): TestSubject {
  const list = child(draft.root, 'objectMappings');
  const mappings = objectMappingSchema.array().parse(list === undefined ? [] : toPlain(list));
  const profile = draft.profile ?? targetProfileSchema.parse({});
  const lifecycle = draft.lifecycle ?? lifecycleSchema.parse({});
  const sampled = (kind: CompiledMapping['kind']): SampledJob | null => {
    const mapping = mappings.find((each) => each.enabled && each.sourceObjectName === kind);
    return mapping === undefined ? null : { mapping: compileObjectMapping(mapping, profile), lifecycle, profile };
  };
  return { type, name, user: sampled('user'), group: sampled('group') };
}
