// The `adoption` key of a job: what happens to accounts that are there before the job is.
import { z } from 'zod';

/** Which existing accounts are taken over, and what becomes of what they were before. */
export const adoptionSchema = z.strictObject({
  otherOwner: z
    .enum(['refuse', 'allow'])
    .default('refuse')
    .describe(
      "refuse: an account whose externalId is somebody else's is the error TargetOwnedByOther. allow: it is adopted, for taking over from a service that wrote other ids.",
    ),
  inactive: z
    .enum(['stage', 'allow'])
    .default('stage')
    .describe(
      "stage: adopting an inactive account that may be a namesake's is held until somebody approves it. allow: it is adopted and enabled.",
    ),
  groupMembers: z
    .enum(['keep', 'remove'])
    .default('keep')
    .describe(
      'keep: members that an adopted group had before stay. remove: those who have an account by this job and are no members in the directory are taken out.',
    ),
});
