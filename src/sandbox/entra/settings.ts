/** What the admin interface can change about the tenant's behaviour while it runs. */
import { z } from 'zod';

/** Behaviour where the documentation leaves a choice, and sizes. */
export const settingsSchema = z.strictObject({
  /** Objects on a page of a delta query. */
  pageSize: z.int().min(1).max(5000),
  /** Membership rows on a page of a delta query. */
  memberSliceSize: z.int().min(1).max(100_000),
  /** Answer to a delta token older than seven days. */
  expiredDeltaStatus: z.literal([400, 410]),
  /** Whether an initial round also lists what is in the recycle bin, as `@removed`. */
  removedInInitialRound: z.boolean(),
  /** Every n-th page of a delta round is empty and only continues; 0 switches it off. */
  emptyPageEvery: z.int().min(0).max(100),
  /** How long the page token of a list lives. */
  pageTokenSeconds: z.int().min(1),
  /** Age a change must have to be visible in delta queries. */
  deltaLagSeconds: z.number().min(0),
  /** Age an app role assignment must have to be listed. */
  assignmentLagSeconds: z.number().min(0),
  /** Whether `appRoleAssignedTo` lists principals that are in the recycle bin. */
  listDeletedPrincipals: z.boolean(),
  /** Spells `innererror` in lower case, as one page of the documentation does. */
  lowerCaseInnerError: z.boolean(),
  /** Seconds an access token lives. */
  tokenLifetimeSeconds: z.int().min(1).max(86_400),
  /** Resource units per ten seconds; `null` switches throttling off. */
  resourceUnits: z.int().min(1).nullable(),
  /** How a throttled answer says how long to wait. */
  retryAfterForm: z.enum(['decimal', 'integer', 'date', 'none']),
});

/** See `settingsSchema`. */
export type Settings = z.infer<typeof settingsSchema>;

/** The behaviour of a fresh tenant. */
export function defaultSettings(sizes: { pageSize?: number; memberSliceSize?: number }): Settings {
  return {
    pageSize: sizes.pageSize ?? 200,
    memberSliceSize: sizes.memberSliceSize ?? 500,
    expiredDeltaStatus: 400,
    removedInInitialRound: false,
    emptyPageEvery: 0,
    pageTokenSeconds: 1200,
    deltaLagSeconds: 0,
    assignmentLagSeconds: 0,
    listDeletedPrincipals: false,
    lowerCaseInnerError: false,
    tokenLifetimeSeconds: 3599,
    resourceUnits: null,
    retryAfterForm: 'decimal',
  };
}
