// Entra's schema, and what Graph says of its job -> what a job file is written from, with a report of what was not carried over.
import type { AttributeMapping } from '../../model/job.ts';
import type { Template } from '../gallery.ts';
import { targetKey } from '../target-key.ts';
import type { EntraSchema } from './document.ts';
import { chooseMappings } from './import-choice.ts';
import { type ImportedObject, importObject } from './import-object.ts';
import type { JobFacts } from './job-facts.ts';
import { defaultObjectMappings } from './metadata.ts';
import type { EntraDocument } from './read-document.ts';
import { type ConversionReport, emptyReport } from './report.ts';

/** What a job file is written from. */
export interface ImportedJob {
  /** At most one of people and one of groups. */
  readonly objects: readonly ImportedObject[];
  readonly template?: Template;
  /** Target attributes of the template that Entra's job does not map, by kind of object. */
  readonly omitted: Readonly<Record<'user' | 'group', readonly string[]>>;
  /** Kinds of object that the template provisions and Entra's job does not know. */
  readonly notThere: readonly ('user' | 'group')[];
  /** Names of the rules, for people. */
  readonly title: string;
}

/** How much of it there is. */
export interface ImportNumbers {
  readonly attributeMappings: { readonly found: number; readonly carriedOver: number };
  readonly filterGroups: { readonly found: number; readonly carriedOver: number };
}

export interface Imported {
  readonly job: ImportedJob;
  readonly report: ConversionReport;
  readonly numbers: ImportNumbers;
  /** What has no place in a job, as words with numbers. */
  readonly kept: readonly string[];
}

/** Never throws for what a document says. */
export function importJob(document: EntraDocument, facts: JobFacts, template: Template | undefined): Imported {
  const report = emptyReport();
  const chosen = chooseMappings(document.schema, document.at, report);
  const surroundings = {
    syncAll: facts.syncAll ?? false,
    skipOutOfScopeDeletions: facts.skipOutOfScopeDeletions ?? false,
    ...(template === undefined ? {} : { template }),
  };
  const objects = chosen.map((each) => importObject(each, surroundings, report));
  const rules = document.schema.synchronizationRules ?? [];
  const job: ImportedJob = {
    objects,
    ...(template === undefined ? {} : { template }),
    omitted: { user: omittedOf('user', objects, template), group: omittedOf('group', objects, template) },
    notThere: (['user', 'group'] as const).filter(
      (kind) => templateTargets(kind, template).length > 0 && !objects.some((each) => each.chosen.kind === kind),
    ),
    title: [...new Set(rules.flatMap(({ name }) => name ?? []))].join(', '),
  };
  return { job, report, numbers: numbersOf(objects), kept: keptOf(document.schema) };
}

function templateTargets(kind: 'user' | 'group', template: Template | undefined): readonly string[] {
  const mapping = template?.objectMappings.find(({ sourceObjectName }) => sourceObjectName === kind);
  return (mapping?.attributeMappings ?? []).map(({ targetAttributeName }: AttributeMapping) => targetAttributeName);
}

function omittedOf(
  kind: 'user' | 'group',
  objects: readonly ImportedObject[],
  template: Template | undefined,
): readonly string[] {
  const object = objects.find(({ chosen }) => chosen.kind === kind);
  const mapped = new Set(
    object?.entries.flatMap((entry) => ('mapping' in entry ? [targetKey(entry.mapping.targetAttributeName)] : [])),
  );
  if (mapped.size === 0) return [];
  return templateTargets(kind, template).filter((target) => !mapped.has(targetKey(target)));
}

function numbersOf(objects: readonly ImportedObject[]): ImportNumbers {
  const entries = objects.flatMap((object) => object.entries);
  const groups = objects.flatMap(({ chosen }) => {
    const scope = chosen.mapping.scope;
    return [...(scope?.groups ?? []), ...(scope?.inputFilterGroups ?? []), ...(scope?.categoryFilterGroups ?? [])];
  });
  const carried = new Set(objects.flatMap((object) => object.groups.map(({ at }) => at)));
  return {
    attributeMappings: { found: entries.length, carriedOver: entries.filter((entry) => 'mapping' in entry).length },
    filterGroups: { found: groups.length, carriedOver: Math.min(carried.size, groups.length) },
  };
}

function keptOf({ synchronizationRules, directories }: EntraSchema): readonly string[] {
  const rules = synchronizationRules ?? [];
  const mappings = rules.flatMap((rule) => rule.objectMappings ?? []);
  const metadata = [...rules, ...mappings].flatMap((each) => each.metadata ?? []);
  const objects = (directories ?? []).flatMap((directory) => directory.objects ?? []);
  const definitions = objects.flatMap((object) => object.attributes ?? []);
  const defaults = metadata.flatMap(({ key, value }) =>
    key === 'defaultSourceObjectMappings' ? [defaultObjectMappings(value ?? '')?.length] : [],
  );
  return [
    counted(rules.length, 'rule', 'with its id and names'),
    counted(metadata.length, 'entry of metadata', '', 'entries of metadata'),
    counted(definitions.length, 'attribute definition', '(type, caseExact, mutability, anchor)'),
    ...defaults.map((length) =>
      length === undefined
        ? 'the defaults of the application (shortened, they cannot be read)'
        : `the defaults of the application (${length} object mappings)`,
    ),
  ].filter((text) => text !== '');
}

function counted(count: number, noun: string, more: string, plural = `${noun}s`): string {
  return count === 0 ? '' : `${count} ${count === 1 ? noun : plural} ${more}`.trim();
}
