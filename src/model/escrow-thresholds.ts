// How much failing is too much for a job (Entra's escrow thresholds, which nobody can change there).
import { z } from 'zod';

/** From how many failures on a job goes into quarantine. */
export const escrowThresholdsSchema = z.strictObject({
  percent: z
    .number()
    .min(0)
    .max(100)
    .default(40)
    .describe('More than this share of the objects in scope fails: the job goes into quarantine.'),
  from: z.int().min(1).default(10).describe('With fewer objects in scope the share does not count.'),
  count: z.int().min(1).default(40_000).describe('More failing objects than this: quarantine, whatever their share.'),
  total: z
    .int()
    .min(1)
    .default(60_000)
    .describe('The same with those of which only a manager or memberships could not be written.'),
});

export type EscrowThresholds = z.infer<typeof escrowThresholdsSchema>;
