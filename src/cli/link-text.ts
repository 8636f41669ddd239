// A link as people and scripts see it.
import type { NamedLink } from '../store/link-inventory.ts';
import { printable } from './terminal-text.ts';

/** A link, ready to print; `exported` is what the target is known to hold, by target attribute name. */
export interface ShownLink {
  readonly kind: string;
  readonly sourceId: string;
  readonly targetId: string;
  readonly displayName: string | null;
  readonly userName: string | null;
  readonly active: boolean;
  readonly protected: boolean;
  /** The attribute that found the account, or `created`. */
  readonly matchedBy: string;
  readonly linkedAt: string;
  readonly exported: Readonly<Record<string, unknown>>;
}

/** The link of a row. */
export function shownLink(row: NamedLink): ShownLink {
  const exported = JSON.parse(row.exported) as Readonly<Record<string, unknown>>;
  const { userName, displayName } = exported;
  return {
    kind: row.kind,
    sourceId: row.source_id,
    targetId: row.target_id,
    displayName: row.display_name ?? (typeof displayName === 'string' ? displayName : null),
    userName: typeof userName === 'string' ? userName : null,
    active: row.active === 1,
    protected: row.protected === 1,
    matchedBy: row.matched_by,
    linkedAt: row.linked_at,
    exported,
  };
}

/** One line of a list, as cells. */
export function linkCells(link: ShownLink): string[] {
  return [
    link.kind,
    printable(link.sourceId),
    '->',
    printable(link.targetId),
    printable(link.userName ?? link.displayName ?? '(no name)'),
    link.active ? 'active' : 'disabled',
    printable(link.matchedBy === 'created' ? 'created' : `by ${link.matchedBy}`),
  ];
}
