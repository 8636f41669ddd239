// What a finding is: one thing that a SCIM endpoint does otherwise than a provisioning client needs. What is known of each
// kind stands in the tables of findings/, by its id; what was seen this time is a Finding.
import type { ProbeExchange } from './exchange.ts';

/**
 * `error`: Entra's provisioning fails or leaves something wrong behind. `warning`: it works by a detour, or only with some
 * settings. `note`: it departs from the RFC, and Entra does not mind.
 */
export type Severity = 'error' | 'warning' | 'note';

export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];

/** Themes in the order in which they are looked at; each is a page of docs/probe. */
export const THEMES = {
  discovery: 'Discovery and access',
  create: 'Creating accounts',
  matching: 'Matching and filters',
  patch: 'Changing attributes',
  active: 'Disabling and enabling',
  'multi-valued': 'Multi-valued attributes',
  groups: 'Groups',
  members: 'Members of groups',
  paging: 'Pages',
  bulk: 'Bulk',
  etag: 'ETags',
  delete: 'Deleting',
  errors: 'Errors',
  life: 'Life of people and groups',
  gallery: 'Tests of the application gallery',
  load: 'Load',
  cleanup: 'Cleaning up',
} as const;

export type Theme = keyof typeof THEMES;

/** What is known of one kind of finding. */
export interface FindingEntry {
  readonly theme: Theme;
  readonly severity: Severity;
  /** What the endpoint does, in one line. */
  readonly title: string;
  /** The RFC section that says otherwise; null where no RFC does. */
  readonly rfc: string | null;
  /** What Entra sends, does about it, and shows. */
  readonly entra: string;
  /** How the endpoint is mended. */
  readonly mend: string;
}

/** One finding of one run. */
export interface Finding {
  readonly id: string;
  readonly severity: Severity;
  /** The check that found it. */
  readonly check: string;
  /** What was expected, and what came instead. */
  readonly because: string;
  /** The exchange that shows it; null for what shows in none. */
  readonly exchange: ProbeExchange | null;
}
