// A change in two tables: its row, which is marked several times on its way, and what it carries, which is large, is written
// once and is removed when the change is settled. In one row every mark would write all of it again.
import type { DecisionColumns } from './decision-columns.ts';

export interface ChangeTable extends DecisionColumns {
  id: string;
  job_id: string;
  cycle_id: string;
  kind: string;
  source_id: string;
  display_name: string | null;
  phase: number;
  action: string;
  target_id: string | null;
  waits_for: string | null;
  guard_class: string | null;
  /** How many attributes of an existing account differ. */
  differences: number;
  /** How many things a guard counts it as: the memberships of a group that are to be removed, otherwise 1. */
  amount: number;
  event: string | null;
  status: string;
  created_at: number;
  settled_at: number | null;
  /** 1 when a changed configuration is, or may be, why it is planned. */
  by_configuration: number;
}

export interface ChangeContentTable {
  change_id: string;
  /** What is to be sent, as JSON. */
  payload: string | null;
  /** What the plan found, as JSON, for the provisioning log. */
  steps: string | null;
}

/** A change with what it carries; of a settled one nothing is left to carry. */
export type StoredChange = ChangeTable & Omit<ChangeContentTable, 'change_id'>;
