// A plan in numbers, with one example an attribute: what somebody reads before a job writes for the first time.
// Holds values of attributes; it is printed and kept in the store, never logged.
import { z } from 'zod';

const count = z.int().min(0);

/** How many people an attribute would find in the target. */
const foundBySchema = z.strictObject({
  attribute: z.string(),
  found: count,
  /** True when the configuration matches by it. */
  configured: z.boolean(),
});

const actionsSchema = z.strictObject({
  create: count,
  /** Existing accounts that are linked: without any difference, and with some. */
  adoptUnchanged: count,
  adoptChanged: count,
  update: count,
  enable: count,
  disable: count,
  delete: count,
});

export const planReportSchema = z.strictObject({
  /** ISO time of the plan. */
  at: z.string(),
  /** Root address of the target. */
  target: z.string(),
  mode: z.enum(['observe', 'enforce']),
  firstContact: z.boolean(),
  /** The directory's side: people who are entitled, and why some of them are left out. */
  source: z.strictObject({
    assigned: count,
    inScope: count,
    leftOut: z.array(z.strictObject({ because: z.string(), count })),
    /** Assignments that are left out because they hold Default Access only, each of a person or a whole group. */
    defaultAccess: count,
  }),
  /** The target's side; null when it was not listed. */
  matching: z
    .strictObject({
      accounts: count,
      /** By the attribute that decided, in the order of precedence. */
      matchedBy: z.array(z.strictObject({ attribute: z.string(), count })),
      /** People in scope that no account was found for, and those that several were found for. */
      none: count,
      ambiguous: count,
      /** What each attribute alone would find. */
      foundBy: z.array(foundBySchema),
      /** Accounts that nobody in scope was matched with; they stay untouched. */
      unmatchedAccounts: count,
    })
    .nullable(),
  people: actionsSchema,
  groups: actionsSchema,
  memberships: z.strictObject({ added: count, removed: count }),
  held: z.array(z.strictObject({ guardClass: z.string(), count, because: z.string() })),
  /** Objects that cannot be planned, the most frequent fault first; absent in reports of earlier versions. */
  failing: z.array(z.strictObject({ code: z.string(), count, who: z.string(), message: z.string() })).optional(),
  /** Changes of existing accounts, the most frequent attribute first. */
  changes: z.array(
    z.strictObject({
      attribute: z.string(),
      count,
      example: z.strictObject({
        who: z.string(),
        oldValue: z.string().nullable(),
        newValue: z.string().nullable(),
      }),
    }),
  ),
});

export type PlanReport = z.infer<typeof planReportSchema>;
export type PlannedActions = PlanReport['people'];
