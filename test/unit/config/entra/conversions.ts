// What the tests of import and export share: documents of Entra in few words, and a job file from an import, loaded as a
// person's would be.
import { readFileSync } from 'node:fs';
import { exportSchema } from '../../../../src/config/entra/export-schema.ts';
import { type Imported, importJob } from '../../../../src/config/entra/import-job.ts';
import type { JobFacts } from '../../../../src/config/entra/job-facts.ts';
import { importedJobText } from '../../../../src/config/entra/job-text.ts';
import { type Kept, keptOf, keptSchema } from '../../../../src/config/entra/kept.ts';
import { type EntraDocument, readDocument } from '../../../../src/config/entra/read-document.ts';
import { describeTemplate, listTemplates, type Template } from '../../../../src/config/gallery.ts';
import type { Job } from '../../../../src/model/job.ts';
import { configurationOf, SOURCES } from '../temporary-configuration.ts';

export type Json = Record<string, unknown>;

/** A shared sample, parsed. */
export function sample(name: 'entra-schema' | 'entra-template'): Json {
  return JSON.parse(readFileSync(new URL(`../../../fixtures/${name}.json`, import.meta.url), 'utf8')) as Json;
}

/** An attribute mapping in Entra's words; the source as its text. */
export function mapping(targetAttributeName: string, expression: string | null, more: Json = {}): Json {
  const source = expression === null ? null : sourceOf(expression);
  return { targetAttributeName, source, ...more };
}

function sourceOf(expression: string): Json {
  const [, name] = /^\[([^[\]]+)\]$/.exec(expression) ?? [];
  if (name !== undefined) return { type: 'Attribute', name, expression, parameters: [] };
  const [, text] = /^"(.*)"$/.exec(expression) ?? [];
  if (text !== undefined) return { type: 'Constant', name: text, expression, parameters: [] };
  return { type: 'Function', name: expression.split('(')[0], expression, parameters: [] };
}

/** Mappings with which the configuration is content. */
export const SOUND = [
  mapping('userName', '[userPrincipalName]', { matchingPriority: 1 }),
  mapping('active', 'Not([IsSoftDeleted])'),
];

/** A schema with one rule and one mapping of people. */
export function userSchema(attributeMappings: readonly Json[], more: Json = {}, rule: Json = {}): Json {
  const user = {
    enabled: true,
    flowTypes: 'Add, Update, Delete',
    name: 'People',
    scope: null,
    sourceObjectName: 'User',
    targetObjectName: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
    attributeMappings,
    ...more,
  };
  return {
    synchronizationRules: [
      {
        id: 'r1',
        name: 'USER_OUTBOUND_USER',
        priority: 1,
        sourceDirectoryName: 'Azure Active Directory',
        targetDirectoryName: 'customappsso',
        objectMappings: [user],
        ...rule,
      },
    ],
  };
}

/** The document of a value that has to be one. */
export function documentOf(value: unknown): EntraDocument {
  const result = readDocument('schema.json', value);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.document;
}

export interface Round {
  readonly document: EntraDocument;
  readonly imported: Imported;
  readonly text: string;
  /** What is kept, as it is read back. */
  readonly kept: Kept;
}

/** Imports a value, with everything filled in that a person fills in. */
export function imported(value: unknown, facts: JobFacts = {}, template?: Template): Round {
  const document = documentOf(value);
  const result = importJob(document, facts, template);
  const job = {
    id: 'wiki',
    use: 'acme',
    servicePrincipalId: '11111111-2222-3333-4444-555555555555',
    baseUrl: 'https://wiki.example.com/scim/v2',
    tokenFile: 'token',
  };
  const text = importedJobText({ job, imported: result.job, facts, keptFile: 'wiki.entra.json' });
  const kept = keptSchema.parse(JSON.parse(JSON.stringify(keptOf(document, result))));
  return { document, imported: result, text, kept };
}

/** The job as it is loaded from the text; fails with the faults when there are any. */
export async function loaded(text: string): Promise<Job> {
  const { jobs } = await configurationOf({
    'scimsync.yaml': SOURCES,
    token: 'a-token-of-the-target',
    'jobs/wiki.yaml': text,
  });
  const [job] = jobs;
  if (job === undefined) throw new Error('no job');
  return job;
}

/** Import, load, export: the document that goes back to Entra. */
export async function roundTrip(value: unknown): Promise<Json> {
  const { text, kept } = imported(value);
  const { objectMappings } = await loaded(text);
  return exportSchema(objectMappings, kept).schema;
}

/** A template of the shipped gallery. */
export async function templateCalled(wanted: string): Promise<Template> {
  const file = (await listTemplates('/nowhere')).find(({ name }) => name === wanted)?.file ?? '';
  const template = await describeTemplate(file, '/nowhere');
  if (template === undefined) throw new Error(`no template ${wanted}`);
  return template;
}
