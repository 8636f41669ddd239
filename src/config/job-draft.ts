// A merged job as far as it can be understood: every part that has the right form by itself. The checks of meaning run
// on drafts, so that one malformed key does not hide the other faults.
import { z } from 'zod';
import type { AttributeMapping, ObjectMapping } from '../model/job.ts';
import { jobSchema } from '../model/job.ts';
import { type Lifecycle, lifecycleSchema } from '../model/lifecycle.ts';
import { attributeMappingSchema, objectMappingSchema } from '../model/object-mapping.ts';
import type { TargetProfile } from '../model/profile.ts';
import { targetProfileSchema } from '../model/profile.ts';
import type { Located, LocatedMap } from './located.ts';
import { child, descend, textOf } from './located.ts';
import { parsed, parsedEntry } from './schema-faults.ts';

export interface AttributeDraft {
  readonly node: LocatedMap;
  readonly mapping: AttributeMapping;
}

export interface ObjectMappingDraft {
  readonly node: LocatedMap;
  readonly kind: ObjectMapping['sourceObjectName'];
  readonly enabled: boolean;
  readonly flowTypes: ObjectMapping['flowTypes'];
  readonly scope: ObjectMapping['scope'];
  readonly attributes: readonly AttributeDraft[];
  /** False when an attribute mapping is malformed, so that nothing may be concluded from one that seems to lack. */
  readonly complete: boolean;
}

export interface JobDraft {
  readonly root: LocatedMap;
  readonly template: string | undefined;
  /** False when a file that the job extends could not be read, so that nothing may be concluded from what is missing. */
  readonly complete: boolean;
  readonly id: string | undefined;
  readonly enabled: boolean;
  readonly use: string | undefined;
  readonly baseUrl: string | undefined;
  readonly syncAll: boolean;
  readonly profile: TargetProfile | undefined;
  readonly lifecycle: Lifecycle | undefined;
  readonly objectMappings: readonly ObjectMappingDraft[];
}

export function draftJob(root: LocatedMap, template: string | undefined, complete: boolean): JobDraft {
  const mappings = child(root, 'objectMappings');
  return {
    root,
    template,
    complete,
    id: parsed(jobSchema.shape.id, child(root, 'id')),
    enabled: parsedEntry(jobSchema.shape.enabled, root, 'enabled') ?? true,
    use: textOf(descend(root, 'source', 'use')),
    baseUrl: textOf(descend(root, 'target', 'baseUrl')),
    syncAll: parsed(z.boolean(), descend(root, 'source', 'syncAll')) ?? false,
    profile: parsedEntry(targetProfileSchema.prefault({}), root, 'profile'),
    lifecycle: parsedEntry(lifecycleSchema.prefault({}), root, 'lifecycle'),
    objectMappings: mappings?.kind === 'list' ? mappings.items.flatMap(draftObjectMapping) : [],
  };
}

function draftObjectMapping(node: Located): ObjectMappingDraft[] {
  const shape = objectMappingSchema.shape;
  const kind = parsed(shape.sourceObjectName, child(node, 'sourceObjectName'));
  if (node.kind !== 'map' || kind === undefined) return [];
  const list = child(node, 'attributeMappings');
  const items = list?.kind === 'list' ? list.items : [];
  const attributes = items.flatMap((item) => {
    const mapping = parsed(attributeMappingSchema, item);
    return item.kind === 'map' && mapping !== undefined ? [{ node: item, mapping }] : [];
  });
  return [
    {
      node,
      kind,
      enabled: parsedEntry(shape.enabled, node, 'enabled') ?? true,
      flowTypes: parsedEntry(shape.flowTypes, node, 'flowTypes') ?? ['Add', 'Update', 'Delete'],
      scope: parsedEntry(shape.scope, node, 'scope') ?? null,
      attributes,
      complete: items.length > 0 && attributes.length === items.length,
    },
  ];
}
