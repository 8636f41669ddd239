// What a plan file holds: changes that somebody has seen, each with a hash of what would be sent. It holds personal data.
import { z } from 'zod';

const text = z.string().max(100_000);
const id = z.string().min(1).max(1000);

/** Values as `plan` shows them; those that must not be shown are `[Redact]`. */
const valueSchema = z.strictObject({
  attribute: text,
  oldValue: text.nullable(),
  newValue: text.nullable(),
});

const memberSchema = z.strictObject({ id, name: text.nullable() });

export const approvedChangeSchema = z.strictObject({
  kind: z.enum(['user', 'group']),
  id,
  name: text.nullable(),
  action: z.enum(['create', 'adopt', 'update', 'enable', 'disable', 'delete', 'memberships']),
  /** The account, where there is one. */
  account: text.nullable(),
  /** Why a removal: unassigned, blocked …; null for everything else. */
  event: text.nullable(),
  /** The guard that counts it; null when none does. */
  guard: text.nullable(),
  changes: z.array(valueSchema).optional(),
  /** Members that a group would get and lose. */
  add: z.array(memberSchema).optional(),
  remove: z.array(memberSchema).optional(),
  /** SHA-256 over what would be sent. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});

/** One change that somebody has seen. */
export type ApprovedChange = z.infer<typeof approvedChangeSchema>;

export const planHeaderSchema = z.strictObject({
  /** Version of the form of the file. */
  scimsyncPlan: z.literal(1),
  job: id,
  /** What the job belongs to: directory, enterprise application, target. */
  tenantId: id,
  servicePrincipalId: id,
  target: id,
  /** ISO time of the plan. */
  at: z.iso.datetime(),
  /** Hash of mappings, filters, scope, lifecycle and the version of the expression language. */
  configuration: z.string().regex(/^[0-9a-f]{64}$/),
});

/** What a plan file is about. */
export type PlanHeader = z.infer<typeof planHeaderSchema>;

/** What became of one change of a plan file. */
export type ApprovedOutcome =
  | { readonly outcome: 'sent' | 'unnecessary' | 'rejected' | 'unknown' | 'left' }
  | { readonly outcome: 'failed'; readonly because: string }
  /** It would be something else now. */
  | { readonly outcome: 'different'; readonly now: Omit<ApprovedChange, 'hash'> };

/** A change of a plan file and what became of it. */
export type AppliedChange = ApprovedOutcome & { readonly change: ApprovedChange };

/** What became of a plan file. */
export interface AppliedPlan {
  readonly changes: readonly AppliedChange[];
  /** Changes that are due and not in the file: they are left for the next cycle. */
  readonly left: number;
}
