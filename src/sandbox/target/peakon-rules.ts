// Peakon's rules about employees: userName is the work e-mail, who is a duplicate, references between employees. An
// employee attribute is written and shown as e-mail and kept as id, so that a renamed manager shows the new address.
// *Assumed*, as undocumented: a changed userName takes the e-mail along when only one of the two changes (and the other
// way round); the enterprise manager is a SCIM id; e-mails are compared without case; "" is no employee.
import { PEAKON_URN, type PeakonAttribute } from './peakon-attributes.ts';
import type { PeakonSwitches } from './peakon-switches.ts';
import type { ResourceStore } from './resource-store.ts';
import { ENTERPRISE_URN } from './schema-data.ts';
import { scimRefusal } from './scim-error.ts';
import { isScimJson, type JsonValue, readText, type ScimJson } from './scim-json.ts';

/** What the rules look at. */
export interface PeakonWorld {
  readonly store: ResourceStore;
  readonly table: readonly PeakonAttribute[];
  readonly switches: PeakonSwitches;
}

function extensionOf(attributes: ScimJson, urn: string): ScimJson {
  const extension = attributes[urn];
  return isScimJson(extension) ? extension : {};
}

function isWork(email: JsonValue): email is ScimJson {
  return isScimJson(email) && readText(email['type']).toLowerCase() === 'work';
}

/** The e-mail of type work; undefined if there is none. */
function workEmail(attributes: ScimJson): string | undefined {
  const emails = attributes['emails'];
  const value = Array.isArray(emails) ? emails.find(isWork)?.['value'] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** All e-mail values, for the index. */
export function emailValues(attributes: ScimJson): JsonValue[] {
  const emails = attributes['emails'];
  return Array.isArray(emails) ? emails.flatMap((email) => (isScimJson(email) ? [email['value'] ?? null] : [])) : [];
}

/** The enterprise employeeNumber; undefined if there is none. */
export function employeeNumber(attributes: ScimJson): JsonValue | undefined {
  return extensionOf(attributes, ENTERPRISE_URN)['employeeNumber'];
}

/** Ids of the employees that stored attributes refer to. */
export function referencesOf(table: readonly PeakonAttribute[], attributes: ScimJson): string[] {
  const peakon = extensionOf(attributes, PEAKON_URN);
  const manager = extensionOf(attributes, ENTERPRISE_URN)['manager'];
  const values = [
    ...table.filter(({ type }) => type === 'employee').map(({ name }) => peakon[name]),
    isScimJson(manager) ? manager['value'] : undefined,
  ];
  return values.filter((value): value is string => typeof value === 'string');
}

function same(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  return readText(left).toLowerCase() === readText(right).toLowerCase();
}

function mustBeEqual(): Error {
  return scimRefusal(400, 'invalidValue', '"userName" must be the same as the e-mail of type work.');
}

/** Checks a POST or PUT; throws 400 invalidValue. */
export function checkEmail(attributes: ScimJson): ScimJson {
  const email = workEmail(attributes);
  if (email === undefined) throw scimRefusal(400, 'invalidValue', 'An e-mail of type work is required.');
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw scimRefusal(400, 'invalidValue', 'The work e-mail is no e-mail address.');
  if (!same(email, attributes['userName'])) throw mustBeEqual();
  return attributes;
}

/** Keeps userName and work e-mail equal after a PATCH that changed one of them; throws if both changed and differ. */
export function alignEmail(attributes: ScimJson, before: ScimJson): ScimJson {
  const email = workEmail(attributes);
  const userName = attributes['userName'] ?? null;
  if (email === undefined || same(email, userName)) return checkEmail(attributes);
  if (same(email, workEmail(before))) {
    const emails = attributes['emails'];
    const moved = Array.isArray(emails)
      ? emails.map((item) => (isWork(item) ? { ...item, value: userName } : item))
      : [];
    return checkEmail({ ...attributes, emails: moved });
  }
  if (same(userName, before['userName'])) return checkEmail({ ...attributes, userName: email });
  throw mustBeEqual();
}

/** Ids of other employees with this userName, work e-mail, externalId or employeeNumber. */
export function duplicatesOf(store: ResourceStore, attributes: ScimJson, ownId: string | undefined): string[] {
  const keys: [string, JsonValue | undefined][] = [
    ['username', attributes['userName']],
    ['emails.value', workEmail(attributes)],
    ['externalid', attributes['externalId']],
    [`${ENTERPRISE_URN.toLowerCase()}:employeenumber`, employeeNumber(attributes)],
  ];
  const found = keys.flatMap(([key, value]) => (typeof value === 'string' ? (store.lookUp(key, value) ?? []) : []));
  return [...new Set(found)].filter((id) => id !== ownId);
}

function emailOf(store: ResourceStore, id: JsonValue | undefined): JsonValue | undefined {
  return typeof id === 'string' ? store.get(id)?.attributes['userName'] : undefined;
}

function mapEmployees(
  world: PeakonWorld,
  attributes: ScimJson,
  change: (value: JsonValue, name: string) => JsonValue | undefined,
): ScimJson {
  const names = world.table.filter(({ type }) => type === 'employee').map(({ name }) => name);
  const extension = extensionOf(attributes, PEAKON_URN);
  if (!names.some((name) => extension[name] !== undefined)) return attributes;
  const mapped: ScimJson = {};
  for (const [name, value] of Object.entries(extension)) {
    const next = names.includes(name) ? change(value, name) : value;
    if (next !== undefined) mapped[name] = next;
  }
  const { [PEAKON_URN]: _extension, ...rest } = attributes;
  return Object.keys(mapped).length === 0 ? rest : { ...rest, [PEAKON_URN]: mapped };
}

/** Stored attributes as they are shown: employee attributes as e-mail. */
export function toWire(world: PeakonWorld, attributes: ScimJson): ScimJson {
  return mapEmployees(world, attributes, (id) => emailOf(world.store, id));
}

function missingEmployee(world: PeakonWorld, name: string, value: JsonValue): undefined {
  if (world.switches.missingManager === 'drop') return undefined;
  throw scimRefusal(400, 'invalidValue', `"${name}" refers to "${readText(value)}", who is not an employee here.`);
}

/** Attributes from a client as they are stored: employee attributes as id. Throws 400 for a missing employee. */
export function toStored(world: PeakonWorld, attributes: ScimJson, before: ScimJson): ScimJson {
  const previous = extensionOf(before, PEAKON_URN);
  const resolved = mapEmployees(world, attributes, (value, name) => {
    const held = previous[name];
    if (held !== undefined && same(emailOf(world.store, held), value)) return held;
    const [byEmail] = world.store.lookUp('username', readText(value)) ?? [];
    if (byEmail) return byEmail;
    const byId = world.switches.managerReference === 'emailOrId' ? world.store.get(readText(value)) : undefined;
    return byId ? byId.id : missingEmployee(world, name, value);
  });
  return checkEnterpriseManager(world, resolved);
}

function checkEnterpriseManager(world: PeakonWorld, attributes: ScimJson): ScimJson {
  const enterprise = extensionOf(attributes, ENTERPRISE_URN);
  const manager = enterprise['manager'];
  if (!isScimJson(manager)) return attributes;
  const id = manager['value'] ?? null;
  if (typeof id === 'string' && world.store.get(id)) return attributes;
  missingEmployee(world, 'manager', id);
  return clearManager(attributes, enterprise);
}

function clearManager(attributes: ScimJson, enterprise: ScimJson): ScimJson {
  const { manager: _manager, ...rest } = enterprise;
  const { [ENTERPRISE_URN]: _enterprise, ...others } = attributes;
  return Object.keys(rest).length === 0 ? others : { ...others, [ENTERPRISE_URN]: rest };
}

/** Stored attributes without references to a deleted employee. */
export function withoutReferencesTo(world: PeakonWorld, attributes: ScimJson, id: string): ScimJson {
  const cleared = mapEmployees(world, attributes, (value) => (value === id ? undefined : value));
  const enterprise = extensionOf(cleared, ENTERPRISE_URN);
  const manager = enterprise['manager'];
  return isScimJson(manager) && manager['value'] === id ? clearManager(cleared, enterprise) : cleared;
}
