// The protocol suite: what RFC 7643 and 7644 say, as far as a provisioning client relies on it. The order is that of a life:
// what a check builds on was made by an earlier one.
import type { Check } from '../check.ts';
import { ACTIVE_CHECKS } from './active.ts';
import { BULK_CHECKS, DELETE_CHECKS } from './bulk-and-delete.ts';
import { CREATE_CHECKS } from './create.ts';
import { DISCOVERY_CHECKS } from './discovery.ts';
import { ETAG_CHECKS } from './etag.ts';
import { GROUP_CHECKS, GROUP_END_CHECKS } from './groups.ts';
import { MATCHING_CHECKS } from './matching.ts';
import { MEMBER_CHECKS } from './members.ts';
import { MULTI_VALUED_CHECKS } from './multi-valued.ts';
import { PAGING_CHECKS } from './paging.ts';
import { PATCH_CHECKS, PUT_CHECKS, REFUSED_PATCH_CHECKS } from './patch.ts';

export const PROTOCOL_CHECKS: readonly Check[] = [
  ...DISCOVERY_CHECKS,
  ...CREATE_CHECKS,
  ...MATCHING_CHECKS,
  ...PATCH_CHECKS,
  ...PUT_CHECKS,
  ...REFUSED_PATCH_CHECKS,
  ...ACTIVE_CHECKS,
  ...MULTI_VALUED_CHECKS,
  ...ETAG_CHECKS,
  ...PAGING_CHECKS,
  ...GROUP_CHECKS,
  ...MEMBER_CHECKS,
  ...GROUP_END_CHECKS,
  ...BULK_CHECKS,
  ...DELETE_CHECKS,
];
