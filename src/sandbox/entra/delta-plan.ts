/**
 * What a later delta round has to say: the slice of the change log collapsed to one entry per object, in the order of its
 * first change. Depends on the log and the query only, so every page of a round can compute it anew.
 */
import type { Change, ChangeLog, ObjectKind } from './change-log.ts';

/** The net change of one membership. */
interface PlannedMember {
  readonly id: string;
  readonly kind: ObjectKind;
  readonly added: boolean;
}

/** The net change of one object. */
export interface PlannedEntry {
  readonly id: string;
  /** Created, restored or removed: to be told in full, whatever was selected. */
  whole: boolean;
  /** Whether the object was in the answer's eyes new, so that its relation is told in full too. */
  fresh: boolean;
  readonly properties: Set<string>;
  readonly members: PlannedMember[];
  /** The last manager that was replaced or cleared; `undefined` when the manager did not change. */
  previousManager: string | null | undefined;
}

/** Collapses the changes of one kind with `from < seq <= to`; only what the query tracks is kept. */
export function planRound(
  log: ChangeLog,
  kind: ObjectKind,
  from: number,
  to: number,
  tracks: (name: string) => boolean,
  ids: ReadonlySet<string> | null,
): readonly PlannedEntry[] {
  const entries = new Map<string, PlannedEntry>();
  const memberRows = new Map<string, Map<string, PlannedMember>>();
  for (const change of log.slice(from, to)) {
    if (change.kind !== kind || (ids !== null && !ids.has(change.id))) continue;
    const entry = entries.get(change.id) ?? emptyEntry(change.id);
    if (!apply(entry, change, tracks, memberRows)) continue;
    entries.set(change.id, entry);
  }
  for (const [id, rows] of memberRows) entries.get(id)?.members.push(...rows.values());
  return [...entries.values()];
}

function emptyEntry(id: string): PlannedEntry {
  return { id, whole: false, fresh: false, properties: new Set(), members: [], previousManager: undefined };
}

/** Adds a change to an entry; false when the query does not track it. */
function apply(
  entry: PlannedEntry,
  change: Change,
  tracks: (name: string) => boolean,
  memberRows: Map<string, Map<string, PlannedMember>>,
): boolean {
  const { what } = change;
  switch (what.type) {
    case 'created':
    case 'restored':
      entry.whole = true;
      entry.fresh = true;
      return true;
    case 'softDeleted':
    case 'purged':
      entry.whole = true;
      return true;
    case 'updated': {
      const tracked = what.properties.filter(tracks);
      for (const name of tracked) entry.properties.add(name);
      return tracked.length > 0;
    }
    case 'manager':
      if (!tracks('manager')) return false;
      entry.previousManager = what.previous ?? entry.previousManager ?? null;
      return true;
    case 'member': {
      if (!tracks('members')) return false;
      const rows = memberRows.get(change.id) ?? new Map<string, PlannedMember>();
      memberRows.set(change.id, rows);
      rows.delete(what.memberId);
      rows.set(what.memberId, { id: what.memberId, kind: what.memberKind, added: what.added });
      return true;
    }
  }
}
