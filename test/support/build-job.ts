// Jobs for engine tests: the mappings of a usual SCIM target, varied where a test needs it.
import { type Job, jobSchema } from '../../src/model/job.ts';

export const MANAGER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager';
export const DEPARTMENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department';
const SERVICE_PRINCIPAL = 'aaaaaaaa-0000-4000-8000-000000000001';

/** A source attribute mapped one to one. */
export function direct(targetAttributeName: string, name: string, matchingPriority = 0) {
  return { targetAttributeName, source: { type: 'Attribute', name }, matchingPriority };
}

export const USER_ATTRIBUTES = [
  direct('externalId', 'objectId', 1),
  direct('userName', 'userPrincipalName', 2),
  { targetAttributeName: 'active', source: { type: 'Function', expression: 'Not([IsSoftDeleted])' } },
  direct('displayName', 'displayName'),
  direct('emails[type eq "work"].value', 'mail'),
  direct(DEPARTMENT, 'department'),
  direct(MANAGER, 'manager'),
];

export const GROUP_ATTRIBUTES = [
  direct('externalId', 'objectId', 1),
  direct('displayName', 'displayName', 2),
  direct('members', 'members'),
];

/** What a test may vary. */
export interface JobVariation {
  readonly user?: Record<string, unknown>;
  readonly group?: Record<string, unknown> | null;
  readonly source?: Record<string, unknown>;
  readonly target?: Record<string, unknown>;
  readonly profile?: Record<string, unknown>;
  readonly lifecycle?: Record<string, unknown>;
  readonly guards?: Record<string, unknown>;
  readonly retention?: Record<string, unknown>;
  readonly adoption?: Record<string, unknown>;
  readonly protect?: readonly string[];
  readonly escrowThresholds?: Record<string, unknown>;
  readonly mode?: 'observe' | 'enforce';
  readonly schedule?: Record<string, unknown>;
}

/** Guards that never trip, for tests about something else. */
const NO_GUARDS = {
  leavers: { count: 100_000, percent: 100 },
  scopeLosses: { count: 100_000, percent: 100 },
  groupDeletes: { count: 100_000, percent: 100 },
  memberships: { count: 100_000, percent: 100 },
  creates: { count: 100_000, percent: 100 },
  identity: { count: 100_000, percent: 100 },
  updates: { percent: 100 },
};

/** A validated job. */
export function buildJob(variation: JobVariation = {}): Job {
  const user = {
    sourceObjectName: 'user',
    targetObjectName: 'User',
    attributeMappings: USER_ATTRIBUTES,
    ...variation.user,
  };
  const group = {
    sourceObjectName: 'group',
    targetObjectName: 'Group',
    attributeMappings: GROUP_ATTRIBUTES,
    ...variation.group,
  };
  return jobSchema.parse({
    id: 'job',
    tenant: 'tenant',
    source: { use: 'entra', servicePrincipalId: SERVICE_PRINCIPAL, ...variation.source },
    target: {
      baseUrl: 'https://scim.example',
      auth: { type: 'bearer', token: { fromEnv: 'TOKEN' } },
      ...variation.target,
    },
    mode: variation.mode ?? 'enforce',
    schedule: variation.schedule ?? {},
    profile: variation.profile ?? {},
    lifecycle: variation.lifecycle ?? {},
    guards: variation.guards ?? NO_GUARDS,
    ...(variation.retention === undefined ? {} : { retention: variation.retention }),
    adoption: variation.adoption ?? {},
    protect: variation.protect ?? [],
    escrowThresholds: variation.escrowThresholds ?? {},
    objectMappings: variation.group === null ? [user] : [user, group],
  });
}
