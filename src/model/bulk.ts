// Whether a target is trusted with bulk requests, and how large they may be. Nobody is unless a profile or a job says how many
// operations one may hold; what the target says about itself only makes them smaller, or none.
import { z } from 'zod';
import { type Dialect, STRATEGIES } from './dialect.ts';

const maxOperations = z.int().min(2).max(10_000);
const maxPayloadSize = z.int().min(1024).max(100_000_000);
const countsAs = z.enum(['request', 'operations']);

/** What a profile says of bulk requests. */
export const bulkProfileSchema = z.strictObject({
  maxOperations: maxOperations
    .optional()
    .describe('Operations in one request, at most. Bulk requests are sent only where this is stated.'),
  maxPayloadSize: maxPayloadSize
    .optional()
    .describe('Bytes of one request, at most; 1 MiB where neither this nor the target says anything.'),
  countsAs: countsAs.default('request').describe('Whether limits count a bulk request once, or every operation in it.'),
});

/** What a job says of them. */
export const bulkJobSchema = z.union([
  z.literal(false),
  z.strictObject({
    maxOperations: maxOperations.optional().describe('Operations in one request, at most.'),
    maxPayloadSize: maxPayloadSize.optional().describe('Bytes of one request, at most.'),
    countsAs: countsAs.optional().describe('Whether limits count a bulk request once, or every operation in it.'),
  }),
]);

/** Bulk requests as they are sent. */
export interface BulkSettings {
  readonly maxOperations: number;
  readonly maxPayloadSize?: number | undefined;
  readonly countsAs: 'request' | 'operations';
}

/** What a profile and a job say together; null where bulk requests are not sent. Entra sends none, nor do its dialects. */
export function bulkInForce(
  profile: z.infer<typeof bulkProfileSchema> | undefined,
  stated: z.infer<typeof bulkJobSchema> | undefined,
  dialect: Dialect = 'rfc7644',
): BulkSettings | null {
  if (stated === false || !STRATEGIES[dialect].bulk) return null;
  const most = stated?.maxOperations ?? profile?.maxOperations;
  if (most === undefined) return null;
  return {
    maxOperations: most,
    maxPayloadSize: stated?.maxPayloadSize ?? profile?.maxPayloadSize,
    countsAs: stated?.countsAs ?? profile?.countsAs ?? 'request',
  };
}
