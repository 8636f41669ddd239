// Which Graph properties and relations a kind of object is read with; every read of a cycle selects the same.
import type { ObjectKind } from '../model/directory.ts';
import type { CycleContext } from './context.ts';
import type { DeltaStart } from './ports.ts';

/** Which chain to begin for a kind: the properties that mappings and filters need, and the relation. */
export function deltaStart(context: CycleContext, kind: ObjectKind, from: DeltaStart['from']): DeltaStart {
  const { job } = context;
  return kind === 'user'
    ? { kind, properties: job.user.properties, relation: job.user.mapsManager, from }
    : { kind, properties: job.group?.properties ?? groupProperties(job), relation: true, from };
}

/** Of groups that are not provisioned; visibility says whether a filter may believe their member list. */
function groupProperties({ user }: CycleContext['job']): readonly string[] {
  return (user.scope?.groups ?? []).length === 0 ? ['displayName'] : ['displayName', 'visibility'];
}
