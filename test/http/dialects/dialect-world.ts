// A job with Entra's default mappings in one dialect: the real engine and the real client against an endpoint on this machine.
import { compileJob } from '../../../src/engine/compiled-job.ts';
import type { EngineIo } from '../../../src/engine/context.ts';
import type { Dialect } from '../../../src/model/dialect.ts';
import { bearerAuthorizer } from '../../../src/target/authorizer.ts';
import { createScimTarget, type ScimTargetOptions } from '../../../src/target/scim-target.ts';
import { aSecret } from '../../support/a-secret.ts';
import { buildJob, DEPARTMENT, direct, type JobVariation, MANAGER } from '../../support/build-job.ts';
import { buildWorld, TENANT, type World } from '../../support/world.ts';
import { type EntraEndpoint, startEntraEndpoint } from './entra-endpoint.ts';

const EMPLOYEE_NUMBER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber';

/** What Entra maps unless somebody changes it, with three attributes that match. */
const USER_MAPPINGS = [
  direct('userName', 'userPrincipalName', 1),
  {
    targetAttributeName: 'active',
    source: { type: 'Function', expression: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")' },
  },
  direct('displayName', 'displayName'),
  direct('title', 'jobTitle'),
  direct('emails[type eq "work"].value', 'mail', 3),
  direct('preferredLanguage', 'preferredLanguage'),
  direct('name.givenName', 'givenName'),
  direct('name.familyName', 'surname'),
  direct('phoneNumbers[type eq "mobile"].value', 'mobile'),
  direct('externalId', 'mailNickname', 2),
  direct(EMPLOYEE_NUMBER, 'employeeId'),
  direct(DEPARTMENT, 'department'),
  direct(MANAGER, 'manager'),
];

const GROUP_MAPPINGS = [
  direct('displayName', 'displayName', 1),
  direct('externalId', 'objectId'),
  direct('members', 'members'),
];

export interface DialectWorld {
  readonly world: World;
  readonly endpoint: EntraEndpoint;
  readonly io: Partial<EngineIo> & Pick<EngineIo, 'target'>;
  readonly run: () => ReturnType<World['run']>;
}

/** Where another endpoint listens that is to be used instead. */
export interface OtherEndpoint {
  readonly baseUrl: string;
  readonly token: string;
}

/** The world; nobody is in it. */
export async function dialectWorld(
  dialect: Dialect,
  more: Partial<Pick<ScimTargetOptions, 'ladders' | 'adapted' | 'rehearsed' | 'exchanged'>> & {
    readonly tolerant?: boolean;
    readonly other?: OtherEndpoint;
  } = {},
  variation: JobVariation = {},
): Promise<DialectWorld> {
  const { tolerant, other, ...options } = more;
  const endpoint = await startEntraEndpoint();
  const { baseUrl, token } = other ?? { baseUrl: endpoint.url, token: 'the-token' };
  const world = await buildWorld();
  const job = buildJob({
    user: { attributeMappings: USER_MAPPINGS },
    group: { attributeMappings: GROUP_MAPPINGS },
    lifecycle: { hardDeleted: 'delete' },
    ...variation,
    target: { dialect, baseUrl, concurrency: 1 },
  });
  world.job = compileJob(job, TENANT);
  const target = createScimTarget({
    baseUrl,
    dialect,
    authorizer: bearerAuthorizer(aSecret(token)),
    connection: { privateAddresses: 'allow', environment: {} },
    redact: (text) => text,
    profile: job.profile,
    timeoutSeconds: 30,
    clock: world.clock,
    random: () => 0,
    ...options,
  });
  const io = { target, ...(tolerant === undefined ? {} : { tolerant }) };
  return { world, endpoint, io, run: () => world.run({}, io) };
}
