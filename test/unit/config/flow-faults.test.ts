// Faults of how attribute mappings flow: flow types, FlowAlways, what an empty source does, expressions that ask or guess.
import { describe, expect, it } from 'vitest';
import { configurationOf, faultsOf, JOB, MAIN } from './temporary-configuration.ts';

/** Faults of one more attribute mapping of people, without their places; `profile` is appended to the job. */
async function faults(mapping: string, more = ''): Promise<string[]> {
  const found = await faultsOf({ 'scimsync.yaml': MAIN, 'jobs/a.yaml': `${JOB}      - { ${mapping} }\n${more}` });
  return found.map((fault) => fault.replace(/^\S+ objectMappings\.\w+\.attributeMappings\[\d+\]\.?/, ''));
}

async function accepted(mapping: string, more = ''): Promise<void> {
  const { jobs } = await configurationOf({
    'scimsync.yaml': MAIN,
    'jobs/a.yaml': `${JOB}      - { ${mapping} }\n${more}`,
  });
  expect(jobs).toHaveLength(1);
}

const unique = 'SelectUniqueValue([mailNickname], [employeeId])';

// spec: all-faults
describe('refused', () => {
  it.each([
    [
      'targetAttributeName: externalId, source: "[objectId]", matchingPriority: 2, flowType: AttributeAddOnly',
      'matchingPriority: A matching attribute must flow always, not only add to what is there.',
    ],
    [
      'targetAttributeName: title, source: "[jobTitle]", flowType: MultiValueAddOnly',
      'flowType: "title" holds one value, so nothing can be added to it.',
    ],
    [
      'targetAttributeName: name.givenName, source: "[givenName]", flowType: MultiValueAddOnly',
      'flowType: "name.givenName" holds one value, so nothing can be added to it.',
    ],
    [
      'targetAttributeName: manager, source: "[manager]", flowType: AttributeAddOnly',
      'flowType: A reference flows always, or only while the object is created.',
    ],
    [
      'targetAttributeName: manager, source: "[manager]", flowBehavior: FlowAlways',
      'flowBehavior: A reference is sent when it changes.',
    ],
    [
      'targetAttributeName: title, source: "[jobTitle]", flowType: ObjectAddOnly, flowBehavior: FlowAlways',
      'flowBehavior: FlowAlways states the attribute in every update, but this mapping only adds to what is there.',
    ],
    [
      'targetAttributeName: title, source: null, defaultValue: x, flowBehavior: FlowAlways',
      'flowBehavior: FlowAlways states the attribute in every update, but this mapping only adds to what is there.',
    ],
    [
      'targetAttributeName: title, source: "[jobTitle]", whenNull: default',
      'whenNull: whenNull: default needs a defaultValue.',
    ],
    [
      'targetAttributeName: title, source: "[jobTitle]", defaultValue: x, whenNull: default, flowType: ObjectAddOnly',
      'whenNull: With ObjectAddOnly nothing is written later, so the default is used on creation anyway.',
    ],
    [
      'targetAttributeName: externalId, source: "[employeeId]", matchingPriority: 2, defaultValue: x, whenNull: default',
      'whenNull: Everybody without a value would be looked for by the same default.',
    ],
    [
      'targetAttributeName: manager, source: "[manager]", defaultValue: x, whenNull: default',
      'whenNull: A reference has no default value.',
    ],
    [
      'targetAttributeName: title, source: \'"x"\', whenNull: clear',
      'whenNull: There is no source that could be empty, so whenNull: clear has no meaning.',
    ],
    [
      'targetAttributeName: title, source: null, defaultValue: x, whenNull: default',
      'whenNull: There is no source that could be empty, so whenNull: default has no meaning.',
    ],
    [
      'targetAttributeName: title, source: "[jobTitle]", defaultValue: x, whenNull: clear',
      'whenNull: A new account would get the default and lose it again with its first update.',
    ],
    [
      'targetAttributeName: title, source: "[jobTitle]", flowType: ValueAddOnly, whenNull: clear',
      'whenNull: ValueAddOnly decides by itself what is taken away, so whenNull: clear has no meaning.',
    ],
    [
      'targetAttributeName: roles, source: "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])", whenNull: clear',
      'whenNull: A function that lists app roles decides by itself what is taken away, so whenNull: clear has no meaning.',
    ],
    [
      'targetAttributeName: externalId, source: "[employeeId]", matchingPriority: 2, whenNull: clear',
      'whenNull: A matching attribute must not be cleared: the account is found by it.',
    ],
    [
      `targetAttributeName: nickName, source: "${unique}"`,
      ': SelectUniqueValue chooses a value for a new account, so it may only flow while the object is created.',
    ],
    [
      `targetAttributeName: nickName, source: "${unique}", flowType: ObjectAddOnly, matchingPriority: 2`,
      'matchingPriority: SelectUniqueValue cannot give a matching attribute: the account is looked for before.',
    ],
    [
      'targetAttributeName: nickName, source: "Guid()"',
      ': The expression gives another value each time, so the account would change with every evaluation.',
    ],
  ])('%s', async (mapping, expected) => {
    expect(await faults(mapping)).toEqual([expected]);
  });

  it.each(['active', 'USERNAME'])('%s cannot be cleared', async (name) => {
    const job = JOB.replace(
      /\{ targetAttributeName: \w+, (source: [^}]*?)(, matchingPriority: 1)? \}/g,
      (all, source) =>
        all.toLowerCase().includes(`: ${name.toLowerCase()},`)
          ? `{ targetAttributeName: ${name}, ${source}, whenNull: clear }`
          : all,
    );
    const found = await faultsOf({ 'scimsync.yaml': MAIN, 'jobs/a.yaml': job });
    expect(found.join('\n')).toContain(`"${name}" must not be cleared: every account needs it.`);
  });

  it('a question that the target cannot be asked', async () => {
    const mapping = `targetAttributeName: nickName, source: "${unique}", flowType: ObjectAddOnly`;
    const profile = (names: string) => `profile: { filterable: { User: [userName, ${names}] } }\n`;
    expect(await faults(mapping, profile('externalId'))).toEqual([
      'source: This target cannot be asked for nickName (profile.filterable), so nobody knows which value is free.',
    ]);
    await accepted(mapping, profile('nickName'));
  });

  it('members by any flow type', async () => {
    const group = `  group:
    attributeMappings:
      - { targetAttributeName: displayName, source: "[displayName]", matchingPriority: 1 }
      - { targetAttributeName: members, source: "[members]", flowType: MultiValueAddOnly }
      - { targetAttributeName: externalId, source: "[objectId]", whenNull: clear }
`;
    const found = await faultsOf({ 'scimsync.yaml': MAIN, 'jobs/a.yaml': `${JOB}${group}` });
    expect(found).toHaveLength(1);
    expect(found[0]).toContain('Members are kept as the directory has them, whatever the flow type.');
  });
});

describe('accepted', () => {
  it.each([
    'targetAttributeName: roles, source: "AppRoleAssignments([appRoleAssignments])", flowType: MultiValueAddOnly',
    'targetAttributeName: "urn:ietf:params:scim:schemas:extension:acme:2.0:User:tags", source: "[otherMails]", flowType: MultiValueAddOnly',
    'targetAttributeName: "emails[type eq \\"work\\" and primary eq true].value", source: "[mail]", flowType: MultiValueAddOnly, flowBehavior: FlowWhenChanged',
    'targetAttributeName: title, source: "[jobTitle]", whenNull: clear, flowBehavior: FlowAlways',
    'targetAttributeName: externalId, source: "[employeeId]", whenNull: clear',
    'targetAttributeName: title, source: "[jobTitle]", defaultValue: x, whenNull: default, flowType: AttributeAddOnly',
    'targetAttributeName: manager, source: "[manager]", whenNull: clear',
    'targetAttributeName: nickName, source: "Guid()", flowType: AttributeAddOnly',
    `targetAttributeName: nickName, source: "${unique}", flowType: ObjectAddOnly`,
  ])('%s', async (mapping) => {
    await accepted(mapping);
  });

  it('warns that one of the functions that list app roles never takes a role away', async () => {
    const mapping = (name: string) =>
      `      - { targetAttributeName: roles, source: "${name}([appRoleAssignments])" }\n`;
    const warnings = async (name: string) =>
      (await configurationOf({ 'scimsync.yaml': MAIN, 'jobs/a.yaml': `${JOB}${mapping(name)}` })).warnings;
    expect(await warnings('AssertiveAppRoleAssignmentsComplex')).toEqual([]);
    expect((await warnings('AppRoleAssignmentsComplex')).map(({ message }) => message)).toEqual([
      'AppRoleAssignmentsComplex only adds: a role that is taken away in the directory stays in the target.',
    ]);
  });
});

describe('an attribute as a whole beside a part of it', () => {
  const more = (...mappings: readonly string[]) => mappings.join(' }\n      - { ');
  const WORK = 'targetAttributeName: \'emails[type eq "work"].value\', source: "[mail]"';

  it.each([
    ['a list and an element', 'targetAttributeName: EMAILS, source: "[otherMails]"', WORK],
    [
      'a list and any element',
      'targetAttributeName: emails, source: "[otherMails]"',
      'targetAttributeName: emails.value, source: "[mail]"',
    ],
    ['an element and its value', 'targetAttributeName: \'emails[type eq "work"]\', source: "[mail]"', WORK],
    [
      'an object and its member',
      'targetAttributeName: name, source: "[displayName]"',
      'targetAttributeName: name.givenName, source: "[givenName]"',
    ],
    [
      'a list and a filled element',
      'targetAttributeName: emails, source: "[otherMails]"',
      `${WORK}, flowType: AttributeAddOnly`,
    ],
  ])('is refused: %s', async (_, whole, part) => {
    expect((await faults(more(whole, part))).join()).toContain('which is mapped too: each would undo the other.');
    expect((await faults(more(part, whole))).join()).toContain('which is mapped too: each would undo the other.');
  });

  it.each([
    ['that only grows', 'targetAttributeName: emails, source: "[otherMails]", flowType: ValueAddOnly', WORK],
    [
      'with a part of new accounts',
      'targetAttributeName: emails, source: "[otherMails]"',
      `${WORK}, flowType: ObjectAddOnly`,
    ],
    [
      'of which the job owns its roles',
      'targetAttributeName: roles, source: "AssertiveAppRoleAssignmentsComplex([appRoleAssignments])"',
      'targetAttributeName: \'roles[primary eq "True"].value\', source: "[jobTitle]"',
    ],
    ['of another name', 'targetAttributeName: phoneNumbers, source: "[businessPhones]"', WORK],
    ['that are two elements', 'targetAttributeName: \'emails[type eq "home"].value\', source: "[mail]"', WORK],
  ])('is accepted: %s', async (_, one, other) => {
    await accepted(more(one, other));
  });
});
