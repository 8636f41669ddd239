// The one table of findings. docs/probe says the same, written from it (scripts/generate-probe-pages.ts).

import type { FindingEntry } from './finding.ts';
import { CREATE_FINDINGS, DISCOVERY_FINDINGS } from './findings/access-and-create.ts';
import { ACTIVE_FINDINGS, MULTI_VALUED_FINDINGS, PATCH_FINDINGS } from './findings/changes.ts';
import { CLEANUP_FINDINGS, DELETE_FINDINGS, ERROR_FINDINGS } from './findings/end-and-errors.ts';
import { GALLERY_FINDINGS } from './findings/gallery.ts';
import { GROUP_FINDINGS, MEMBER_FINDINGS } from './findings/groups.ts';
import { LIFE_FINDINGS } from './findings/life.ts';
import { BULK_FINDINGS, ETAG_FINDINGS, MATCHING_FINDINGS, PAGING_FINDINGS } from './findings/matching-and-paging.ts';

const TABLE = {
  ...DISCOVERY_FINDINGS,
  ...CREATE_FINDINGS,
  ...MATCHING_FINDINGS,
  ...PATCH_FINDINGS,
  ...ACTIVE_FINDINGS,
  ...MULTI_VALUED_FINDINGS,
  ...GROUP_FINDINGS,
  ...MEMBER_FINDINGS,
  ...PAGING_FINDINGS,
  ...BULK_FINDINGS,
  ...ETAG_FINDINGS,
  ...DELETE_FINDINGS,
  ...ERROR_FINDINGS,
  ...LIFE_FINDINGS,
  ...GALLERY_FINDINGS,
  ...CLEANUP_FINDINGS,
};

export type FindingId = keyof typeof TABLE;

/** Every kind of finding, by its id. Ids are stable: reports are compared by them. */
export const FINDINGS: Readonly<Record<FindingId, FindingEntry>> = TABLE;

/** Where a finding is explained, below the repository's root. */
export function pageOf(id: FindingId): string {
  return `docs/probe/${FINDINGS[id].theme}.md#${id}`;
}
