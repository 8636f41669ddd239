// Peakon's user type: the documented core attributes, three enterprise ones, and the company's own attribute table under
// the Peakon extension, whose keys are display names with spaces and capitals. /Schemas is generated from it.
import {
  ADDRESSES_ATTRIBUTE,
  EMAILS_ATTRIBUTE,
  ENTERPRISE_URN,
  NAME_ATTRIBUTE,
  PHONES_ATTRIBUTE,
  pluralSubAttributes,
  USER_URN,
} from './schema-data.ts';
import { type AttributeDefinition, attribute, type ResourceTypeDefinition } from './schema-definition.ts';

/** URN of Peakon's extension. */
export const PEAKON_URN = 'urn:ietf:params:scim:schemas:extension:peakon:2.0:User';

/** An attribute of the company's table. An employee attribute is a reference to a person, written as e-mail. */
export interface PeakonAttribute {
  readonly name: string;
  readonly type: 'option' | 'date' | 'number' | 'employee';
}

/** The table the sandbox starts with. */
export const DEFAULT_PEAKON_ATTRIBUTES: readonly PeakonAttribute[] = [
  { name: 'Department', type: 'option' },
  { name: 'Business Unit', type: 'option' },
  { name: 'Job Title', type: 'option' },
  { name: 'Location', type: 'option' },
  { name: 'Date of Birth', type: 'date' },
  { name: 'Start Date', type: 'date' },
  { name: 'Employment Status', type: 'option' },
  { name: 'Salary', type: 'number' },
  { name: 'Manager', type: 'employee' },
  { name: 'Gender', type: 'option' },
];

const LONGEST_OPTION = 256;

function toDefinition({ name, type }: PeakonAttribute): AttributeDefinition {
  switch (type) {
    case 'option':
      return attribute(name, `Option attribute, up to ${LONGEST_OPTION} characters.`, { maxLength: LONGEST_OPTION });
    case 'date':
      return attribute(name, 'Date attribute, ISO 8601.', { type: 'dateTime' });
    case 'number':
      return attribute(name, 'Number attribute, an integer.', { type: 'integer' });
    case 'employee':
      return attribute(name, 'Employee attribute, the e-mail address of an existing employee.');
    default:
      return type satisfies never;
  }
}

/** The User resource type for a company with this attribute table. */
export function peakonUserType(table: readonly PeakonAttribute[]): ResourceTypeDefinition {
  return {
    name: 'User',
    endpoint: '/Users',
    strictness: 'lenient',
    core: {
      id: USER_URN,
      name: 'User',
      description: 'An employee.',
      attributes: [
        attribute('userName', 'Equals the work e-mail address.', { required: true, uniqueness: 'server' }),
        { ...NAME_ATTRIBUTE, required: true },
        { ...EMAILS_ATTRIBUTE, required: true },
        attribute('active', 'Whether the employee gets surveys.', { type: 'boolean' }),
        PHONES_ATTRIBUTE,
        ADDRESSES_ATTRIBUTE,
        attribute('photos', 'Addresses of photos.', {
          multiValued: true,
          subAttributes: pluralSubAttributes(['photo']),
        }),
        attribute('locale', 'Language and region.'),
        attribute('timezone', 'Time zone name.'),
      ],
    },
    extensions: [
      {
        id: ENTERPRISE_URN,
        name: 'EnterpriseUser',
        description: 'The part of the enterprise extension that is supported.',
        attributes: [
          attribute('employeeNumber', 'Employee number.'),
          attribute('department', 'Department.'),
          attribute('manager', 'The manager, by id.', {
            subAttributes: [
              attribute('value', 'Id of the manager.', { caseExact: true }),
              attribute('displayName', 'Name of the manager.', { mutability: 'readOnly' }),
            ],
          }),
        ],
      },
      {
        id: PEAKON_URN,
        name: 'PeakonUser',
        description: 'The attributes of this company.',
        attributes: table.map(toDefinition),
      },
    ],
  };
}
