// What a target can and cannot do, as data. A gallery template carries one; discovery narrows it; a job may override it.
import { z } from 'zod';

const resourceKind = z.enum(['User', 'Group']);

/**
 * A limit as vendors state it ("25,000 operations in any hour", "600 writes a minute in bursts of 180"). Without `burst`, a
 * limit a second is kept at an even pace, and a longer one in any window of its length.
 */
export const rateLimitSchema = z.strictObject({
  operations: z.int().positive().describe('Requests within the window.'),
  perSeconds: z
    .number()
    .positive()
    .max(7 * 86_400)
    .describe('The length of the window in seconds; 3600 for an hour, 86400 for a daily budget.'),
  burst: z
    .int()
    .positive()
    .optional()
    .describe('So many may come at once, and more as they are earned back evenly (token bucket).'),
  requests: z.enum(['reads', 'writes']).optional().describe('Counts only reads, or only writes.'),
  methods: z
    .array(z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']))
    .min(1)
    .optional()
    .describe('Counts only requests with these methods.'),
  resources: z
    .array(z.enum(['Users', 'Groups']))
    .min(1)
    .optional()
    .describe('Counts only requests to these endpoints.'),
  bodyOver: z.int().min(0).optional().describe('Counts only requests whose body has more than so many bytes.'),
});

/** An answer by which a target says that a request was not carried out and may be sent again later. */
const retryableErrorSchema = z.strictObject({
  status: z
    .int()
    .min(400)
    .max(599)
    .refine((status) => status !== 401, 'not 401, which is about credentials')
    .describe('The status of the answer.'),
  text: z.string().trim().min(4).max(200).describe('Text in the body of the answer, in any case of letters.'),
});

/** What is known of a target before anybody asked it. */
export const targetProfileSchema = z.strictObject({
  pageSize: z.int().min(1).max(1000).default(100).describe('Resources per page when listing.'),
  paging: z
    .enum(['index', 'cursor', 'none'])
    .default('index')
    .describe(
      'How lists are read. index: startIndex and count, and cursors where the target answers one. cursor: only by cursor (RFC 9865), pages may be short. none: one answer holds everything.',
    ),
  maxPages: z.int().min(1).default(20_000).describe('A list that has not ended after this many pages is abandoned.'),
  concurrency: z
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe(
      'Requests in flight at once. Fewer while the target is slow or refuses requests; more only up to maxConcurrency. Where nothing is said: 4, and up to 32 as the target bears it.',
    ),
  maxConcurrency: z
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe('Requests in flight at once, at most, while the target answers as quickly as ever.'),
  rateLimits: z
    .array(rateLimitSchema)
    .default([])
    .describe('Limits as the vendor states them; all of them are kept, also across restarts.'),
  realm: z
    .enum(['tenant', 'host'])
    .default('tenant')
    .describe(
      'Which jobs share limits, concurrency and pauses: those with the same base URL and directory, or all at the same host.',
    ),
  groups: z.boolean().default(true).describe('Whether the target has groups at all.'),
  membersPerRequest: z
    .int()
    .min(1)
    .default(500)
    .describe('Membership changes per request, also in the POST of a group.'),
  membersReadable: z
    .boolean()
    .default(true)
    .describe(
      'Whether a group that is read shows its members. false: what was sent is remembered and never compared with an answer.',
    ),
  memberRemoval: z
    .enum(['path', 'list'])
    .default('path')
    .describe(
      'How members are removed first. path: members[value eq "id"], and other forms only where that is refused or ignored and the group shows what came of it. list: a list of values; many targets ignore it and remove everybody.',
    ),
  patch: z
    .enum(['path', 'pathless', 'none'])
    .default('path')
    .describe(
      'How changes are sent first. path: PATCH with a path for each attribute, and other forms where that is refused. pathless: PATCH with one value without path. none: the target has no PATCH; every change is a PUT of the whole resource.',
    ),
  patchable: z
    .partialRecord(resourceKind, z.array(z.string()))
    .default({})
    .describe('Attributes that PATCH may change, by resource type; all others go by PUT. Empty means any.'),
  retryableErrors: z
    .array(retryableErrorSchema)
    .default([])
    .describe('Answers beside 429 that mean: not carried out, ask again later.'),
  references: z
    .record(z.string(), z.enum(['id', 'email']))
    .default({})
    .describe('The form a reference takes, by target attribute name; everything else is the target id.'),
  filterable: z
    .partialRecord(resourceKind, z.array(z.string()))
    .default({})
    .describe('Attributes that may be used in filters, by resource type; empty means any.'),
  combinedFilter: z
    .boolean()
    .default(false)
    .describe(
      'Whether all matching attributes of an object may be asked with one or filter. Every such answer is proved by an account that is known to exist, so a target that cannot do it is noticed.',
    ),
  contentType: z
    .enum(['application/scim+json', 'application/json'])
    .default('application/scim+json')
    .describe('The media type of request bodies.'),
  caseInsensitive: z
    .array(z.string())
    .default(['userName', 'emails[type eq "work"].value'])
    .describe('Attribute values compared without regard to case (RFC 7643 caseExact false).'),
  irreversible: z
    .array(z.enum(['disable', 'delete']))
    .default([])
    .describe('Actions that cannot be taken back in this target; they are held until approved (guards.irreversible).'),
  discovery: z
    .boolean()
    .default(true)
    .describe('Whether the target describes itself (/ServiceProviderConfig, /Schemas, /ResourceTypes).'),
  attributesFromSchemas: z
    .boolean()
    .default(false)
    .describe('Whether target attributes outside the discovered schemas are refused before anything is sent.'),
});

export type TargetProfile = z.infer<typeof targetProfileSchema>;
export type RateLimit = z.infer<typeof rateLimitSchema>;
export type RetryableError = z.infer<typeof retryableErrorSchema>;

/** How many requests may be in flight: to begin with, and at most. */
export interface ConcurrencyBounds {
  readonly start: number;
  readonly most: number;
}

const FIRST_CONCURRENCY = 4;
const MOST_CONCURRENCY = 32;

/** The bounds of a profile; `stated` is what a job says itself, and then nothing exceeds it. */
export function concurrencyBounds(
  { concurrency, maxConcurrency }: Pick<TargetProfile, 'concurrency' | 'maxConcurrency'>,
  stated?: number,
): ConcurrencyBounds {
  if (stated !== undefined) return { start: stated, most: stated };
  const most = maxConcurrency ?? concurrency ?? MOST_CONCURRENCY;
  return { start: Math.min(concurrency ?? FIRST_CONCURRENCY, most), most };
}
