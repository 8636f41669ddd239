/**
 * People of a generated tenant: a tree of managers with the chief executive at the top, some guests, some disabled accounts
 * and some records with holes. Everything follows from the random source.
 */
import type { Directory } from './directory.ts';
import type { PropertyBag, UserRecord } from './objects.ts';
import { asciiName, DEPARTMENTS, LOCALES, type Locale, nativeName } from './people.ts';
import type { Random } from './random.ts';

/** Domain of every member's address in the generated tenant. */
export const TENANT_DOMAIN = 'contoso.example';
/** The one directory extension of the generated tenant that is filled in. */
export const EXTENSION_NAME = 'extension_4f1c2d7a90b84e2f8a6b1c3d5e7f9a01_shirtSize';

const PARTNER_DOMAINS = ['fabrikam.example', 'tailspin.example', 'adatum.example'];
const FIRST_DAY = Date.UTC(2016, 0, 4);
const DAYS = 3400;

interface Position {
  readonly level: number;
  readonly department: number;
  readonly hasReports: boolean;
}

/** The number of direct reports of each manager that gives `count` people a tree of four to six levels. */
function spanOfControl(count: number): number {
  return Math.max(2, Math.ceil(count ** (1 / 4.5)));
}

/** Where person `index` stands when every manager has `span` reports: department heads are on the second level. */
function positionOf(index: number, count: number, span: number, departments: number): Position {
  let level = 0;
  let head = index;
  for (let at = index; at > 0; at = Math.floor((at - 1) / span)) {
    level += 1;
    if (at > span || at <= 0) continue;
    head = at;
  }
  let second = index;
  while (Math.floor((second - 1) / span) > span) second = Math.floor((second - 1) / span);
  const department = (level >= 2 && departments > span ? second : head) % departments;
  return { level, department, hasReports: index * span + 1 < count };
}

function jobTitleOf(position: Position, department: string, job: string, random: Random): string {
  if (position.level === 0) return 'Chief Executive Officer';
  if (position.level === 1) return `Vice President, ${department}`;
  if (position.level === 2 && position.hasReports) return `Director of ${department}`;
  if (position.hasReports) return `${department} Manager`;
  return random.pick([job, job, `Senior ${job}`, `Junior ${job}`]);
}

/** Makes addresses unique by numbering repeated names. */
function makeLocalParts(): (base: string) => string {
  const used = new Map<string, number>();
  return (base) => {
    const times = (used.get(base) ?? 0) + 1;
    used.set(base, times);
    return times === 1 ? base : `${base}${times}`;
  };
}

function accountOf(guest: boolean, local: string, random: Random): PropertyBag {
  if (!guest) {
    const address = `${local}@${TENANT_DOMAIN}`;
    return { userPrincipalName: address, mail: address, mailNickname: local, userType: 'Member' };
  }
  const partner = random.pick(PARTNER_DOMAINS);
  const userPrincipalName = `${local}_${partner}#EXT#@${TENANT_DOMAIN}`;
  return {
    userPrincipalName,
    mail: `${local}@${partner}`,
    mailNickname: `${local}_${partner}#EXT#`,
    userType: 'Guest',
    creationType: 'Invitation',
    externalUserState: random.pick(['Accepted', 'PendingAcceptance']),
    identities: [{ signInType: 'userPrincipalName', issuer: TENANT_DOMAIN, issuerAssignedId: userPrincipalName }],
  };
}

function contactOf(locale: Locale, index: number): PropertyBag {
  const tail = String(1000 + (index % 9000));
  return {
    businessPhones: [`${locale.phone} ${tail}`],
    mobilePhone: index % 3 === 0 ? `${locale.phone} ${String(1000 + ((index * 7) % 9000))}` : undefined,
    officeLocation: `${1 + (index % 20)}/${2000 + (index % 200)}`,
    streetAddress: `${locale.street} ${1 + (index % 120)}`,
    postalCode: locale.postalCode,
    city: locale.city,
    country: locale.country,
    usageLocation: locale.country,
    preferredLanguage: locale.language,
  };
}

/** Leaves out what real directories leave out: a few people have no department, no mail, no surname or no office. */
function withHoles(properties: PropertyBag, position: Position, random: Random): PropertyBag {
  const missing: string[] = [];
  if (position.level > 1 && !position.hasReports) {
    if (random.chance(0.02)) missing.push('department');
    if (random.chance(0.01)) missing.push('mail', 'proxyAddresses');
    if (random.chance(0.02)) missing.push('businessPhones', 'officeLocation');
    if (random.chance(0.005)) missing.push('givenName', 'surname');
    if (random.chance(0.02)) missing.push('employeeId');
  }
  const kept = Object.entries(properties).filter(([name, value]) => value !== undefined && !missing.includes(name));
  return Object.fromEntries(kept);
}

/** Adds `count` people to an empty directory and links their managers; returned in the order of the tree. */
export function generatePeople(directory: Directory, count: number, random: Random): UserRecord[] {
  const span = spanOfControl(count);
  const departments = Math.max(1, Math.min(DEPARTMENTS.length, Math.floor(count / 8)));
  const localPart = makeLocalParts();
  const people: UserRecord[] = [];
  for (let index = 0; index < count; index += 1) {
    const position = positionOf(index, count, span, departments);
    const leaf = position.level > 1 && !position.hasReports;
    const guest = leaf && random.chance(0.03);
    const user = directory.createUser(random.guid(), personProperties(index, position, guest, localPart, random));
    people.push(user);
    const manager = people[Math.floor((index - 1) / span)];
    const orphan = guest || (leaf && random.chance(0.015));
    if (index > 0 && manager !== undefined && !orphan) directory.setManager(user, manager.id);
  }
  return people;
}

function personProperties(
  index: number,
  position: Position,
  guest: boolean,
  localPart: (base: string) => string,
  random: Random,
): PropertyBag {
  const locale = random.pick(LOCALES);
  const [given, family] = [random.pick(locale.given), random.pick(locale.family)];
  const account = accountOf(guest, localPart(`${asciiName(given)}.${asciiName(family)}`), random);
  const department = DEPARTMENTS[position.department] ?? { name: 'General', division: 'Corporate', job: 'Associate' };
  const leaf = position.level > 1 && !position.hasReports;
  const hired = FIRST_DAY + random.below(DAYS) * 86_400_000;
  const [givenName, surname] = [nativeName(given), nativeName(family)];
  const spaced = locale.language === 'ja-JP' ? `${surname} ${givenName}` : `${givenName} ${surname}`;
  const properties: PropertyBag = {
    accountEnabled: !(leaf && random.chance(0.03)),
    displayName: guest ? `${spaced} (Guest)` : spaced,
    givenName,
    surname,
    ...account,
    proxyAddresses: [`SMTP:${String(account['mail'])}`],
    jobTitle: guest ? undefined : jobTitleOf(position, department.name, department.job, random),
    department: guest ? undefined : department.name,
    companyName: guest ? undefined : 'Contoso',
    employeeId: guest ? undefined : `E${String(100_000 + index)}`,
    employeeType: guest ? 'Contractor' : random.pick(['Employee', 'Employee', 'Employee', 'Intern']),
    employeeHireDate: new Date(hired).toISOString().slice(0, 10).concat('T00:00:00Z'),
    employeeOrgData: guest
      ? undefined
      : { costCenter: `CC${4000 + position.department}`, division: department.division },
    ...contactOf(locale, index),
    createdDateTime: new Date(hired + 32_400_000 + index * 1000).toISOString().slice(0, 19).concat('Z'),
  };
  if (index % 4 === 0) properties['onPremisesExtensionAttributes'] = extensionAttributes(index);
  if (index % 5 === 0) properties[EXTENSION_NAME] = random.pick(['S', 'M', 'L', 'XL']);
  return withHoles(properties, position, random);
}

function extensionAttributes(index: number): Record<string, string | null> {
  const keys = Array.from({ length: 15 }, (_, at) => `extensionAttribute${at + 1}`);
  const values: Record<string, string | null> = Object.fromEntries(keys.map((key) => [key, null]));
  return {
    ...values,
    extensionAttribute1: index % 8 === 0 ? 'Contractor' : 'Staff',
    extensionAttribute2: String(index),
  };
}
