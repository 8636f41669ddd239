// The tables, as Kysely sees them. Integers and ISO text only, so that PostgreSQL carries the same tables unchanged.
import type { Generated } from 'kysely';
import type { BeforeImageTable, MembershipImageTable } from './before-image-table.ts';
import type { ChangeContentTable, ChangeTable } from './change-tables.ts';
import type { DepartureTable, SequenceMarkTable } from './departure-table.ts';
import type { HeldConfigurationChangeTable, HeldConfigurationTable } from './held-configuration-tables.ts';
import type { HeldMembershipTable, MemberTable, TargetMemberTable } from './membership-tables.ts';
import type { QuarantineTable } from './quarantine-table.ts';
import type { TargetUsageTable } from './target-usage-table.ts';
import type { UnstableAttributeTable } from './unstable-table.ts';

export interface JobTable {
  id: string;
  /** Hash of mappings, filters, scope and lifecycle; another one means a new initial cycle. */
  configuration_hash: string;
  /** Hash of the selected Graph properties; another one means everything is read again. */
  select_hash: string;
  status: string;
  users_link: string | null;
  groups_link: string | null;
  /** Last number given to a changed row. */
  sequence: number;
  /** Last number given to a complete reading of a list. */
  reading: number;
  /** 1 once an initial cycle has ended. */
  initial_done: number;
  open_cycle_id: string | null;
  lease_owner: string | null;
  lease_epoch: number;
  lease_until: number;
  last_started: number | null;
  next_attempt: number;
  /** What discovery said, and what other answers taught, as JSON. */
  capabilities: string | null;
  learned: string | null;
  /** The target that the links belong to; null before the first cycle. */
  target_root: string | null;
  /** The directory and the enterprise application that the source ids belong to; null before the first cycle. */
  tenant_id: string | null;
  service_principal_id: string | null;
  /** Where the configuration of the job was last seen, for jobs whose file cannot be read any more. */
  file: string | null;
  /** When the last cycle without a fault of the job ended. */
  last_success: number | null;
  /** Set while the job is paused; an end in the past is no pause. */
  paused_since: number | null;
  paused_until: number | null;
  pause_reason: string | null;
  /** The last mode in which a cycle ran, and since when. */
  mode: string | null;
  mode_since: number | null;
  /** Observed cycles in a row after which nothing was to be changed. */
  quiet_cycles: number;
  /** 0 until a cycle has ended in which the accounts of the target were matched and written. */
  contacted: number;
  /** What the first contact found, as JSON. */
  match_report: string | null;
  /** Hash of `protect`; another one means that every link is judged again. */
  protect_hash: string | null;
  /** Assignments that are left out because they hold Default Access only. */
  default_access_left_out: number;
  /** The day (UTC, YYYY-MM-DD) for which everybody was last planned, where mappings depend on the day. */
  planned_day: string | null;
  /** 1 once a whole cycle has begun to write to the target: from then on the store knows which accounts are ours. */
  has_written: number;
  /** The last fault of the job as JSON, null after a cycle without one. */
  last_fault: string | null;
  /** Reset scopes of a restart that is to begin with the next cycle, comma separated. */
  restart_scopes: string | null;
  /** Hash of the configuration of the last cycle; unlike `configuration_hash` no restart blanks it. */
  effective_hash: string;
  /** The sequence number with which the configuration changed last: who was planned before it was planned with another one. */
  configuration_seq: number;
  /** When the target was read back last, or was met; null before. Milliseconds. */
  reconciled_at: number | null;
  /** 1 while the links of everybody in scope are to be forgotten once a whole cycle has planned all leavers. */
  link_reset: number;
  /** The part of the configuration that decides, as the job last took it to work with, as JSON; and since when. */
  accepted_configuration: string | null;
  accepted_since: number | null;
}

export interface SourceObjectTable {
  row_id: Generated<number>;
  job_id: string;
  kind: string;
  id: string;
  state: string;
  display_name: string | null;
  /** Selected Graph properties as JSON. */
  attributes: string;
  manager_id: string | null;
  /** App role ids that entitle the object, sorted, comma separated; null when nothing entitles it. */
  roles: string | null;
  /** People: ids of the groups that hold them, of those that scoping filters name, comma separated; null while not known. */
  member_of: string | null;
  /** 1 while the object must be read from the source. */
  needs_read: number;
  /** Groups: 0 while the member list is to be read, 2 when it is to be read once more by the next cycle, 1 when it is known. */
  members_read: number;
  /** Groups: 1 while the members in the target may differ. */
  members_dirty: number;
  /** Groups: 1 when the members are to be compared with what the target says, not with what was sent. */
  members_verify: number;
  /** 1 when the next plan must ask the target itself, because a request may have been carried out unseen. */
  fresh_match: number;
  in_scope: number;
  changed_seq: number;
  planned_seq: number;
  /** As planned_seq, for a job that is only observed. */
  observed_seq: number;
  /** Reading in which a full enumeration saw the object. */
  seen_reading: number;
  /** When it was noticed that the object was deleted for good (milliseconds); null while it is not. */
  gone_since: number | null;
}

/** One row: where this store belongs; see store-home.ts. */
export interface InstallationTable {
  /** As in the file beside the store. */
  id: string;
  /** When that file was made (nanoseconds); empty where the file system does not say. */
  mark: string;
  /** The machine and the path at that moment, for people to read. */
  host: string;
  path: string;
  since: number;
}

export interface AssignmentTable {
  job_id: string;
  principal_id: string;
  principal_type: string;
  role_id: string;
  reading: number;
}

export interface LinkTable {
  job_id: string;
  kind: string;
  source_id: string;
  target_id: string;
  matched_by: string;
  /** Target attribute name to value, as last confirmed in the target. */
  exported: string;
  active: number;
  /** Work e-mail in the target, for references by e-mail. */
  email: string | null;
  /** Cycle in which the account was last written or read. */
  cycle_id: string;
  linked_at: string;
  /** 1 when a filter of `protect` matches the account, 2 while it was not judged by the present filters, otherwise 0. */
  protected: number;
  /** 1 while the account is to be read when it is planned, whatever is known of it: it was found to differ. */
  verify: number;
}

export interface PendingReferenceTable {
  job_id: string;
  source_id: string;
  target_attribute: string;
  referenced_id: string;
}

export interface EscrowTable {
  job_id: string;
  kind: string;
  source_id: string;
  display_name: string | null;
  code: string;
  message: string;
  attempts: number;
  first_seen: number;
  next_attempt: number;
  /** 1 when only a manager or memberships could not be written. */
  reference: number;
}

export interface CycleTable {
  id: string;
  job_id: string;
  kind: string;
  trigger: string;
  dry_run: number;
  mode: string;
  time_began: string;
  time_ended: string | null;
  counts: string | null;
  requests: string | null;
}

export interface ProvisioningLogTable {
  seq: Generated<number>;
  id: string;
  job_id: string;
  cycle_id: string;
  at: string;
  source_id: string;
  display_name: string | null;
  action: string;
  status: string;
  entry: string;
}

export interface TargetResourceTable {
  job_id: string;
  kind: string;
  target_id: string;
  resource: string;
}

export interface TargetKeyTable {
  job_id: string;
  kind: string;
  attribute: string;
  value: string;
  target_id: string;
}

/** What the recipients of a job's e-mail were told about one kind of alert. */
export interface AlertTable {
  job_id: string;
  kind: string;
  opened_at: number;
  /** When a mail about it was last accepted. */
  last_sent: number | null;
  /** Until then a process is sending a mail about it. */
  claimed_until: number;
  /** The rest of what is remembered, as JSON. */
  detail: string;
}

export interface DaemonTable {
  /** Machine, process id and start, as in `lease_owner`. */
  owner: string;
  /** When the daemon last said that it runs. */
  seen_at: number;
}

export interface RecycledPersonTable {
  job_id: string;
  id: string;
}

export interface Tables {
  before_image: BeforeImageTable;
  membership_image: MembershipImageTable;
  installation: InstallationTable;
  recycled_person: RecycledPersonTable;
  job: JobTable;
  source_object: SourceObjectTable;
  assignment: AssignmentTable;
  member: MemberTable;
  link: LinkTable;
  unstable_attribute: UnstableAttributeTable;
  target_usage: TargetUsageTable;
  target_member: TargetMemberTable;
  held_membership: HeldMembershipTable;
  held_configuration: HeldConfigurationTable;
  held_configuration_change: HeldConfigurationChangeTable;
  pending_reference: PendingReferenceTable;
  change: ChangeTable;
  change_content: ChangeContentTable;
  escrow: EscrowTable;
  quarantine: QuarantineTable;
  departure: DepartureTable;
  sequence_mark: SequenceMarkTable;
  cycle: CycleTable;
  provisioning_log: ProvisioningLogTable;
  target_resource: TargetResourceTable;
  target_key: TargetKeyTable;
  alert: AlertTable;
  daemon: DaemonTable;
}
