// A synchronization job as an administrator writes it, validated; words are Entra's (synchronizationSchema) so that
// an exported configuration reads the same. Templates and defaults are merged before this schema is applied.
import { z } from 'zod';
import { rateLimitSchema, targetProfileSchema } from './profile.ts';

/** A secret by reference; a literal is refused with advice. */
export const secretReferenceSchema = z.union([
  z.strictObject({ fromEnv: z.string().min(1), expires: z.iso.date().optional() }),
  z.strictObject({ fromFile: z.string().min(1), expires: z.iso.date().optional() }),
  /** A program and its arguments; no shell is involved. */
  z.strictObject({ fromCommand: z.array(z.string()).min(1).max(64), expires: z.iso.date().optional() }),
]);

const duration = z.string().regex(/^\d+(s|m|h|d)$/, 'a duration such as 40m, 2h or 1d');

/** Milliseconds of a duration text such as `40m`. */
export function durationMilliseconds(text: string): number {
  const unit = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[text.at(-1) ?? ''] ?? Number.NaN;
  return Number.parseInt(text, 10) * unit;
}

/** Where the value of a mapping comes from (Entra's attributeMappingSource); null is Entra's mapping type None. */
const mappingSourceSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('Attribute'), name: z.string().min(1) }),
  z.strictObject({ type: z.literal('Constant'), value: z.union([z.string(), z.number(), z.boolean()]) }),
  z.strictObject({ type: z.literal('Function'), expression: z.string().min(1).max(10_000) }),
]);

export const attributeMappingSchema = z.strictObject({
  targetAttributeName: z.string().min(1),
  source: mappingSourceSchema.nullable(),
  /** Used when the source is null and the object is created (Entra's rule). */
  defaultValue: z.union([z.string(), z.number(), z.boolean()]).nullable().default(null),
  /** `Always`, or `ObjectAddOnly`: only while the object is created. */
  flowType: z.enum(['Always', 'ObjectAddOnly']).default('Always'),
  /** Above 0 joins the matching attributes, lowest first. */
  matchingPriority: z.int().min(0).default(0),
});

const filterClauseSchema = z.strictObject({
  sourceOperandName: z.string().min(1),
  operatorName: z.string().min(1),
  targetOperand: z.strictObject({ values: z.array(z.string()) }).optional(),
});

/** Clauses are joined by AND, groups by OR; no groups means everybody assigned. */
const scopingFilterSchema = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string().optional(), clauses: z.array(filterClauseSchema).min(1) })),
});

export const objectMappingSchema = z.strictObject({
  sourceObjectName: z.enum(['user', 'group']),
  targetObjectName: z.enum(['User', 'Group']),
  enabled: z.boolean().default(true),
  flowTypes: z.array(z.enum(['Add', 'Update', 'Delete'])).default(['Add', 'Update', 'Delete']),
  scope: scopingFilterSchema.nullable().default(null),
  attributeMappings: z.array(attributeMappingSchema).min(1),
});

const lifecycleAction = z.enum(['disable', 'delete', 'nothing']);

/** What happens to the account of a person, per event. */
export const lifecycleSchema = z.strictObject({
  unassigned: lifecycleAction.default('disable'),
  outOfScope: lifecycleAction.default('disable'),
  blocked: lifecycleAction.default('disable'),
  softDeleted: lifecycleAction.default('disable'),
  hardDeleted: lifecycleAction.default('delete'),
});

const guardLimit = (count: number, percent: number, from: number) =>
  z
    .strictObject({
      count: z.int().min(0).default(count),
      percent: z.number().min(0).max(100).default(percent),
      /** Below this number of objects the guard never trips. */
      from: z.int().min(1).default(from),
    })
    .prefault({});

export const guardsSchema = z.strictObject({
  leavers: guardLimit(500, 10, 5),
  scopeLosses: guardLimit(100, 10, 5),
  memberships: guardLimit(2000, 20, 20),
  groupDeletes: guardLimit(5, 20, 2),
  /** Accounts that would be made although they should have been found: vanished ones, and those of a doubtful first contact. */
  creates: guardLimit(1000, 50, 20),
  /** userName, externalId, matching attributes and primary e-mail of existing accounts. */
  identity: guardLimit(50, 5, 5),
  /** What the profile calls irreversible is held until somebody approves it, unless `allow` is said. */
  irreversible: z.enum(['stage', 'allow']).default('stage'),
});

/** What an e-mail is sent about. */
export const ALERTS = [
  'jobFailed',
  'quarantine',
  'held',
  'objectsFailing',
  'credentialExpiring',
  'noSuccess',
  'recovered',
] as const;

const notificationsSchema = z.strictObject({
  email: z.array(z.email()).max(50).default([]),
  on: z.array(z.enum(ALERTS)).default([...ALERTS]),
});

/** One GET after every cycle that ended without a fault of the job. */
const heartbeatSchema = z.strictObject({ url: secretReferenceSchema });

export const jobSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'lower-case letters, digits, dot, dash or underscore'),
  tenant: z.string().min(1),
  enabled: z.boolean().default(true),
  /** `observe` plans every cycle and writes nothing. A job on a real Microsoft cloud must say which it is. */
  mode: z.enum(['observe', 'enforce']).default('enforce'),
  schedule: z.strictObject({ every: duration.default('40m') }).prefault({}),
  source: z.strictObject({
    use: z.string().min(1),
    servicePrincipalId: z.guid(),
    syncAll: z.boolean().default(false),
    excludeDefaultAccess: z.union([z.literal('auto'), z.boolean()]).default('auto'),
    nestedGroups: z.enum(['direct', 'transitive']).default('direct'),
  }),
  target: z.strictObject({
    baseUrl: z.url({ protocol: /^https?$/ }),
    auth: z.strictObject({ type: z.literal('bearer'), token: secretReferenceSchema }),
    caFile: z.string().optional(),
    timeoutSeconds: z.number().positive().max(600).default(60),
    rateLimits: z.array(rateLimitSchema).optional(),
    concurrency: z.int().min(1).max(64).optional(),
  }),
  profile: targetProfileSchema.prefault({}),
  lifecycle: lifecycleSchema.prefault({}),
  guards: guardsSchema.prefault({}),
  /** SCIM filters; accounts that match one are never updated, disabled, deleted or removed from groups. */
  protect: z.array(z.string().min(1)).max(100).default([]),
  notifications: notificationsSchema.prefault({}),
  heartbeat: heartbeatSchema.optional(),
  objectMappings: z.array(objectMappingSchema).min(1),
});

export type Job = z.infer<typeof jobSchema>;
export type ObjectMapping = z.infer<typeof objectMappingSchema>;
export type AttributeMapping = z.infer<typeof attributeMappingSchema>;
export type SecretReference = z.infer<typeof secretReferenceSchema>;
export type Lifecycle = z.infer<typeof lifecycleSchema>;
export type LifecycleEvent = keyof Lifecycle;
export type Guards = z.infer<typeof guardsSchema>;
export type Alert = (typeof ALERTS)[number];

/** A Microsoft Graph source: whose directory, with which credentials, in which cloud. */
export const sourceSchema = z.strictObject({
  type: z.literal('graph'),
  tenantId: z.string().min(1),
  clientId: z.string().min(1),
  clientSecret: secretReferenceSchema,
  cloud: z.enum(['global', 'usgov', 'dod', 'china']).default('global'),
  /** For a cloud that is not in the list (also the sandbox): these three go together. */
  authorityHost: z.url({ protocol: /^https$/ }).optional(),
  graphBaseUrl: z.url({ protocol: /^https$/ }).optional(),
  scope: z.string().optional(),
  caFile: z.string().optional(),
});

export type SourceSettings = z.infer<typeof sourceSchema>;
