// The tables of memberships, as Kysely sees them.

export interface MemberTable {
  job_id: string;
  group_id: string;
  member_id: string;
  member_type: string;
  reading: number;
}

export interface TargetMemberTable {
  job_id: string;
  group_id: string;
  member_id: string;
}

/** A membership whose removal is held by a change of class `memberships`. */
export interface HeldMembershipTable {
  job_id: string;
  group_id: string;
  member_id: string;
  change_id: string;
}
