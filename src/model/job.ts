// A synchronization job as an administrator writes it, validated; words are Entra's (synchronizationSchema) so that
// an exported configuration reads the same. Templates and defaults are merged before this schema is applied.
import { z } from 'zod';
import { adoptionSchema } from './adoption.ts';
import { DIALECTS } from './dialect.ts';
import { durationSchema as duration } from './duration.ts';
import { escrowThresholdsSchema } from './escrow-thresholds.ts';
import { lifecycleSchema } from './lifecycle.ts';
import { type attributeMappingSchema, objectMappingSchema } from './object-mapping.ts';
import { rateLimitSchema, targetProfileSchema } from './profile.ts';
import { certificateSchema, secretReferenceSchema } from './secret-reference.ts';
import { clientCertificateSchema, targetAuthSchema, targetHeadersSchema } from './target-auth.ts';

const share = (percent: number) =>
  z.number().min(0).max(100).default(percent).describe('More than this share of the linked active objects is held.');
const floor = (from: number) =>
  z.int().min(1).default(from).describe('Below this number of objects the guard never trips.');

const guardLimit = (count: number, percent: number, from: number, what: string) =>
  z
    .strictObject({
      count: z.int().min(0).default(count).describe('More than this many are held.'),
      percent: share(percent),
      from: floor(from),
    })
    .prefault({})
    .describe(what);

export const guardsSchema = z.strictObject({
  leavers: guardLimit(500, 10, 5, 'People who were blocked or deleted in the directory.'),
  scopeLosses: guardLimit(100, 10, 5, 'People who lost their assignment or fell out of scope.'),
  memberships: guardLimit(2000, 20, 20, 'Memberships that would be removed.'),
  groupDeletes: guardLimit(5, 20, 2, 'Groups that would be deleted.'),
  creates: guardLimit(
    1000,
    50,
    20,
    'Accounts that would be made although they should have been found: vanished ones, and those of a doubtful first contact.',
  ),
  identity: guardLimit(
    50,
    5,
    5,
    'Changes of userName, externalId, matching attributes and primary e-mail of existing accounts.',
  ),
  updates: z
    .strictObject({ percent: share(50), from: floor(100) })
    .prefault({})
    .describe('Existing accounts that change because of a changed configuration or another version of scimsync.'),
  irreversible: z
    .enum(['stage', 'allow'])
    .default('stage')
    .describe('stage: what the profile calls irreversible is held until somebody approves it. allow: it is sent.'),
});

/** What an e-mail is sent about. */
export const ALERTS = [
  'jobFailed',
  'quarantine',
  'held',
  'objectsFailing',
  'credentialExpiring',
  'noSuccess',
  'pausedTooLong',
  'observedTooLong',
  'recovered',
] as const;

const notificationsSchema = z.strictObject({
  email: z.array(z.email()).max(50).default([]).describe('Who is written to.'),
  on: z
    .array(z.enum(ALERTS))
    .default([...ALERTS])
    .describe('What an e-mail is sent about.'),
  noSuccessAfter: z
    .int()
    .min(1)
    .max(1000)
    .default(3)
    .describe('noSuccess means: no cycle without a fault of the job for this many intervals of its schedule.'),
});

/** One GET after every cycle that ended without a fault of the job. */
const heartbeatSchema = z.strictObject({
  url: secretReferenceSchema.describe('The address to ask, as a secret: it usually holds a key.'),
});

export const jobSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'lower-case letters, digits, dot, dash or underscore')
    .describe(
      'The state of the job is kept under this name; it is never changed, only renamed with scimsync job rename.',
    ),
  tenant: z.string().min(1).describe('Whose job it is; the name of the source unless it is written.'),
  enabled: z.boolean().default(true).describe('False: the job is checked but does not run.'),
  mode: z
    .enum(['observe', 'enforce'])
    .default('enforce')
    .describe(
      'observe imports and plans on schedule and sends the target no write; enforce writes. A job on a real Microsoft cloud must say which it is.',
    ),
  schedule: z
    .strictObject({
      every: duration.default('40m').describe('The time from the start of one cycle to the start of the next.'),
      reconcile: duration
        .optional()
        .describe('How often a cycle reads the target back first and puts right what differs; never unless given.'),
    })
    .prefault({})
    .describe('When the daemon runs the job.'),
  source: z
    .strictObject({
      use: z.string().min(1).describe('The name of a source in scimsync.yaml.'),
      servicePrincipalId: z.guid().describe('The object id of the enterprise application whose assignments count.'),
      syncAll: z
        .boolean()
        .default(false)
        .describe('True: everybody in the directory; false: only who is assigned to the application.'),
      excludeDefaultAccess: z
        .union([z.literal('auto'), z.boolean()])
        .default('auto')
        .describe(
          'Whether the role Default Access is left out; auto: when the application has another role for users.',
        ),
      nestedGroups: z
        .enum(['direct', 'transitive'])
        .default('direct')
        .describe(
          'direct: only direct members of assigned groups, as Microsoft Entra does it; transitive: also those of groups inside.',
        ),
    })
    .describe('Whose people.'),
  target: z
    .strictObject({
      baseUrl: z.url({ protocol: /^https?$/ }).describe('The SCIM root, without /Users.'),
      dialect: z
        .enum(DIALECTS)
        .default('rfc7644')
        .describe(
          'How requests look, and which are made. entra and entra-legacy do what Microsoft Entra does with and without its flag aadOptscim062020, and adapt to nothing.',
        ),
      auth: targetAuthSchema.describe('How the target knows who is asking.'),
      headers: targetHeadersSchema
        .optional()
        .describe('Further headers of every request, such as an API key: names, and their values as references.'),
      clientCertificate: clientCertificateSchema
        .optional()
        .describe('A certificate that proves this machine (mutual TLS), also to the token endpoint.'),
      caFile: z
        .string()
        .optional()
        .describe('A PEM file with the certificates of an authority that the machine does not trust by itself.'),
      timeoutSeconds: z.number().positive().max(600).default(60).describe('How long an answer is waited for.'),
      rateLimits: z
        .array(rateLimitSchema)
        .optional()
        .describe('Limits that the vendor states; they replace those of the profile.'),
      concurrency: z
        .int()
        .min(1)
        .max(64)
        .optional()
        .describe('Requests in flight at once; replaces the value of the profile.'),
    })
    .describe('Where accounts are kept.'),
  profile: targetProfileSchema.prefault({}).describe('What the target can and cannot do; usually from the template.'),
  lifecycle: lifecycleSchema.prefault({}).describe('What happens to the account of a person, per event.'),
  adoption: adoptionSchema.prefault({}).describe('Which existing accounts and groups are taken over.'),
  guards: guardsSchema
    .prefault({})
    .describe('More than this in one cycle, or within 24 hours, is held until somebody approves it.'),
  escrowThresholds: escrowThresholdsSchema
    .prefault({})
    .describe('When so much fails that the job goes into quarantine: it is tried cheaply until the cause is gone.'),
  protect: z
    .array(z.string().min(1))
    .max(100)
    .default([])
    .describe('SCIM filters; accounts that match one are never updated, disabled, deleted or removed from groups.'),
  notifications: notificationsSchema.prefault({}).describe('Who gets e-mail about this job, and about what.'),
  retention: z
    .strictObject({
      log: duration
        .default('180d')
        .describe('How long entries of the provisioning log are kept, which name people and what was changed of them.'),
      deletedPeople: duration
        .default('30d')
        .describe(
          'How long names and attributes of people are kept who were deleted in the directory for good and have an account; ids are kept.',
        ),
    })
    .prefault({})
    .describe('How long personal data stays in the store.'),
  heartbeat: heartbeatSchema.optional().describe('One GET after every cycle that ended without a fault of the job.'),
  objectMappings: z
    .array(objectMappingSchema)
    .min(1)
    .describe('What is provisioned and how; usually from the template.'),
});

export type Job = z.infer<typeof jobSchema>;
export type ObjectMapping = z.infer<typeof objectMappingSchema>;
export type AttributeMapping = z.infer<typeof attributeMappingSchema>;
export type Guards = z.infer<typeof guardsSchema>;
export type Alert = (typeof ALERTS)[number];

/** A Microsoft Graph source: whose directory, with which credentials, in which cloud. */
export const sourceSchema = z.strictObject({
  type: z.literal('graph').describe('Microsoft Graph.'),
  tenantId: z.string().min(1).describe('The directory (tenant) id.'),
  clientId: z
    .string()
    .min(1)
    .optional()
    .describe('The application (client) id of the app registration; a managed identity and the Azure CLI need none.'),
  // Exactly one of the following says how the application proves its identity (checked with the configuration).
  clientSecret: secretReferenceSchema.optional().describe('A client secret, as a reference.'),
  certificate: certificateSchema.optional().describe('A PEM file with a certificate and its private key.'),
  managedIdentity: z
    .strictObject({ clientId: z.string().min(1).optional().describe('Names a user-assigned identity.') })
    .optional()
    .describe('The identity of the Azure machine.'),
  workloadIdentity: z
    .strictObject({
      tokenFile: z
        .string()
        .min(1)
        .optional()
        .describe('The file with the token; the one that AZURE_FEDERATED_TOKEN_FILE names, unless given.'),
    })
    .optional()
    .describe('A token of another issuer.'),
  azureCli: z.strictObject({}).optional().describe('Whoever is signed in with az login; for trying out.'),
  defaultDomain: z
    .string()
    .min(1)
    .optional()
    .describe('The default domain of the tenant, for the function DefaultDomain() in mappings; it is not asked for.'),
  cloud: z.enum(['global', 'usgov', 'dod', 'china']).default('global').describe('Which Microsoft cloud.'),
  authorityHost: z
    .url({ protocol: /^https$/ })
    .optional()
    .describe('For a cloud that is not in the list, such as the sandbox; goes together with graphBaseUrl and scope.'),
  graphBaseUrl: z
    .url({ protocol: /^https$/ })
    .optional()
    .describe('Where Microsoft Graph answers in such a cloud.'),
  scope: z.string().optional().describe('What a token is asked for in such a cloud.'),
  caFile: z
    .string()
    .optional()
    .describe('A PEM file with the certificates of an authority that the machine does not trust by itself.'),
});

export type SourceSettings = z.infer<typeof sourceSchema>;
