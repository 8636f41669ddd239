// A job -> Entra's whole synchronizationSchema, as PUT …/synchronization/jobs/{id}/schema takes it: over the schema that was
// kept at the import, or a new one with directories of its own when there is none.
import type { ObjectMapping } from '../../model/job.ts';
import type { Json } from './export-attribute.ts';
import { anchorDefinition, sourceDefinition, sourceNames, targetDefinition } from './export-definitions.ts';
import { type ExportedObject, mergedObjectMapping, newObjectMapping } from './export-object.ts';
import type { Kept } from './kept.ts';
import { type ConversionReport, emptyReport } from './report.ts';

/** The document, and what of the job it does not say. */
export interface ExportedSchema {
  readonly schema: Json;
  readonly report: ConversionReport;
}

const SOURCE_DIRECTORY = 'Azure Active Directory';
const TARGET_DIRECTORY = 'customappsso';

/** `kept` is what was kept beside the job at its import. */
export function exportSchema(mappings: readonly ObjectMapping[], kept: Kept | undefined): ExportedSchema {
  const report = emptyReport();
  const schema = kept === undefined ? newSchema(mappings, report) : mergedSchema(mappings, kept, report);
  return { schema, report };
}

/** Where a mapping stands in a job, for people. */
function pathOf(kind: ObjectMapping['sourceObjectName']): string {
  return `objectMappings.${kind}`;
}

function newSchema(mappings: readonly ObjectMapping[], report: ConversionReport): Json {
  const exported = mappings.map((each) => ({ each, ...newObjectMapping(each, pathOf(each.sourceObjectName), report) }));
  report.warnings.push({
    path: '',
    value: 'no file beside the job',
    reason: 'The ids of rules and directories are not known, and Entra takes only its own.',
    advice:
      'Take them from GET …/synchronization/jobs/{id}/schema, or import that job once (schema import --from-graph).',
  });
  return {
    directories: [
      {
        name: SOURCE_DIRECTORY,
        objects: exported.map(({ each, added }) => ({
          name: each.sourceObjectName === 'user' ? 'User' : 'Group',
          attributes: [
            anchorDefinition('objectId'),
            ...unique(added.flatMap(sourceNames))
              .filter((name) => name !== 'objectId')
              .map(sourceDefinition),
          ],
        })),
      },
      {
        name: TARGET_DIRECTORY,
        objects: exported.map(({ each, mapping, added }) => ({
          name: mapping['targetObjectName'],
          attributes: [anchorDefinition('id'), ...added.map((one) => targetDefinition(each.sourceObjectName, one))],
        })),
      },
    ],
    synchronizationRules: [
      {
        editable: true,
        name: exported.length > 1 ? 'USERGROUP_OUTBOUND_USERGROUP' : 'USER_OUTBOUND_USER',
        objectMappings: exported.map(({ mapping }) => mapping),
        priority: 1,
        sourceDirectoryName: SOURCE_DIRECTORY,
        targetDirectoryName: TARGET_DIRECTORY,
      },
    ],
  };
}

function mergedSchema(mappings: readonly ObjectMapping[], kept: Kept, report: ConversionReport): Json {
  const schema: Json = structuredClone(kept.schema);
  for (const was of kept.imported) {
    const rule = listOf(schema, 'synchronizationRules')[was.rule];
    const list = listOf(rule, 'objectMappings');
    const original = list[was.objectMapping];
    if (rule === undefined || original === undefined) continue;
    const now = mappings.find(({ sourceObjectName }) => sourceObjectName === was.kind);
    if (now === undefined) {
      // Without any attribute mapping there is nothing of it in the job, whatever it says.
      if (was.attributeMappings.length > 0) list[was.objectMapping] = { ...original, enabled: false };
      continue;
    }
    const exported = mergedObjectMapping(now, was, original, pathOf(was.kind), report);
    list[was.objectMapping] = exported.mapping;
    defineNew(schema, rule, exported, now, report);
  }
  for (const mapping of mappings) {
    if (kept.imported.some(({ kind }) => kind === mapping.sourceObjectName) || !mapping.enabled) continue;
    const [rule] = listOf(schema, 'synchronizationRules');
    if (rule === undefined) continue;
    const exported = newObjectMapping(mapping, pathOf(mapping.sourceObjectName), report);
    rule['objectMappings'] = [...listOf(rule, 'objectMappings'), exported.mapping];
    defineNew(schema, rule, exported, mapping, report);
  }
  return schema;
}

/** Adds the definitions of target attributes that Entra did not map before, where the object is defined at all. */
function defineNew(
  schema: Json,
  rule: Json,
  { mapping, added }: ExportedObject,
  { sourceObjectName }: ObjectMapping,
  report: ConversionReport,
): void {
  const target = definedObject(schema, rule['targetDirectoryName'], mapping['targetObjectName']);
  const source = definedObject(schema, rule['sourceDirectoryName'], mapping['sourceObjectName']);
  for (const one of added) {
    if (target !== undefined && !isDefined(target, one.targetAttributeName))
      target['attributes'] = [...listOf(target, 'attributes'), targetDefinition(sourceObjectName, one)];
    const unknown = source === undefined ? [] : sourceNames(one).filter((name) => !isDefined(source, name));
    for (const name of unknown) {
      if (source !== undefined && name.startsWith('extension_'))
        source['attributes'] = [...listOf(source, 'attributes'), sourceDefinition(name)];
      else
        report.warnings.push({
          path: `${pathOf(sourceObjectName)}.attributeMappings`,
          value: `${one.targetAttributeName} <- [${name}]`,
          reason: `Entra's list of source attributes does not have ${name}.`,
          advice: 'Take the name that the attribute-mapping editor of Entra offers.',
        });
    }
  }
}

function definedObject(schema: Json, directory: unknown, object: unknown): Json | undefined {
  const found = listOf(schema, 'directories').find(({ name }) => name === directory);
  return listOf(found, 'objects').find(({ name }) => name === object);
}

function isDefined(object: Json, name: string): boolean {
  return listOf(object, 'attributes').some((each) => each['name'] === name);
}

function listOf(parent: Json | undefined, key: string): Json[] {
  const list = parent?.[key];
  return Array.isArray(list) ? (list as Json[]) : [];
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
