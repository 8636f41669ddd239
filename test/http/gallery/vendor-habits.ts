// What vendors document beyond the RFC, as data, and the judgement of a request by it. A request that the vendor would refuse is
// refused. How a vendor answers is vendor-answers.ts, and how often it may be asked request-counter.ts.
import { scimRefusal } from '../../../src/sandbox/target/scim-error.ts';
import { isScimJson, readText, type ScimJson } from '../../../src/sandbox/target/scim-json.ts';
import type { ScimRequest } from '../../../src/sandbox/target/scim-message.ts';
import type { DocumentedLimit } from './request-counter.ts';

export type Endpoint = 'Users' | 'Groups';

/** What is documented of a vendor; a service without any is RFC 7644 taken at its word. */
export interface VendorHabits {
  /** Top-level attributes that are taken, with their exact names. */
  readonly attributes?: Readonly<Partial<Record<Endpoint, readonly string[]>>>;
  /** Attributes of users that a POST must have. */
  readonly required?: readonly string[];
  /** Characters that attributes of users may have. */
  readonly longest?: Readonly<Record<string, number>>;
  /** Multi-valued attributes of users that take one element, after every write. */
  readonly singleValued?: readonly string[];
  /** The only attributes that filters may name; filters of one comparison are all that vendors document. */
  readonly filterable?: Readonly<Partial<Record<Endpoint, readonly string[]>>>;
  /** Query parameters without which a list is refused. */
  readonly requiredInLists?: readonly string[];
  /** Without count a page has nobody. */
  readonly emptyWithoutCount?: boolean;
  /** Every page is the first one. */
  readonly ignoresStartIndex?: boolean;
  /** Pages are ordered anew each time, and say that there is no more. */
  readonly unstableLists?: boolean;
  /** A list without a filter shows one user who does not exist. */
  readonly syntheticUser?: boolean;
  readonly pageCap?: number;
  /** startIndex is refused, pages come by cursor and are short. */
  readonly cursorOnly?: boolean;
  /** Groups are answered with so many members at most. */
  readonly showsMembers?: number;
  /** Membership changes in one request. */
  readonly mostMemberChanges?: number;
  /** Members must not be stated anew, nor removed altogether. */
  readonly keepsMembers?: boolean;
  /** Members of a group; a PATCH of a larger one would lose the others. */
  readonly mostMembers?: number;
  /** Groups of one person. */
  readonly mostGroups?: number;
  /** Every member that a request lists has this type, and members are removed by a list. */
  readonly memberType?: string;
  /** Bytes of a body. */
  readonly mostBytes?: number;
  /** Methods that groups take. */
  readonly groupMethods?: readonly string[];
  /** What a PATCH of a user may change. */
  readonly patchable?: readonly string[];
  /** Paths of a PATCH must not have a filter. */
  readonly plainPaths?: boolean;
  /** An e-mail address as userName becomes a handle. */
  readonly handles?: boolean;
  /** active: false removes the account. */
  readonly disableRemoves?: boolean;
  /** DELETE of a user deactivates; the account then answers 404, or stays. */
  readonly deletes?: 'hides' | 'deactivates';
  /** active is answered as a text. */
  readonly textualActive?: boolean;
  /** E-mail addresses are answered without their type. */
  readonly hidesTypes?: boolean;
  /** Where it describes itself. */
  readonly discoveryAt?: string;
  readonly limits?: readonly DocumentedLimit[];
  /** Requests at once; one more is answered 500 with `says`. */
  readonly atOnce?: { readonly requests: number; readonly says: string; readonly everyWrite: number };
}

interface Operation {
  readonly op: string;
  readonly path?: string;
  readonly value?: unknown;
}

/** The operations of a PATCH; none for everything else. */
export function operationsOf(request: ScimRequest): readonly Operation[] {
  return request.method === 'PATCH' ? (request.readBody() as { Operations: Operation[] }).Operations : [];
}

/** Throws what the vendor would refuse. */
export function judge(habits: VendorHabits, request: ScimRequest, endpoint: Endpoint, bytes: number): void {
  const refuse = (detail: string, status = 400): never => {
    throw scimRefusal(status, status === 400 ? 'invalidValue' : undefined, detail);
  };
  const changes = endpoint === 'Groups' ? memberChanges(request) : 0;
  if (changes > (habits.mostMemberChanges ?? Number.MAX_SAFE_INTEGER)) refuse(`${changes} membership changes`);
  if (bytes > (habits.mostBytes ?? Number.MAX_SAFE_INTEGER)) refuse(`${bytes} bytes`, 413);
  if (endpoint === 'Groups' && habits.groupMethods?.includes(request.method) === false)
    refuse(`${request.method} of groups`, 405);
  if (endpoint === 'Groups' && habits.memberType !== undefined) judgeTypes(habits.memberType, request, refuse);
  if (endpoint === 'Groups' && habits.keepsMembers === true && operationsOf(request).some(statesAll))
    refuse('all members at once');
  judgeQuery(habits, request, endpoint, refuse);
  judgeNames(habits, request, endpoint, refuse);
  if (endpoint === 'Users' && (request.method === 'POST' || request.method === 'PUT')) {
    const body = request.readBody() as ScimJson;
    for (const name of habits.required ?? []) if (readDeep(body, name) === undefined) refuse(`${name} is required`);
    for (const [name, most] of Object.entries(habits.longest ?? {}))
      if (readText(body[name]).length > most) refuse(`${name} is longer than ${most}`);
  }
}

type Refuse = (detail: string, status?: number) => never;

function judgeQuery(
  habits: VendorHabits,
  { query, segments, method }: ScimRequest,
  endpoint: Endpoint,
  refuse: Refuse,
) {
  if (habits.cursorOnly === true && query.has('startIndex')) refuse('startIndex is not supported');
  const filter = query.get('filter');
  const compared = /^(\S+) eq ("(?:[^"\\]|\\.)*"|\S+)$/.exec(filter ?? '')?.[1];
  if (filter !== null && habits.filterable !== undefined && compared === undefined) refuse(`the filter ${filter}`);
  if (compared !== undefined && habits.filterable?.[endpoint]?.includes(compared) === false)
    refuse(`no filter by ${compared}`);
  if (method === 'GET' && segments.length === 1)
    for (const name of habits.requiredInLists ?? []) if (!query.has(name)) refuse(`${name} is required`);
}

function judgeNames(habits: VendorHabits, request: ScimRequest, endpoint: Endpoint, refuse: Refuse): void {
  const body = request.method === 'POST' || request.method === 'PUT' ? (request.readBody() as ScimJson) : {};
  const operations = operationsOf(request);
  const patched = operations.map(({ path }) => /^\w+/.exec(path ?? '')?.[0] ?? '');
  const known = habits.attributes?.[endpoint];
  const sent = request.method === 'PUT' ? ['id', 'meta', 'groups'] : [];
  for (const name of [...Object.keys(body), ...patched])
    if (known?.includes(name) === false && name !== 'schemas' && !sent.includes(name))
      refuse(`${name} is not supported`);
  if (endpoint === 'Users')
    for (const name of patched) if (habits.patchable?.includes(name) === false) refuse(`no PATCH of ${name}`);
  if (habits.plainPaths === true && operations.some(({ path }) => path?.includes('[') === true))
    refuse('paths with filters are not supported');
}

function judgeTypes(type: string, request: ScimRequest, refuse: Refuse): void {
  const body = request.method === 'POST' ? (request.readBody() as { members?: unknown[] }) : {};
  const operations = operationsOf(request).filter(({ path }) => path?.startsWith('members') === true);
  if (operations.some(({ path, value }) => path !== 'members' || !Array.isArray(value))) refuse('members without type');
  const listed = [...(body.members ?? []), ...operations.flatMap(({ value }) => value as unknown[])];
  if (!listed.every((member) => isScimJson(member) && member['type'] === type)) refuse('a member without type');
}

const statesAll = ({ op, path, value }: Operation): boolean =>
  path === 'members' && (op === 'replace' || (op === 'remove' && value === undefined));

const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 1);

/** Membership changes that a request asks for. */
export function memberChanges(request: ScimRequest): number {
  if (request.method === 'POST') return ((request.readBody() as { members?: unknown[] }).members ?? []).length;
  return operationsOf(request)
    .filter(({ path }) => path?.startsWith('members') === true)
    .reduce((sum, { value }) => sum + lengthOf(value), 0);
}

function readDeep(body: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, name) => (isScimJson(at) ? at[name] : undefined), body);
}
