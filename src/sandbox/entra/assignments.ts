/**
 * App role assignments (`appRoleAssignedTo`): who may use which application in which role. A plain table without any change
 * tracking, exactly as Graph offers it.
 */
import { createHash } from 'node:crypto';
import { graphTimeTicks } from './clock.ts';
import type { AssignmentRecord } from './objects.ts';

/** What is needed to make an assignment. */
type AssignmentInput = Omit<AssignmentRecord, 'id' | 'ordinal' | 'createdDateTime' | 'createdAt'>;

/** See the file's comment. */
export interface AssignmentTable {
  readonly size: number;
  get(id: string): AssignmentRecord | undefined;
  /** The row of this principal and role on this application, if there is one. */
  find(resourceId: string, principalId: string, appRoleId: string): AssignmentRecord | undefined;
  add(input: AssignmentInput, at: Date): AssignmentRecord;
  remove(id: string): boolean;
  removePrincipal(principalId: string): void;
  /** Rows of one application with `ordinal >= start`, oldest first. */
  ofResource(resourceId: string, start?: number): Generator<AssignmentRecord>;
}

function keyOf(resourceId: string, principalId: string, appRoleId: string): string {
  return `${resourceId} ${principalId} ${appRoleId}`;
}

/** An empty table. */
export function makeAssignmentTable(): AssignmentTable {
  const byId = new Map<string, AssignmentRecord>();
  const byKey = new Map<string, AssignmentRecord>();
  const byPrincipal = new Map<string, Set<string>>();
  const order = new Map<string, (AssignmentRecord | undefined)[]>();
  let made = 0;

  const rowsOf = (resourceId: string): (AssignmentRecord | undefined)[] => {
    const rows = order.get(resourceId) ?? [];
    order.set(resourceId, rows);
    return rows;
  };
  const remove = (id: string): boolean => {
    const row = byId.get(id);
    if (row === undefined) return false;
    byId.delete(id);
    byKey.delete(keyOf(row.resourceId, row.principalId, row.appRoleId));
    byPrincipal.get(row.principalId)?.delete(id);
    rowsOf(row.resourceId)[row.ordinal] = undefined;
    return true;
  };
  return {
    get size() {
      return byId.size;
    },
    get: (id) => byId.get(id),
    find: (resourceId, principalId, appRoleId) => byKey.get(keyOf(resourceId, principalId, appRoleId)),
    add(input, at) {
      const key = keyOf(input.resourceId, input.principalId, input.appRoleId);
      made += 1;
      const id = createHash('sha256').update(`${key} ${made}`).digest('base64url');
      const rows = rowsOf(input.resourceId);
      const row: AssignmentRecord = {
        ...input,
        id,
        ordinal: rows.length,
        createdAt: at.getTime(),
        createdDateTime: graphTimeTicks(at),
      };
      rows.push(row);
      byId.set(id, row);
      byKey.set(key, row);
      const own = byPrincipal.get(row.principalId) ?? new Set();
      byPrincipal.set(row.principalId, own.add(id));
      return row;
    },
    remove,
    removePrincipal(principalId) {
      for (const id of byPrincipal.get(principalId) ?? []) remove(id);
      byPrincipal.delete(principalId);
    },
    *ofResource(resourceId, start = 0) {
      const rows = order.get(resourceId) ?? [];
      for (let index = start; index < rows.length; index += 1) {
        const row = rows[index];
        if (row !== undefined) yield row;
      }
    },
  };
}
