// A job, compiled once: its mappings ready to evaluate, and the hashes by which a change of configuration is noticed.
import { EXPRESSION_LANGUAGE_VERSION } from '../expressions/language-version.ts';
import { type AcceptedConfiguration, decidingPart, withDecidingPart } from '../model/accepted-configuration.ts';
import { type DialectStrategy, profileUnder, STRATEGIES } from '../model/dialect.ts';
import type { ObjectKind } from '../model/directory.ts';
import { JobFault } from '../model/errors.ts';
import type { Job } from '../model/job.ts';
import { concurrencyBounds } from '../model/profile.ts';
import { type CompiledMapping, compileObjectMapping, sharedLists } from '../rules/mapping.ts';
import { compileProtection, type Protection } from '../rules/protect.ts';
import { stableHash } from '../rules/stable-json.ts';

/** A job with everything derived from its configuration. */
export interface CompiledJob {
  readonly id: string;
  readonly settings: Job;
  /** The directory that the source ids belong to, as the source names it. */
  readonly tenantId: string;
  readonly user: CompiledMapping;
  /** Null when groups are not provisioned as objects. */
  readonly group: CompiledMapping | null;
  /** Changes with mappings, filters, scope, lifecycle and the version of the expression language. */
  readonly configurationHash: string;
  /** The part that decides what becomes of whom, and its hash, which no version of the expression language changes. */
  readonly deciding: AcceptedConfiguration;
  readonly decidingHash: string;
  /** The `decidingHash` of the held configuration in whose place this job works; null when it is what its file says. */
  readonly insteadOf: string | null;
  /** Changes with the Graph properties that must be selected. */
  readonly selectHash: string;
  /** True when a mapping uses app roles, so that a changed role definition concerns the people who hold it. */
  readonly usesAppRoles: boolean;
  /** True when what a mapping gives depends on the day. */
  readonly readsClock: boolean;
  /** The default domain of the directory; null where nobody said it. */
  readonly defaultDomain: string | null;
  /** Where the accounts live: the SCIM root without query and trailing slash. */
  readonly targetRoot: string;
  /** Accounts that are never written to. */
  readonly protection: Protection;
  /** Requests to the target in flight at once, at most. */
  readonly concurrency: number;
  /** Which requests there are, and in which order. */
  readonly strategy: DialectStrategy;
}

/**
 * Compiles a validated job; `tenantId` and `defaultDomain` are those of its source, `languageVersion` that of the expressions.
 */
export function compileJob(
  job: Job,
  tenantId: string,
  defaultDomain?: string,
  languageVersion: string = EXPRESSION_LANGUAGE_VERSION,
): CompiledJob {
  const { dialect } = job.target;
  const profile = profileUnder(dialect, job.profile);
  const enabled = job.objectMappings.filter((mapping) => mapping.enabled);
  const userMapping = enabled.find((mapping) => mapping.sourceObjectName === 'user');
  if (userMapping === undefined) {
    throw new JobFault('ConfigurationInvalid', `The job ${job.id} has no enabled mapping of user, so it cannot run`);
  }
  const groupMapping = enabled.find((mapping) => mapping.sourceObjectName === 'group');
  const user = compileObjectMapping(userMapping, profile);
  const group = groupMapping === undefined ? null : compileObjectMapping(groupMapping, profile);
  const deciding = decidingPart(job, defaultDomain);
  return {
    id: job.id,
    settings: { ...job, profile },
    tenantId,
    user,
    group,
    deciding,
    decidingHash: stableHash(deciding),
    insteadOf: null,
    configurationHash: stableHash([
      enabled,
      job.source,
      job.lifecycle,
      job.profile.references,
      defaultDomain,
      languageVersion,
      // Left out where it is as ever, so that nobody is planned again because of this entry.
      ...(isUsual(job.adoption) ? [] : [job.adoption]),
    ]),
    selectHash: stableHash([
      user.properties,
      user.mapsManager,
      group?.properties ?? [],
      job.source.syncAll,
      job.source.nestedGroups,
      // Left out where it is empty, so that nothing is read again because of this entry.
      ...((user.scope?.groups ?? []).length === 0 ? [] : [user.scope?.groups ?? []]),
    ]),
    usesAppRoles: user.attributes.some((each) => each.expression?.attributes.includes('appRoleAssignments') ?? false),
    readsClock: user.readsClock || group?.readsClock === true,
    defaultDomain: defaultDomain ?? null,
    targetRoot: rootOf(job.target.baseUrl),
    protection: compileProtection(job.protect, sharedLists(user)),
    concurrency: concurrencyBounds(profile, job.target.concurrency).most,
    strategy: STRATEGIES[dialect],
  };
}

/**
 * The job with another deciding part, in the place of the one that its file says.
 * @throws JobFault when that part cannot be compiled.
 */
export function compileInstead(job: CompiledJob, part: AcceptedConfiguration): CompiledJob {
  const settings = withDecidingPart(job.settings, part);
  return {
    ...compileJob(settings, job.tenantId, part.defaultDomain ?? undefined),
    insteadOf: job.decidingHash,
  };
}

function isUsual({ otherOwner, inactive, groupMembers }: Job['adoption']): boolean {
  return otherOwner === 'refuse' && inactive === 'stage' && groupMembers === 'keep';
}

function rootOf(baseUrl: string): string {
  const { origin, pathname } = new URL(baseUrl);
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}

/** The mapping of a kind, or null when objects of that kind are not provisioned. */
export function mappingOf(job: CompiledJob, kind: ObjectKind): CompiledMapping | null {
  return kind === 'user' ? job.user : job.group;
}
