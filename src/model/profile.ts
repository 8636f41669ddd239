// What a target can and cannot do, as data. A gallery template carries one; discovery narrows it; a job may override it.
import { z } from 'zod';

const resourceKind = z.enum(['User', 'Group']);

/** Limit of operations within a sliding window, as vendors state it ("25,000 operations in any hour"). */
export const rateLimitSchema = z.strictObject({
  operations: z.int().positive().describe('Requests within the window.'),
  perSeconds: z.number().positive().describe('The length of the sliding window in seconds.'),
});

/** What is known of a target before anybody asked it. */
export const targetProfileSchema = z.strictObject({
  pageSize: z.int().min(1).max(1000).default(100).describe('Resources per page when listing.'),
  maxPages: z.int().min(1).default(20_000).describe('A list that has not ended after this many pages is abandoned.'),
  concurrency: z.int().min(1).max(64).default(8).describe('Requests in flight at once.'),
  rateLimits: z
    .array(rateLimitSchema)
    .default([])
    .describe('Limits as the vendor states them, each within a sliding window.'),
  groups: z.boolean().default(true).describe('Whether the target has groups at all.'),
  membersPerRequest: z
    .int()
    .min(1)
    .default(500)
    .describe('Membership changes per request, also in the POST of a group.'),
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
