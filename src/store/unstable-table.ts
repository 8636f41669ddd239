// The table of attributes that a target keeps changing, as Kysely sees it.

/** How often an attribute was written again over the same other value; values are hashes. */
export interface UnstableAttributeTable {
  job_id: string;
  kind: string;
  source_id: string;
  attribute: string;
  wanted: string;
  found: string;
  times: number;
  last_written: number;
}
