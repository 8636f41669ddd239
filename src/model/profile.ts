// What a target can and cannot do, as data. A gallery template carries one; discovery narrows it; a job may override it.
import { z } from 'zod';

const resourceKind = z.enum(['User', 'Group']);

/** Limit of operations within a sliding window, as vendors state it ("25,000 operations in any hour"). */
export const rateLimitSchema = z.strictObject({
  operations: z.int().positive(),
  perSeconds: z.number().positive(),
});

/** What is known of a target before anybody asked it. */
export const targetProfileSchema = z.strictObject({
  /** Resources per page when listing. */
  pageSize: z.int().min(1).max(1000).default(100),
  /** A list that has not ended after this many pages is abandoned. */
  maxPages: z.int().min(1).default(20_000),
  /** Requests in flight at once. */
  concurrency: z.int().min(1).max(64).default(8),
  rateLimits: z.array(rateLimitSchema).default([]),
  /** Whether the target has groups at all. */
  groups: z.boolean().default(true),
  /** Membership changes per request (also in the POST of a group). */
  membersPerRequest: z.int().min(1).default(500),
  /** The form a reference takes, by target attribute name; everything else is the target id. */
  references: z.record(z.string(), z.enum(['id', 'email'])).default({}),
  /** Attributes that may be used in filters; empty means any. */
  filterable: z.partialRecord(resourceKind, z.array(z.string())).default({}),
  /**
   * Whether all matching attributes of an object may be asked with one `or` filter. Every such answer is proved by an
   * account that is known to exist, so a target that cannot do it is noticed.
   */
  combinedFilter: z.boolean().default(false),
  /** The media type of request bodies. */
  contentType: z.enum(['application/scim+json', 'application/json']).default('application/scim+json'),
  /** Attribute values compared without regard to case (RFC 7643 caseExact false). */
  caseInsensitive: z.array(z.string()).default(['userName', 'emails[type eq "work"].value']),
  /** Actions that cannot be taken back in this target; they are held until approved (`guards.irreversible`). */
  irreversible: z.array(z.enum(['disable', 'delete'])).default([]),
  /** Discovery endpoints that exist. */
  discovery: z.boolean().default(true),
  /** Whether target attributes outside the discovered schemas are refused before anything is sent. */
  attributesFromSchemas: z.boolean().default(false),
});

export type TargetProfile = z.infer<typeof targetProfileSchema>;
export type RateLimit = z.infer<typeof rateLimitSchema>;
