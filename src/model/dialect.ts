// How this client behaves on the wire, as data. `rfc7644` follows the standard and adapts to targets; `entra` and
// `entra-legacy` do what Microsoft Entra ID's provisioning service does, with and without its flag ?aadOptscim062020, so that
// whoever builds a SCIM endpoint meets its habits on their own machine. They are strategies: not only the form of a request,
// but which requests there are, and in which order. docs/dialects.md says where each line comes from.
import type { ErrorCode, ObjectFault } from './errors.ts';
import type { TargetProfile } from './profile.ts';

/** The dialects, the default first. */
export const DIALECTS = ['rfc7644', 'entra', 'entra-legacy'] as const;
export type Dialect = (typeof DIALECTS)[number];

/** The form of the operations of a PATCH. */
export interface PatchForm {
  readonly op: 'lower' | 'capitalised';
  /** `text`: booleans and numbers are sent as text, True and False with a capital. */
  readonly values: 'typed' | 'text';
  /** What is sent for an element that the account does not have: the element, or its path, which is to make it. */
  readonly missingElement: 'element' | 'path';
  /** `merged`: several replacements of plain attributes are one without path, whose value has dotted names. */
  readonly replacements: 'each' | 'merged';
  /** `{ value: id }`; a list of one such object at the path `manager`; or the id as text. */
  readonly manager: 'object' | 'list' | 'text';
  /** Whether members and managers carry a `$ref`: null for a member. */
  readonly refs: boolean;
}

/** What a dialect does. */
export interface DialectStrategy {
  /** Where accounts are looked for: with as few requests as possible, or by one filter a matching attribute and object. */
  readonly matching: 'fewest' | 'query';
  /** Whether an account or group is read before each PATCH, also where nothing new can be learned. */
  readonly readsBeforePatch: boolean;
  /** Managers and members are sent with the object where they are known, or in requests of their own after all objects. */
  readonly references: 'withObject' | 'afterwards';
  /** What is known of a reference before it is written: the account, or the answer to a filter on id and reference. */
  readonly referenceCheck: 'read' | 'query';
  /** Whether the groups of somebody who is active again are looked at: some targets drop the members they disable. */
  readonly restoresMemberships: boolean;
  /** Membership changes per request; null leaves that to the profile. */
  readonly membersPerRequest: number | null;
  /** Null leaves it to the profile. */
  readonly memberRemoval: TargetProfile['memberRemoval'] | null;
  /** Whether groups are asked for without their members. */
  readonly excludesMembers: boolean;
  /** Whether writes may share a request, where the target is trusted with that. */
  readonly bulk: boolean;
  /** Whether the target is asked what it supports. */
  readonly discovery: boolean;
  /** Whether another form, another method or another conclusion is tried where the target refuses the usual one. */
  readonly adapts: boolean;
  /** Whether somebody in the recycle bin is sent with the name that Entra gives them there. */
  readonly renamesSoftDeleted: boolean;
  readonly patch: PatchForm;
  /** `entra`: `meta.resourceType`, an empty `roles`, and a fixed list of schemas. */
  readonly create: 'used' | 'entra';
  readonly headers: {
    readonly accept: string;
    /** Null leaves it to the profile. */
    readonly contentType: string | null;
    /** Whether the program names itself and takes compressed answers. */
    readonly introduces: boolean;
  };
  /** The name of a fault where Entra's documents have another one. */
  readonly codes: Readonly<Partial<Record<ErrorCode, ErrorCode>>>;
}

const RFC7644: DialectStrategy = {
  matching: 'fewest',
  readsBeforePatch: false,
  references: 'withObject',
  referenceCheck: 'read',
  restoresMemberships: true,
  membersPerRequest: null,
  memberRemoval: null,
  excludesMembers: false,
  bulk: true,
  discovery: true,
  adapts: true,
  renamesSoftDeleted: false,
  patch: {
    op: 'lower',
    values: 'typed',
    missingElement: 'element',
    replacements: 'each',
    manager: 'object',
    refs: false,
  },
  create: 'used',
  headers: { accept: 'application/scim+json, application/json', contentType: null, introduces: true },
  codes: {},
};

const ENTRA: DialectStrategy = {
  matching: 'query',
  readsBeforePatch: true,
  references: 'afterwards',
  referenceCheck: 'query',
  restoresMemberships: false,
  membersPerRequest: 1,
  memberRemoval: 'path',
  excludesMembers: true,
  bulk: false,
  discovery: false,
  adapts: false,
  renamesSoftDeleted: true,
  patch: {
    op: 'lower',
    values: 'typed',
    missingElement: 'path',
    replacements: 'merged',
    manager: 'text',
    refs: true,
  },
  create: 'entra',
  headers: {
    accept: 'application/scim+json',
    contentType: 'application/scim+json; charset=utf-8',
    introduces: false,
  },
  codes: {
    InvalidValue: 'UnprocessableEntity',
    IncompatibleAnswer: 'SystemForCrossDomainIdentityManagementServiceIncompatible',
  },
};

/** The one table of what each dialect does. */
export const STRATEGIES: Readonly<Record<Dialect, DialectStrategy>> = {
  rfc7644: RFC7644,
  entra: ENTRA,
  'entra-legacy': {
    ...ENTRA,
    memberRemoval: 'list',
    patch: {
      op: 'capitalised',
      values: 'text',
      missingElement: 'path',
      replacements: 'each',
      manager: 'list',
      refs: true,
    },
  },
};

/** The profile of a target as a dialect uses it: what the dialect fixes is no matter of the target. */
export function profileUnder(dialect: Dialect, profile: TargetProfile): TargetProfile {
  const { membersPerRequest, memberRemoval, discovery, excludesMembers, matching } = STRATEGIES[dialect];
  if (dialect === 'rfc7644') return profile;
  return {
    ...profile,
    membersPerRequest: membersPerRequest ?? profile.membersPerRequest,
    memberRemoval: memberRemoval ?? profile.memberRemoval,
    patch: 'path',
    patchable: {},
    membersReadable: profile.membersReadable && !excludesMembers,
    combinedFilter: profile.combinedFilter && matching === 'fewest',
    discovery: profile.discovery && discovery,
    attributesFromSchemas: profile.attributesFromSchemas && discovery,
  };
}

/** The fault by the name that the dialect has for it. */
export function faultUnder(dialect: Dialect, fault: ObjectFault): ObjectFault {
  const code = STRATEGIES[dialect].codes[fault.code];
  return code === undefined ? fault : { ...fault, code };
}

const FLAGS: ReadonlyMap<string, Dialect> = new Map([
  ['aadoptscim062020', 'entra'],
  ['azureadscimpatch062020', 'entra'],
  ['azureadscimpatch2017', 'entra-legacy'],
]);

/** The dialect that a flag in the query of an address stands for in Entra; undefined without one. */
export function dialectOfFlag(query: string): Dialect | undefined {
  const names = [...new URLSearchParams(query).keys()].map((name) => name.trim().toLowerCase());
  return names.map((name) => FLAGS.get(name)).find((dialect) => dialect !== undefined);
}
