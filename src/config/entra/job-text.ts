// The text of an imported job: short forms, a comment wherever something differs from Entra or could not be carried over, and
// marks at what only a person knows.
import { attributeMappingSchema } from '../../model/object-mapping.ts';
import { headerLine, type NewJob, tokenText, valueOrMark } from '../new-job.ts';
import { type PlainAttribute, sourceText } from './import-attribute.ts';
import type { ImportedEntry } from './import-candidate.ts';
import type { ImportedJob } from './import-job.ts';
import type { ImportedObject } from './import-object.ts';
import type { JobFacts } from './job-facts.ts';
import { blockText, commentText, flowText, quotedYaml } from './yaml-text.ts';

/** What the text is made from. */
export interface JobTextFacts {
  readonly job: NewJob;
  readonly imported: ImportedJob;
  readonly facts: JobFacts;
  /** The name of the file beside it; absent when there is none. */
  readonly keptFile?: string;
}

const MOST_COLUMNS = 120;

/** The text of the file. */
export function importedJobText({ job, imported, facts, keptFile }: JobTextFacts): string {
  const { template, title } = imported;
  const lines = [
    headerLine(),
    `# Imported from Microsoft Entra${title === '' ? '' : `: ${commentText(title)}`}.`,
    ...keptComment(keptFile),
    `id: ${flowText(job.id)} # its state is kept under this name`,
    ...(template === undefined ? [] : [`template: ${template.name} # limits of the application and what it can do`]),
    'mode: observe # plans on schedule and sends no write; enforce writes',
    '',
    'source:',
    `  use: ${valueOrMark(job, 'use')}`,
    `  servicePrincipalId: ${valueOrMark(job, 'servicePrincipalId')}`,
    syncAllLine(facts),
    '  excludeDefaultAccess: false # Entra provisions people with the role Default Access as well',
    '',
    'target:',
    `  baseUrl: ${valueOrMark(job, 'baseUrl')}`,
    '  auth:',
    '    type: bearer',
    `    token: ${tokenText(job)}`,
    ...lifecycleLines(imported),
    ...guardLines(facts),
    '',
    'objectMappings:',
    ...imported.objects.flatMap((object) => objectLines(object, imported.omitted[object.chosen.kind], template?.name)),
    ...imported.notThere.map((kind) => `  ${kind}: { enabled: false } # Entra's job has no mapping of ${kind}s`),
  ];
  return `${lines.join('\n')}\n`;
}

function keptComment(keptFile: string | undefined): string[] {
  if (keptFile === undefined) return ['# What has no place here (ids, metadata, attribute definitions) was not kept.'];
  return [
    `# What has no place here (ids, metadata, attribute definitions) is in ${commentText(keptFile)}, which only`,
    '# scimsync schema export reads. Where the two disagree, this file counts.',
  ];
}

function syncAllLine({ syncAll }: JobFacts): string {
  if (syncAll !== undefined) return `  syncAll: ${String(syncAll)} # as in Entra`;
  return '  syncAll: false # not in the schema: look at Provisioning, Settings, Scope in the Entra admin center';
}

function lifecycleLines({ objects }: ImportedJob): string[] {
  const changes = Object.entries(objects.find(({ chosen }) => chosen.kind === 'user')?.lifecycle ?? {});
  if (changes.length === 0) return [];
  return ['', 'lifecycle:', ...changes.map(([event, { action, why }]) => `  ${event}: ${action} # ${why}`)];
}

function guardLines({ deleteThreshold }: JobFacts): string[] {
  if (deleteThreshold === undefined) return [];
  if (deleteThreshold === null)
    return ['', "# Entra's accidental deletion prevention is off; the guards of scimsync hold."];
  return [
    '',
    `guards: # Entra stops above ${deleteThreshold} deletions and disables of a cycle, together; percent is scimsync's own`,
    `  leavers: { count: ${deleteThreshold} }`,
    `  scopeLosses: { count: ${deleteThreshold} }`,
  ];
}

function objectLines(object: ImportedObject, omitted: readonly string[], template: string | undefined): string[] {
  const { chosen, enabled, offBecause, flowTypes, groups, entries } = object;
  const mapped = entries.some((entry) => 'mapping' in entry);
  const name = chosen.mapping.name ?? '';
  return [
    `  ${chosen.kind}:${name === '' ? '' : ` # ${commentText(name)}`}`,
    ...(enabled ? [] : [`    enabled: false # ${commentText(offBecause ?? 'as in Entra')}`]),
    ...(flowTypes.length === 3 ? [] : [`    flowTypes: [${flowTypes.join(', ')}]`]),
    ...(groups.length === 0
      ? []
      : ['    scope:', '      groups:', ...groups.flatMap(({ group }) => groupLines(group))]),
    ...(omitted.length === 0
      ? []
      : [
          `    # What template ${template ?? ''} maps and Entra's job did not; take a line out to have it.`,
          '    omitAttributes:',
          ...omitted.map((target) => `      - ${flowText(target)}`),
        ]),
    ...(mapped ? ['    attributeMappings:'] : []),
    ...entries.flatMap((entry) => entryLines(entry)),
  ];
}

function groupLines(group: ImportedObject['groups'][number]['group']): string[] {
  const clauses = group.clauses.map(({ sourceOperandName, operatorName, targetOperand }) => {
    const values = (targetOperand?.values ?? []).map(quotedYaml).join(', ');
    const operand = targetOperand === undefined ? '' : `, targetOperand: { values: [${values}] }`;
    return `{ sourceOperandName: ${flowText(sourceOperandName)}, operatorName: ${flowText(operatorName)}${operand} }`;
  });
  const [first = '', ...others] = [
    ...(group.name === undefined ? [] : [`name: ${flowText(group.name)}`]),
    'clauses:',
    ...clauses.map((clause) => `  - ${clause}`),
  ];
  return [`        - ${first}`, ...others.map((line) => `          ${line}`)];
}

function entryLines(entry: ImportedEntry): string[] {
  if ('leftOut' in entry) return [`      # left out: ${commentText(entry.leftOut)}`];
  const note = entry.note === undefined ? '' : ` # ${commentText(entry.note)}`;
  const { source, targetAttributeName } = entry.mapping;
  const options = optionTexts(entry.mapping);
  const text = sourceText(source);
  if (source?.type !== 'Function') {
    const shown = source === null ? 'null' : flowText(text);
    const parts = [`targetAttributeName: ${flowText(targetAttributeName)}`, `source: ${shown}`, ...options];
    const line = `      - { ${parts.join(', ')} }`;
    if (line.length <= MOST_COLUMNS) return [`${line}${note}`];
  }
  const shown = source === null ? 'null' : blockText(text, ' '.repeat(10));
  return [
    `      - targetAttributeName: ${flowText(targetAttributeName)}${note}`,
    ...`        source: ${shown}`.split('\n'),
    ...options.map((option) => `        ${option}`),
  ];
}

const defaults: Readonly<Record<string, unknown>> = attributeMappingSchema.parse({
  targetAttributeName: 'userName',
  source: null,
});

/** What differs from the defaults of a mapping. */
function optionTexts(mapping: PlainAttribute): string[] {
  return Object.entries(mapping)
    .filter(([key, value]) => key !== 'targetAttributeName' && key !== 'source' && value !== defaults[key])
    .map(
      ([key, value]) =>
        `${key}: ${typeof value === 'string' && key === 'defaultValue' ? quotedYaml(value) : String(value)}`,
    );
}
