/**
 * Fills a directory for a sandbox tenant: people, groups, the enterprise application with its roles, and who is assigned to
 * it. The same options give the same tenant, ids included.
 */
import { createHash } from 'node:crypto';
import { Directory } from './directory.ts';
import { type GeneratedGroups, generateGroups } from './generate-groups.ts';
import { EXTENSION_NAME, generatePeople } from './generate-people.ts';
import {
  type AppRole,
  DEFAULT_ACCESS,
  type GroupRecord,
  type ServicePrincipalRecord,
  textOf,
  type UserRecord,
} from './objects.ts';
import { makeRandom, type Random } from './random.ts';

/** What a generated tenant holds. */
export interface GenerateOptions {
  readonly users: number;
  readonly groups: number;
  readonly seed: number;
  /** How many people are assigned, directly or by a group; about three quarters when left out. */
  readonly assigned?: 'all' | number;
  /** Membership rows over all groups; three per person when left out. */
  readonly memberships?: number;
}

/** Names and secrets of a generated tenant. */
export interface TenantIdentity {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly appId: string;
  readonly servicePrincipalId: string;
}

/** A filled directory; `random` goes on giving ids to what is created later. */
export interface GeneratedTenant {
  readonly identity: TenantIdentity;
  readonly directory: Directory;
  readonly random: Random;
}

/** Roles of the generated application. */
interface GeneratedRoles {
  readonly user: AppRole;
  readonly admin: AppRole;
  readonly retired: AppRole;
}

/** Generates a tenant; `now` is the clock its directory keeps using. */
export function generateTenant(options: GenerateOptions, now: () => Date): GeneratedTenant {
  const random = makeRandom(options.seed);
  const identity: TenantIdentity = {
    tenantId: random.guid(),
    clientId: random.guid(),
    clientSecret: secretOf(options.seed),
    appId: random.guid(),
    servicePrincipalId: random.guid(),
  };
  const directory = new Directory(now);
  directory.seed(() => {
    directory.extensions.push({
      id: random.guid(),
      name: EXTENSION_NAME,
      appDisplayName: 'HR data',
      dataType: 'String',
    });
    const roles = makeRoles(random);
    const application = addApplications(directory, identity, roles, random);
    const people = generatePeople(directory, options.users, random);
    const groups = generateGroups(directory, people, options.groups, options.memberships ?? options.users * 3, random);
    const target = options.assigned === 'all' ? people.length : (options.assigned ?? Math.round(people.length * 0.75));
    assign(directory, application, roles, people, groups, Math.min(target, people.length));
  });
  return { identity, directory, random };
}

function secretOf(seed: number): string {
  return `sandbox~${createHash('sha256').update(`client secret ${seed}`).digest('base64url').slice(0, 32)}`;
}

function makeRoles(random: Random): GeneratedRoles {
  const role = (value: string, description: string, isEnabled: boolean): AppRole => ({
    allowedMemberTypes: ['User'],
    description,
    displayName: value,
    id: random.guid(),
    isEnabled,
    origin: 'Application',
    value,
  });
  return {
    user: role('User', 'May use the application', true),
    admin: role('Admin', 'May change its settings', true),
    retired: role('Reviewer', 'No longer given out', false),
  };
}

function applicationProperties(
  appId: string,
  name: string,
  appRoles: readonly AppRole[],
  owner: string,
): Record<string, unknown> {
  return {
    displayName: name,
    appDisplayName: name,
    appId,
    appOwnerOrganizationId: owner,
    accountEnabled: true,
    appRoleAssignmentRequired: true,
    appRoles,
    servicePrincipalType: 'Application',
    signInAudience: 'AzureADMyOrg',
    servicePrincipalNames: [appId],
    tags: ['WindowsAzureActiveDirectoryIntegratedApp'],
    info: { termsOfServiceUrl: null, supportUrl: null, privacyStatementUrl: null, marketingUrl: null, logoUrl: null },
    createdDateTime: '2019-02-01T09:00:00Z',
  };
}

function addApplications(
  directory: Directory,
  identity: TenantIdentity,
  roles: GeneratedRoles,
  random: Random,
): ServicePrincipalRecord {
  const owner = identity.tenantId;
  const appRoles = [roles.user, roles.admin, roles.retired];
  const application = directory.createServicePrincipal(
    identity.servicePrincipalId,
    applicationProperties(identity.appId, 'Sandbox app', appRoles, owner),
  );
  const daemon = directory.createServicePrincipal(
    random.guid(),
    applicationProperties(identity.clientId, 'scimsync', [], owner),
  );
  directory.assignments.add(
    {
      appRoleId: DEFAULT_ACCESS,
      principalId: daemon.id,
      principalType: 'ServicePrincipal',
      principalDisplayName: textOf(daemon, 'displayName'),
      resourceId: application.id,
      resourceDisplayName: textOf(application, 'displayName'),
    },
    new Date('2019-03-01T08:00:00.123Z'),
  );
  return application;
}

/**
 * Assigns `target` distinct people: department groups as long as they fit, then single people, then the empty group. Some
 * rows have the default access role; the first single person holds two roles and the second a role that is disabled.
 */
function assign(
  directory: Directory,
  application: ServicePrincipalRecord,
  roles: GeneratedRoles,
  people: readonly UserRecord[],
  groups: GeneratedGroups,
  target: number,
): void {
  let minute = 0;
  const give = (principal: UserRecord | GroupRecord, appRoleId: string): void => {
    minute += 1;
    directory.assignments.add(
      {
        appRoleId,
        principalId: principal.id,
        principalType: principal.kind === 'user' ? 'User' : 'Group',
        principalDisplayName: textOf(principal, 'displayName'),
        resourceId: application.id,
        resourceDisplayName: textOf(application, 'displayName'),
      },
      new Date(Date.UTC(2021, 1, 2, 4, 22) + minute * 61_007),
    );
  };
  const covered = new Set<string>();
  const direct = Math.min(Math.ceil(target / 20), 100);
  const membersOf = (group: GroupRecord): string[] =>
    [...group.members].flatMap(([id, member]) => (member.kind === 'user' ? [id] : []));
  for (const [index, group] of groups.departments.entries()) {
    const members = membersOf(group);
    if (members.length === 0 || covered.size + members.length > target - direct) continue;
    for (const id of members) covered.add(id);
    give(group, index === 1 ? DEFAULT_ACCESS : roles.user.id);
  }
  let single = 0;
  for (const person of people) {
    if (covered.size >= target) break;
    if (covered.has(person.id)) continue;
    covered.add(person.id);
    give(person, single % 10 === 9 ? DEFAULT_ACCESS : roles.user.id);
    if (single === 0) give(person, roles.admin.id);
    if (single === 1) give(person, roles.retired.id);
    single += 1;
  }
  if (groups.empty !== undefined && target > 0) give(groups.empty, roles.user.id);
}
