/**
 * One page of a delta round. Pages are bounded in objects and in membership rows; a group that does not fit is told again on
 * the next page with further rows, as Graph does with large groups.
 */
import type { PlannedEntry } from './delta-plan.ts';
import type { Directory } from './directory.ts';
import type { AnyRecord, PropertyBag } from './objects.ts';
import { type EntitySchema, type PropertyDefinition, storedValue } from './schema.ts';

/** A row of `members@delta` or `manager@delta`. */
type LinkRow = Readonly<Record<string, unknown>>;

/** Link rows after a cursor; `last` continues, `more` says whether there is anything to continue with. */
interface LinkSlice {
  readonly rows: readonly LinkRow[];
  readonly last: number;
  readonly more: boolean;
}

/** One object of a round: where it stands, how it looks, and its link rows on demand. */
interface DeltaUnit {
  readonly position: number;
  readonly entity: () => PropertyBag;
  readonly links: (after: number, max: number) => LinkSlice;
}

/** A filled page; `next` is absent on the last one. */
export interface FilledPage {
  readonly rows: readonly PropertyBag[];
  readonly next: { readonly position: number; readonly after: number } | undefined;
}

/** Fills a page from `units`, the first of which continues after `after` link rows. */
export function fillPage(
  units: Iterable<DeltaUnit>,
  start: number,
  after: number,
  sizes: { objects: number; links: number },
): FilledPage {
  const rows: PropertyBag[] = [];
  let budget = sizes.links;
  for (const unit of units) {
    const resume = unit.position === start ? after : 0;
    if (rows.length >= sizes.objects || budget <= 0) return { rows, next: { position: unit.position, after: resume } };
    const slice = unit.links(resume, budget);
    const entity = unit.entity();
    rows.push(slice.rows.length > 0 ? { ...entity, 'members@delta': slice.rows } : entity);
    budget -= slice.rows.length;
    if (slice.more) return { rows, next: { position: unit.position, after: slice.last } };
  }
  return { rows, next: undefined };
}

/** What a round shows of its objects. */
export interface DeltaView {
  readonly directory: Directory;
  readonly schema: EntitySchema;
  readonly properties: readonly PropertyDefinition[];
  readonly relation: boolean;
}

const NO_LINKS = (after: number): LinkSlice => ({ rows: [], last: after, more: false });
const REMOVED = { reason: 'deleted' } as const;

/** The set properties of an object; what was never set is left out, what was cleared is `null`. */
function deltaEntity(view: DeltaView, record: AnyRecord, only: ReadonlySet<string> | null): PropertyBag {
  const entity: PropertyBag = {};
  for (const property of view.properties) {
    if (property.name === 'id' || (only !== null && !only.has(property.name))) continue;
    const value = storedValue(record, property.name);
    if (value !== undefined) entity[property.name] = value;
  }
  entity['id'] = record.id;
  return entity;
}

function tableOf(view: DeltaView): Directory['users'] | Directory['groups'] | Directory['servicePrincipals'] {
  return view.directory[view.schema.collection];
}

function managerLink(record: AnyRecord): LinkRow[] {
  if (record.kind !== 'user' || record.managerId === null) return [];
  return [{ '@odata.type': '#microsoft.graph.user', id: record.managerId }];
}

/** Objects of an initial round from ordinal `start` on. */
export function* initialUnits(
  view: DeltaView,
  start: number,
  ids: ReadonlySet<string> | null,
  withRemoved: boolean,
): Generator<DeltaUnit> {
  for (const record of tableOf(view).from(start)) {
    if (ids !== null && !ids.has(record.id)) continue;
    if (record.deletedDateTime !== null) {
      if (!withRemoved) continue;
      const gone = { id: record.id, '@removed': { reason: 'changed' } };
      yield { position: record.ordinal, entity: () => gone, links: NO_LINKS };
      continue;
    }
    yield {
      position: record.ordinal,
      entity() {
        const entity = deltaEntity(view, record, null);
        const manager = view.relation ? managerLink(record) : [];
        return manager.length > 0 ? { ...entity, 'manager@delta': manager } : entity;
      },
      links: (after, max) => (view.relation ? currentMembers(record, after, max) : NO_LINKS(after)),
    };
  }
}

function currentMembers(record: AnyRecord, after: number, max: number): LinkSlice {
  if (record.kind !== 'group') return NO_LINKS(after);
  const rows: LinkRow[] = [];
  let last = after;
  for (const [id, member] of record.members) {
    if (member.order <= after) continue;
    if (rows.length >= max) return { rows, last, more: true };
    rows.push({ '@odata.type': `#microsoft.graph.${member.kind}`, id });
    last = member.order;
  }
  return { rows, last, more: false };
}

/** Objects of a later round from index `start` of its plan on. */
export function* changedUnits(
  view: DeltaView,
  plan: readonly PlannedEntry[],
  start: number,
  minimal: boolean,
): Generator<DeltaUnit> {
  for (let position = start; position < plan.length; position += 1) {
    const entry = plan[position];
    if (entry === undefined) continue;
    const record: AnyRecord | undefined = tableOf(view).live.get(entry.id);
    if (record === undefined) {
      const reason = tableOf(view).deleted.has(entry.id) ? 'changed' : 'deleted';
      const gone = { id: entry.id, '@removed': { reason } };
      yield { position, entity: () => gone, links: NO_LINKS };
      continue;
    }
    yield {
      position,
      entity: () => changedEntity(view, entry, record, minimal),
      links: (after, max) => plannedMembers(entry, after, max),
    };
  }
}

function changedEntity(view: DeltaView, entry: PlannedEntry, record: AnyRecord, minimal: boolean): PropertyBag {
  const entity = deltaEntity(view, record, minimal && !entry.whole ? entry.properties : null);
  if (!view.relation || record.kind !== 'user') return entity;
  const current = managerLink(record);
  if (entry.fresh || (entry.previousManager !== undefined && current.length > 0)) {
    if (current.length > 0) return { ...entity, 'manager@delta': current };
  }
  if (typeof entry.previousManager !== 'string' || current.length > 0) return entity;
  const cleared = { '@odata.type': '#microsoft.graph.user', id: entry.previousManager, '@removed': REMOVED };
  return { ...entity, 'manager@delta': [cleared] };
}

function plannedMembers(entry: PlannedEntry, after: number, max: number): LinkSlice {
  const rows = entry.members.slice(after, after + max).map((member) => {
    const row = { '@odata.type': `#microsoft.graph.${member.kind}`, id: member.id };
    return member.added ? row : { ...row, '@removed': REMOVED };
  });
  const last = after + rows.length;
  return { rows, last, more: last < entry.members.length };
}
