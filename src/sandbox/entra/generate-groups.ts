/**
 * Groups of a generated tenant: one per department and per city, teams across them, a nested group, a Microsoft 365 group
 * and an empty one. Everything follows from the random source.
 */
import type { Directory } from './directory.ts';
import { TENANT_DOMAIN } from './generate-people.ts';
import { type GroupRecord, type PropertyBag, textOf, type UserRecord } from './objects.ts';
import { asciiName } from './people.ts';
import type { Random } from './random.ts';

/** The groups by what they are for; `departments` partitions everybody who has a department with a group of its own. */
export interface GeneratedGroups {
  readonly departments: readonly GroupRecord[];
  readonly cities: readonly GroupRecord[];
  readonly teams: readonly GroupRecord[];
  readonly empty: GroupRecord | undefined;
  readonly nested: GroupRecord | undefined;
  readonly unified: GroupRecord | undefined;
}

const SPECIAL = 3;
const TEAM_WORDS = [
  'Falcon',
  'Aurora',
  'Granite',
  'Harbour',
  'Juniper',
  'Lantern',
  'Meridian',
  'Nimbus',
  'Orchid',
  'Tundra',
];

function newGroup(directory: Directory, random: Random, displayName: string, description: string | null): GroupRecord {
  const nickname = asciiName(displayName.replace(/[0-9]+/g, (digits) => 'n'.repeat(Math.min(3, digits.length))));
  const properties: PropertyBag = {
    displayName,
    mailEnabled: false,
    mailNickname: `${nickname === '' ? 'group' : nickname}-${random.guid().slice(0, 4)}`,
    securityEnabled: true,
    groupTypes: [],
    createdDateTime: '2019-03-11T08:30:00Z',
  };
  if (description !== null) properties['description'] = description;
  return directory.createGroup(random.guid(), properties);
}

/** Distinct values of a property, the most frequent first. */
function ranked(people: readonly UserRecord[], property: string): string[] {
  const counts = new Map<string, number>();
  for (const person of people) {
    const value = textOf(person, property);
    if (value !== '') counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1)).map(([value]) => value);
}

/** Adds `count` groups holding about `memberships` rows (as many as the groups can take) to the directory. */
export function generateGroups(
  directory: Directory,
  people: readonly UserRecord[],
  count: number,
  memberships: number,
  random: Random,
): GeneratedGroups {
  const specials = count >= 6 ? SPECIAL : 0;
  const room = count - specials;
  const departmentNames = ranked(people, 'department').slice(0, Math.ceil(room / 2));
  const cityNames = ranked(people, 'city').slice(0, Math.min(Math.ceil(room / 4), room - departmentNames.length));
  const departments = departmentNames.map((name) => newGroup(directory, random, `sg-${name}`, `Everybody in ${name}`));
  const cities = cityNames.map((name) => newGroup(directory, random, `Office ${name}`, null));
  const teams = Array.from({ length: room - departments.length - cities.length }, (_, index) =>
    newGroup(
      directory,
      random,
      `Team ${random.pick(TEAM_WORDS)} ${index + 1}`,
      index % 3 === 0 ? 'A team across departments' : null,
    ),
  );
  const nested =
    specials > 0 ? newGroup(directory, random, 'All departments (nested)', 'Holds the department groups') : undefined;
  const empty = specials > 0 ? newGroup(directory, random, 'sg-Future hires', null) : undefined;
  const unified = specials > 0 ? newGroup(directory, random, 'Company news', 'News for everybody') : undefined;
  if (unified !== undefined) makeUnified(unified);

  let left = memberships;
  const add = (group: GroupRecord, member: UserRecord | GroupRecord): void => {
    if (left <= 0 || group.members.has(member.id)) return;
    directory.addMember(group, member);
    left -= 1;
  };
  if (nested !== undefined) for (const group of departments) add(nested, group);
  fillByProperty(people, 'department', departmentNames, departments, add);
  fillByProperty(people, 'city', cityNames, cities, add);
  if (unified !== undefined) for (const person of people.slice(0, 20)) add(unified, person);
  if (teams.length > 0 && people.length > 0) {
    for (let tries = left * 3; left > 0 && tries > 0; tries -= 1) add(random.pick(teams), random.pick(people));
  }
  return { departments, cities, teams, empty, nested, unified };
}

function fillByProperty(
  people: readonly UserRecord[],
  property: string,
  names: readonly string[],
  groups: readonly GroupRecord[],
  add: (group: GroupRecord, member: UserRecord) => void,
): void {
  const byName = new Map(names.map((name, index) => [name, groups[index]]));
  for (const person of people) {
    const group = byName.get(textOf(person, property));
    if (group !== undefined) add(group, person);
  }
}

function makeUnified(group: GroupRecord): void {
  const address = `companynews@${TENANT_DOMAIN}`;
  Object.assign(group.properties, {
    groupTypes: ['Unified'],
    mailEnabled: true,
    securityEnabled: false,
    mail: address,
    mailNickname: 'companynews',
    proxyAddresses: [`SMTP:${address}`],
    visibility: 'Public',
  });
}
