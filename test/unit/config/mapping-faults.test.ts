// Faults of attribute mappings and object mappings.
import { expect, it } from 'vitest';
import { at, type Case, job, table } from './fault-table.ts';
import { configurationOf, JOB, JOB_HEAD, MAIN, USER_MAPPING } from './temporary-configuration.ts';

/** Attribute mappings below a user mapping that is whole; the first of them is in line 13. */
const mappings = (lines: string) => job(`${JOB}${lines.replaceAll(/^/gm, '      - ')}\n`);
const inMapping = (column: number, key: string, message: string) =>
  at(13, column, `objectMappings.user.attributeMappings[2]${key}`, message);

const attributes: readonly Case[] = [
  [
    'an unknown attribute',
    mappings('{ targetAttributeName: title, source: "[jobtitel]" }'),
    [inMapping(47, '.source', 'The source attribute "jobtitel" is not known.')],
  ],
  [
    'an attribute of groups',
    mappings('{ targetAttributeName: title, source: "[description]" }'),
    [inMapping(47, '.source', 'The source attribute "description" does not exist for a user.')],
  ],
  [
    'an unknown attribute in an expression',
    mappings('{ targetAttributeName: title, source: "ToLower([Mail])" }'),
    [
      inMapping(
        47,
        '.source',
        'The source attribute "Mail" is not known. Did you mean "mail"? Names are case-sensitive.',
      ),
    ],
  ],
  [
    'a target that does not parse',
    mappings('{ targetAttributeName: "emails[type", source: "[mail]" }'),
    [inMapping(32, '.targetAttributeName', 'The bracket is not closed.')],
  ],
  [
    'a mapping to id',
    mappings('{ targetAttributeName: id, source: "[objectId]" }'),
    [inMapping(32, '.targetAttributeName', '"id" is set by the target itself and cannot be mapped.')],
  ],
  [
    'a mapping to meta',
    mappings('{ targetAttributeName: meta.created, source: "[createdDateTime]" }'),
    [inMapping(32, '.targetAttributeName', '"meta" is set by the target itself and cannot be mapped.')],
  ],
  [
    'a mapping to schemas',
    mappings('{ targetAttributeName: schemas, source: "[mail]" }'),
    [inMapping(32, '.targetAttributeName', '"schemas" is set by the target itself and cannot be mapped.')],
  ],
  [
    'a mapping to groups',
    mappings('{ targetAttributeName: groups, source: "[mail]" }'),
    [inMapping(32, '.targetAttributeName', 'The groups of a person are read-only in SCIM.')],
  ],
  [
    'members of a person',
    mappings('{ targetAttributeName: members, source: "[mail]" }'),
    [inMapping(32, '.targetAttributeName', 'members can only be mapped from [members] of a group.')],
  ],
  [
    'a target twice, in another case',
    mappings('{ targetAttributeName: USERNAME, source: "[mail]" }'),
    [inMapping(32, '.targetAttributeName', '"USERNAME" is mapped twice.')],
  ],
  [
    'a matching attribute without source',
    mappings('{ targetAttributeName: externalId, source: null, matchingPriority: 2 }'),
    [inMapping(76, '.matchingPriority', 'A matching attribute needs a source; this one has none.')],
  ],
  [
    'a matching attribute on creation only',
    mappings('{ targetAttributeName: externalId, source: "[objectId]", flowType: ObjectAddOnly, matchingPriority: 2 }'),
    [
      inMapping(
        109,
        '.matchingPriority',
        'A matching attribute must flow always, not only while the object is created.',
      ),
    ],
  ],
  [
    'one priority twice',
    mappings('{ targetAttributeName: externalId, source: "[objectId]", matchingPriority: 1 }'),
    [inMapping(84, '.matchingPriority', 'Two matching attributes have priority 1.')],
  ],
  [
    'a reference as matching attribute',
    mappings('{ targetAttributeName: x, source: "[manager]", matchingPriority: 2 }'),
    [inMapping(43, '.source', 'A reference ([manager]) cannot be a matching attribute.')],
  ],
  [
    'a reference in an expression',
    mappings('{ targetAttributeName: x, source: "ToLower([manager])" }'),
    [inMapping(43, '.source', '[manager] is a reference and cannot be used inside an expression.')],
  ],
  [
    'the list of app roles',
    mappings('{ targetAttributeName: roles, source: "[appRoleAssignments]" }'),
    [inMapping(47, '.source', 'The list of app roles is no value by itself.')],
  ],
  [
    'an empty source',
    mappings('{ targetAttributeName: x, source: "" }'),
    [inMapping(43, '.source', 'This must not be empty.')],
  ],
  [
    'two attributes in a list',
    mappings('{ targetAttributeName: x, source: [mail, userPrincipalName] }'),
    [inMapping(35, '.source', 'This must be a map of keys and values.')],
  ],
  [
    'an unknown type of source',
    mappings('{ targetAttributeName: x, source: { type: Atribute, name: mail } }'),
    [inMapping(51, '.source.type', 'This must be Attribute, Constant or Function.')],
  ],
  ['no source', mappings('{ targetAttributeName: x }'), [inMapping(9, '.source', 'This key is missing.')]],
  [
    'leaving out what is not there',
    job(`${JOB}    omitAttributes: [title]\n`),
    [
      at(
        13,
        22,
        'objectMappings.user.omitAttributes[0]',
        'No mapping to "title" is inherited, so it cannot be left out.',
      ),
    ],
  ],
];

const objects: readonly Case[] = [
  [
    'no matching attribute',
    job(JOB.replace(', matchingPriority: 1', '')),
    [at(10, 5, 'objectMappings.user.attributeMappings', 'The user mapping has no matching attribute.')],
  ],
  [
    'nothing that disables',
    job(`${JOB_HEAD}${USER_MAPPING.split('\n').slice(0, 4).join('\n')}\n`),
    [
      at(
        10,
        5,
        'objectMappings.user.attributeMappings',
        'The lifecycle disables accounts (unassigned, outOfScope, blocked, softDeleted), but no mapping keeps "active" up to date.',
      ),
    ],
  ],
  [
    'groups where there are none',
    job(
      `${JOB}  group:\n    attributeMappings: [{ targetAttributeName: displayName, source: "[displayName]", matchingPriority: 1 }]\nprofile: { groups: false }\n`,
    ),
    [at(13, 3, 'objectMappings.group', 'This target has no groups (profile.groups is false).')],
  ],
  [
    'members elsewhere',
    job(
      `${JOB}  group:\n    attributeMappings:\n      - { targetAttributeName: displayName, source: "[displayName]", matchingPriority: 1 }\n      - { targetAttributeName: x, source: "[members]" }\n`,
    ),
    [
      at(
        16,
        32,
        'objectMappings.group.attributeMappings[1].targetAttributeName',
        '[members] can only be mapped to members.',
      ),
    ],
  ],
  [
    'app roles of everybody',
    job(
      `${JOB.replace('  use: acme', '  use: acme\n  syncAll: true')}      - { targetAttributeName: 'roles[primary eq "True"].value', source: "SingleAppRoleAssignment([appRoleAssignments])" }\n`,
    ),
    [
      at(
        14,
        74,
        'objectMappings.user.attributeMappings[2].source',
        'With syncAll nobody has app roles, so this expression has no value.',
      ),
    ],
  ],
  [
    'a scope',
    job(
      `${JOB}    scope:\n      groups:\n        - clauses:\n            - { sourceOperandName: maill, operatorName: IS NOT NULL }\n            - { sourceOperandName: mail, operatorName: EQUAL, targetOperand: { values: [x] } }\n`,
    ),
    [
      at(16, 15, 'objectMappings.user.scope.groups[0].clauses[0]', ''),
      at(17, 15, 'objectMappings.user.scope.groups[0].clauses[1]', ''),
    ],
  ],
  [
    'a person as group',
    job(JOB.replace('  user:', '  user:\n    targetObjectName: Group')),
    [at(10, 23, 'objectMappings.user.targetObjectName', 'A user can only be provisioned as User.')],
  ],
  [
    'two mappings of people',
    job(
      `${JOB_HEAD}objectMappings:\n  - &user\n    sourceObjectName: user\n    attributeMappings:\n      - { targetAttributeName: userName, source: "[mail]", matchingPriority: 1 }\n      - { targetAttributeName: active, source: "Not([IsSoftDeleted])" }\n  - *user\n`,
    ),
    [at(14, 5, 'objectMappings[1]', 'There are two mappings of "user"; there can be one.')],
  ],
];

// spec: all-faults, leavers-end
table('attribute mappings', attributes);
table('object mappings', objects);

it.each([
  ['switched off', `${JOB_HEAD}${USER_MAPPING.replace('  user:\n', '  user:\n    enabled: false\n')}`],
  [
    'missing',
    `${JOB_HEAD}objectMappings:\n  group:\n    attributeMappings:\n      - { targetAttributeName: displayName, source: "[displayName]", matchingPriority: 1 }\n`,
  ],
])('a job whose mapping of people is %s is warned of', async (_, text) => {
  const { warnings } = await configurationOf({ 'scimsync.yaml': MAIN, 'jobs/a.yaml': text });
  expect(warnings.map(({ message }) => message)).toEqual(['The job has no enabled mapping of user, so it cannot run.']);
});
