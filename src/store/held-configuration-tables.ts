// The tables of a held configuration, as Kysely sees them.
import type { DecisionColumns } from './decision-columns.ts';

/**
 * What became of a configuration that tripped a guard: `held`, `rejected` (held still, with a reason), `approved` (the next
 * cycle takes it), `taken` (the job works with it; what was shown of it counts for no guard until that cycle ends).
 */
export type HeldConfigurationState = 'held' | 'rejected' | 'approved' | 'taken';

/** At most one row a job: the configuration that it does not work with. */
export interface HeldConfigurationTable extends DecisionColumns {
  job_id: string;
  /** Hash of the deciding part of the configuration (model/accepted-configuration.ts). */
  hash: string;
  state: HeldConfigurationState;
  /** When it was refused first (milliseconds). */
  since: number;
  /** The classes that tripped, each with the sentence that says why, as JSON. */
  reasons: string;
}

/** What a held configuration would do and a guard counts. Ids only: names are looked up when they are shown. */
export interface HeldConfigurationChangeTable {
  job_id: string;
  kind: string;
  source_id: string;
  action: string;
  guard_class: string;
  /** How many things it counts as. */
  amount: number;
  /** Hash of the names, ids and addresses that would change; empty where none would. */
  shown: string;
}
