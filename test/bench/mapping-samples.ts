// People for the mapping benchmark, and both of its mappings written by hand, as somebody would who needs no engine. They give
// exactly what the engine gives; the benchmark compares the two before it measures anything.

/** What one mapping gives: an attribute of the target and its value, without what has none. */
export interface Flowed {
  readonly name: string;
  readonly value: unknown;
}

/** Source attributes by Entra's names, as `scimsync eval --attributes` takes them. */
export interface Person {
  readonly [attribute: string]: string | boolean | null;
}

const pick = <T>(values: readonly T[], index: number): T => values[index % values.length] as T;

/** Some of their values are missing. */
export function samplePeople(count: number): readonly Person[] {
  return Array.from({ length: count }, (_, index) => {
    const givenName = pick(['Ana', 'José', 'Łukasz', 'Zoë', 'Mary Jane', 'Björn'], index);
    const surname = pick(["O'Neil", 'Ruiz', 'Müller', 'Smith', 'García'], index) + index;
    return {
      userPrincipalName: `person${index}@contoso.example`,
      IsSoftDeleted: index % 25 === 0,
      displayName: `${givenName} ${surname}`,
      jobTitle: index % 3 === 0 ? null : 'Engineer',
      mail: `person${index}@contoso.example`,
      preferredLanguage: index % 2 === 0 ? 'en-GB' : null,
      givenName,
      surname,
      physicalDeliveryOfficeName: pick(['B1', 'B2', null], index),
      streetAddress: `${index} Main Street`,
      city: pick(['Rome', 'Lyon', 'Oslo'], index),
      state: index % 2 === 0 ? null : 'LZ',
      postalCode: String(10_000 + index),
      country: pick(['IT', 'FR', 'NO', 'DE', 'US'], index),
      telephoneNumber: index % 4 === 0 ? null : `+49 30 ${1_000_000 + index}`,
      mobile: `+44 ${7_000_000_000 + index}`,
      facsimileTelephoneNumber: null,
      mailNickname: `person${index}`,
      employeeId: String(index),
      department: pick(['Sales', 'Finance', 'Research', 'Legal', null], index),
      employeeHireDate: `20${10 + (index % 15)}-0${1 + (index % 9)}-1${index % 10}T00:00:00Z`,
    };
  });
}

const isMissing = (value: unknown) => value === null || value === undefined || value === '';

/** The template scim-entra-default, without the manager. */
export function defaultByHand(person: Person): readonly Flowed[] {
  const flowed: Flowed[] = [];
  const put = (name: string, value: unknown) => {
    if (!isMissing(value)) flowed.push({ name, value });
  };
  put('userName', person['userPrincipalName']);
  put('active', person['IsSoftDeleted'] === true ? 'False' : 'True');
  put('displayName', person['displayName']);
  put('title', person['jobTitle']);
  put('emails[type eq "work"].value', person['mail']);
  put('preferredLanguage', person['preferredLanguage']);
  put('name.givenName', person['givenName']);
  put('name.familyName', person['surname']);
  put('name.formatted', [person['givenName'], person['surname']].filter((part) => !isMissing(part)).join(' '));
  put('addresses[type eq "work"].formatted', person['physicalDeliveryOfficeName']);
  put('addresses[type eq "work"].streetAddress', person['streetAddress']);
  put('addresses[type eq "work"].locality', person['city']);
  put('addresses[type eq "work"].region', person['state']);
  put('addresses[type eq "work"].postalCode', person['postalCode']);
  put('addresses[type eq "work"].country', person['country']);
  put('phoneNumbers[type eq "work"].value', person['telephoneNumber']);
  put('phoneNumbers[type eq "mobile"].value', person['mobile']);
  put('phoneNumbers[type eq "fax"].value', person['facsimileTelephoneNumber']);
  put('externalId', person['mailNickname']);
  put('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber', person['employeeId']);
  put('urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', person['department']);
  return flowed;
}

/** Regular expressions, a chain of choices, dates, and texts built from texts. */
export const HEAVY: readonly (readonly [name: string, expression: string])[] = [
  [
    'userName',
    'Join("@", ToLower(NormalizeDiacritics(StripSpaces(Join(".", [givenName], [surname])))), "contoso.example")',
  ],
  ['nickName', 'Item(Split([mail], "@"), 1)'],
  [
    'phoneNumbers[type eq "mobile"].value',
    'Replace([mobile], , "^\\\\+(?<isd>\\\\d+) (?<rest>\\\\d+)$", , "00\u0024{isd}-\u0024{rest}", , )',
  ],
  ['title', 'Replace([jobTitle], , "[^A-Za-z]+", , "", , )'],
  [
    'timezone',
    'Switch([country], "UTC", "IT", "Europe/Rome", "FR", "Europe/Paris", "NO", "Europe/Oslo", "DE", "Europe/Berlin", "US", "America/New_York")',
  ],
  [
    'userType',
    'Switch(Join("+", [department], [country]), Switch([department], "staff", "Sales", "field", "Finance", "office"), "Sales+IT", "field-it", "Legal+US", "counsel")',
  ],
  ['employmentDate', 'FormatDateTime([employeeHireDate], , "yyyy-MM-ddTHH:mm:ssZ", "dd/MM/yyyy")'],
  ['isNew', 'IIF(DateDiff("d", CDate([employeeHireDate]), Now()) <= 365, "True", "False")'],
]; // prettier-ignore

export const NOW = new Date('2024-06-01T12:00:00Z');

const ZONES: Readonly<Record<string, string>> = {
  IT: 'Europe/Rome',
  FR: 'Europe/Paris',
  NO: 'Europe/Oslo',
  DE: 'Europe/Berlin',
  US: 'America/New_York',
};
const LETTERS: Readonly<Record<string, string>> = { Ł: 'L', ł: 'l', ø: 'oe', Ø: 'OE', æ: 'ae', Æ: 'AE', ß: 'ss' };
const DAY_MS = 86_400_000;

export function heavyByHand(person: Person): readonly Flowed[] {
  const flowed: Flowed[] = [];
  const put = (name: string, value: unknown) => {
    if (!isMissing(value)) flowed.push({ name, value });
  };
  const text = (name: string) => person[name] as string;
  const plain = `${text('givenName')}.${text('surname')}`
    .replaceAll(' ', '')
    .normalize('NFD')
    .replaceAll(/\p{Mn}/gu, '')
    .replaceAll(/[ŁłøØæÆß]/g, (letter) => LETTERS[letter] ?? letter);
  put('userName', `${plain.toLowerCase()}@contoso.example`);
  put('nickName', text('mail').split('@')[0]);
  put('phoneNumbers[type eq "mobile"].value', text('mobile').replace(/^\+(\d+) (\d+)$/, '00$1-$2'));
  put('title', person['jobTitle'] === null ? null : text('jobTitle').replaceAll(/[^A-Za-z]+/g, ''));
  put('timezone', ZONES[text('country')] ?? 'UTC');
  put('userType', typeByHand(person['department'] as string | null, text('country')));
  const [date = ''] = text('employeeHireDate').split('T');
  const [year, month, day] = date.split('-');
  put('employmentDate', `${day}/${month}/${year}`);
  const days = Math.trunc((NOW.getTime() - new Date(text('employeeHireDate')).getTime()) / DAY_MS);
  put('isNew', days <= 365 ? 'True' : 'False');
  return flowed;
}

function typeByHand(department: string | null, country: string): string {
  const both = department === null ? country : `${department}+${country}`;
  if (both === 'Sales+IT') return 'field-it';
  if (both === 'Legal+US') return 'counsel';
  if (department === 'Sales') return 'field';
  return department === 'Finance' ? 'office' : 'staff';
}
