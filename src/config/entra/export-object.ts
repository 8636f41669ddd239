// One object mapping of a job -> Entra's form, over what it was there (three ways): what nobody changed in the job since the
// import goes back as it was, what was changed is written anew, and what was never carried over stays.
import type { AttributeMapping, ObjectMapping } from '../../model/job.ts';
import { attributeMappingSchema, objectMappingSchema } from '../../model/object-mapping.ts';
import { stableJson } from '../../rules/stable-json.ts';
import { targetKey } from '../target-key.ts';
import { exportAttribute, type Json } from './export-attribute.ts';
import { exportScope } from './export-scope.ts';
import type { KeptObject } from './kept.ts';
import type { ConversionReport } from './report.ts';

/** What is exported, and what of it Entra did not have before. */
export interface ExportedObject {
  readonly mapping: Json;
  /** Mappings that were made anew; their attributes may have to be defined. */
  readonly added: readonly AttributeMapping[];
}

/** An object mapping that Entra does not know yet. */
export function newObjectMapping(mapping: ObjectMapping, path: string, report: ConversionReport): ExportedObject {
  const scope = exportScope(mapping.scope, `${path}.scope`, report);
  const attributes = mapping.attributeMappings.flatMap((each, index) => {
    const exported = exportAttribute(each, `${path}.attributeMappings[${index}]`, report);
    return exported === undefined ? [] : [{ each, exported }];
  });
  const isUser = mapping.sourceObjectName === 'user';
  return {
    mapping: {
      attributeMappings: attributes.map(({ exported }) => exported),
      enabled: mapping.enabled && !reportLost(scope.lost, path, report),
      flowTypes: mapping.flowTypes.join(', '),
      metadata: [],
      name: `Provision Microsoft Entra ID ${isUser ? 'Users' : 'Groups'}`,
      scope: scope.filter,
      sourceObjectName: isUser ? 'User' : 'Group',
      targetObjectName: isUser
        ? 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
        : 'urn:ietf:params:scim:schemas:core:2.0:Group',
    },
    added: attributes.map(({ each }) => each),
  };
}

/** The mapping over what it was in Entra; `original` is changed by nobody. */
export function mergedObjectMapping(
  mapping: ObjectMapping,
  kept: KeptObject,
  original: Json,
  path: string,
  report: ConversionReport,
): ExportedObject {
  const merged: Json = structuredClone(original);
  if (mapping.enabled !== kept.enabled) merged['enabled'] = mapping.enabled;
  if (!sameSet(mapping.flowTypes, kept.flowTypes)) merged['flowTypes'] = mapping.flowTypes.join(', ');
  if (!same(mapping.scope, keptScope(kept))) {
    const scope = exportScope(mapping.scope, `${path}.scope`, report);
    merged['scope'] = scope.filter;
    if (reportLost(scope.lost, path, report)) merged['enabled'] = false;
  }
  const before = Array.isArray(original['attributeMappings']) ? (original['attributeMappings'] as Json[]) : [];
  const { list, added } = mergedAttributes(mapping, kept, before, path, report);
  if (list.length > 0 || 'attributeMappings' in original) merged['attributeMappings'] = list;
  return { mapping: merged, added };
}

function reportLost(lost: boolean, path: string, report: ConversionReport): boolean {
  if (!lost) return false;
  report.leftOut.push({
    path: `${path}.scope`,
    value: 'scope',
    reason:
      'Nothing is left of the filter, and without one everybody would be in scope: the mapping is exported switched off.',
    advice: 'Write a filter in Entra before you switch it on.',
  });
  return true;
}

/** The job's scope as it was written by the import. */
function keptScope({ scope }: KeptObject): unknown {
  const parsed = objectMappingSchema.shape.scope.safeParse(scope);
  return parsed.success ? parsed.data : scope;
}

function mergedAttributes(
  mapping: ObjectMapping,
  kept: KeptObject,
  before: readonly Json[],
  path: string,
  report: ConversionReport,
): { readonly list: readonly Json[]; readonly added: readonly AttributeMapping[] } {
  const rest = new Map(
    mapping.attributeMappings.map((each, index) => [targetKey(each.targetAttributeName), { each, index }]),
  );
  const carried = new Map(kept.attributeMappings.map(({ index, mapping: written }) => [index, written]));
  const added: AttributeMapping[] = [];
  const build = ({ each, index }: { each: AttributeMapping; index: number }, base: Json): Json[] => {
    const exported = exportAttribute(each, `${path}.attributeMappings[${index}]`, report);
    if (exported === undefined) return [];
    added.push(each);
    return [{ ...base, ...exported, ...keptMember(base, 'exportMissingReferences') }];
  };
  const list = before.flatMap((original, index): Json[] => {
    const key = targetKey(String(original['targetAttributeName']));
    const now = rest.get(key);
    const written = carried.get(index);
    // Another mapping to the same target was the one that was carried over.
    const isOther =
      written === undefined && [...carried.values()].some((each) => targetKey(each.targetAttributeName) === key);
    if (isOther) return [original];
    if (now === undefined) return written === undefined ? [original] : [];
    rest.delete(key);
    if (written === undefined) return build(now, original);
    const then = attributeMappingSchema.safeParse(written);
    if (then.success && same(now.each, then.data)) return [original];
    if (!then.success) return build(now, original);
    return overlaid(now.each, then.data, original, build(now, original));
  });
  return { list: [...list, ...[...rest.values()].flatMap((each) => build(each, {}))], added };
}

/** Members that nobody changed stay as Entra wrote them, down to the spelling of their parameters. */
function overlaid(now: AttributeMapping, then: AttributeMapping, original: Json, built: readonly Json[]): Json[] {
  const keys = ['source', 'defaultValue', 'flowType', 'flowBehavior', 'matchingPriority'] as const;
  const unchanged = keys.filter((key) => key in original && same(now[key], then[key]));
  return built.map((each) => ({ ...each, ...Object.fromEntries(unchanged.map((key) => [key, original[key]])) }));
}

function keptMember(base: Json, key: string): Json {
  return key in base ? { [key]: base[key] } : {};
}

function same(left: unknown, right: unknown): boolean {
  return stableJson(left) === stableJson(right);
}

function sameSet(left: readonly string[], right: readonly string[]): boolean {
  return same([...new Set(left)].toSorted(), [...new Set(right)].toSorted());
}
