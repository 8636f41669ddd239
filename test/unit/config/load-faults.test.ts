// Faults of files, settings, form, secrets and targets.
import { at, type Case, job, table } from './fault-table.ts';
import { JOB, JOB_HEAD, MAIN, SOURCES, USER_MAPPING } from './temporary-configuration.ts';

const files: readonly Case[] = [
  ['no main file', { 'jobs/a.yaml': JOB }, ['scimsync.yaml : The file does not exist.']],
  ['an empty job', job('# nothing\n'), [at(1, 1, '', 'The file is empty.')]],
  ['a list as job', job('- a\n'), [at(1, 1, '', 'The file must be a map of keys and values.')]],
  ['a key twice', job(`${JOB}id: again\n`), [at(13, 1, 'id', 'This key is given twice.')]],
  ['two documents', job(`${JOB}---\n${JOB}`), [at(13, 1, '', 'The file has a second document.')]],
  [
    'an unknown alias',
    job(`${JOB_HEAD}tenant: *secret\n${USER_MAPPING}`),
    [at(8, 9, 'tenant', 'This alias (*…) refers to no anchor (&…) before it.')],
  ],
  [
    'a main file that is no YAML',
    { 'scimsync.yaml': 'a: "x\n', 'jobs/a.yaml': JOB },
    ['scimsync.yaml:2:1 : A character is missing here: a quote, a bracket or a colon.'],
  ],
  ['a forbidden key', job(`${JOB}__proto__: { a: 1 }\n`), [at(13, 1, '__proto__', 'This key is not allowed.')]],
];

const main: readonly Case[] = [
  ['sources missing', { 'scimsync.yaml': 'daemon: {}\n' }, ['scimsync.yaml:1:1 sources: This key is missing.']],
  ['an unknown key', { 'scimsync.yaml': `${MAIN}deamon: {}\n` }, ['scimsync.yaml:8:1 deamon: Unknown key "deamon".']],
  [
    'PostgreSQL',
    { 'scimsync.yaml': `${MAIN}store: { url: "postgres://u:p@h/d" }\n` },
    ['scimsync.yaml:8:15 store.url: PostgreSQL is not available in this version.'],
  ],
  [
    'a store in memory',
    { 'scimsync.yaml': `${MAIN}store: { url: "sqlite::memory:" }\n` },
    ['scimsync.yaml:8:15 store.url: The store needs the path of a file.'],
  ],
  [
    'half a cloud',
    { 'scimsync.yaml': `${MAIN}    scope: x\n` },
    [
      'scimsync.yaml:8:5 sources.acme.scope: authorityHost, graphBaseUrl and scope go together; missing: authorityHost, graphBaseUrl.',
    ],
  ],
  [
    'defaults with an unknown key and an id',
    { 'scimsync.yaml': `${SOURCES}defaults:\n  shedule: {}\n  id: x\n  extends: a.yaml\n` },
    [
      'scimsync.yaml:9:3 defaults.shedule: Unknown key "shedule".',
      'scimsync.yaml:10:3 defaults.id: Every job has an id of its own.',
      'scimsync.yaml:11:3 defaults.extends: Only a job extends a file.',
    ],
  ],
  [
    'a wrong default is named once for two jobs',
    {
      'scimsync.yaml': `${SOURCES}defaults:\n  schedule: { every: soon }\n  mode: enforce\n`,
      'jobs/a.yaml': JOB,
      'jobs/b.yaml': JOB.replace('wiki\n', 'other\n').replace('wiki.', 'other.'),
    },
    ['scimsync.yaml:9:22 defaults.schedule.every: This must be a duration such as 40m, 2h or 1d.'],
  ],
  [
    'an absent authority file',
    { 'scimsync.yaml': `${MAIN}    caFile: scimsync.yaml\n` },
    ['scimsync.yaml:8:13 sources.acme.caFile: '],
  ],
];

const form: readonly Case[] = [
  [
    'no mode, with a real directory',
    { 'scimsync.yaml': SOURCES, 'jobs/a.yaml': JOB },
    [at(1, 1, 'mode', 'A job that reads a real directory must say its mode.')],
  ],
  ['another mode', job(`${JOB}mode: on\n`), [at(13, 7, 'mode', 'This must be observe or enforce.')]],
  ['a misspelt extends', job(`${JOB}extend: a\n`), [at(13, 1, 'extend', 'Unknown key "extend".')]],
  [
    'an unknown key in depth',
    job(JOB.replace('  use: acme', '  use: acme\n  synAll: true')),
    [at(4, 3, 'source.synAll', 'Unknown key "synAll".')],
  ],
  [
    'missing keys',
    job(`id: a\nsource: { use: acme }\n${USER_MAPPING}`),
    [at(1, 1, 'target', 'This key is missing.'), at(2, 1, 'source.servicePrincipalId', 'This key is missing.')],
  ],
  [
    'wrong types and ranges',
    job(`${JOB}enabled: 1\nprofile: { pageSize: 0, concurrency: 1.5 }\n`),
    [
      at(13, 10, 'enabled', 'This must be true or false.'),
      at(14, 22, 'profile.pageSize', 'This must be at least 1.'),
      at(14, 38, 'profile.concurrency', 'This must be a whole number.'),
    ],
  ],
  [
    'a choice',
    job(`${JOB}lifecycle: { blocked: disabled }\n`),
    [
      at(
        13,
        23,
        'lifecycle.blocked',
        'This must be disable, delete, removeMemberships or nothing or a map of keys and values.',
      ),
    ],
  ],
  [
    'alternatives',
    job(JOB.replace('  use: acme', '  use: acme\n  excludeDefaultAccess: no')),
    [at(4, 25, 'source.excludeDefaultAccess', 'This must be auto or true or false.')],
  ],
  [
    'a malformed id',
    job(JOB.replace('id: wiki', 'id: My Wiki')),
    [at(1, 5, 'id', 'This must be lower-case letters, digits, dot, dash or underscore.')],
  ],
  [
    'a filterable kind that does not exist',
    job(`${JOB}profile: { filterable: { Users: [] } }\n`),
    [at(13, 26, 'profile.filterable.Users', 'Unknown key "Users".')],
  ],
  ['no mappings', job(JOB_HEAD), [at(1, 1, 'objectMappings', 'This key is missing.')]],
  [
    'only a disabled mapping',
    job(`${JOB_HEAD}objectMappings:\n  group: { enabled: false }\n`),
    [at(8, 1, 'objectMappings', 'This list must not be empty.')],
  ],
  [
    'an unknown kind of object',
    job(`${JOB}  users: {}\n`),
    [at(13, 3, 'objectMappings.users', 'Unknown key "users".')],
  ],
  [
    'an object mapping that is none',
    job(`${JOB}  group: no\n`),
    [at(13, 10, 'objectMappings.group', 'An object mapping must be a map.')],
  ],
];

const secrets: readonly Case[] = [
  [
    'a literal token',
    job(JOB.replace('{ fromEnv: TOKEN }', 'hunter2')),
    [at(7, 32, 'target.auth.token', 'A secret must not stand in the configuration.')],
  ],
  [
    'a literal token below an unknown key',
    job(JOB.replace('fromEnv: TOKEN', 'value: hunter2')),
    [at(7, 25, 'target.auth.token', 'A reference to a secret is missing.')],
  ],
  [
    'two references',
    job(JOB.replace('fromEnv: TOKEN', 'fromEnv: TOKEN, fromFile: x')),
    [at(7, 25, 'target.auth.token', 'fromEnv and fromFile exclude each other.')],
  ],
  [
    'an unset variable',
    job(JOB.replace('TOKEN', 'WIKI_TOKEN')),
    [at(7, 43, 'target.auth.token.fromEnv', 'The environment variable WIKI_TOKEN is not set.')],
  ],
  [
    'a literal token in the place of a name',
    job(JOB.replace('TOKEN', 'hunter2XYZ')),
    [at(7, 43, 'target.auth.token.fromEnv', 'The environment variable named here is not set.')],
  ],
  [
    'an absent file',
    job(JOB.replace('fromEnv: TOKEN', 'fromFile: token.txt')),
    [at(7, 44, 'target.auth.token.fromFile', 'The secret file named here does not exist.')],
  ],
  [
    'a wrong expiry',
    job(JOB.replace('fromEnv: TOKEN', 'fromEnv: TOKEN, expires: soon')),
    [at(7, 59, 'target.auth.token.expires', 'This must be a date such as 2027-05-31.')],
  ],
  [
    'a literal client secret',
    { 'scimsync.yaml': MAIN.replace('{ fromEnv: GRAPH_SECRET }', 'hunter2') },
    ['scimsync.yaml:7:19 sources.acme.clientSecret: A secret must not stand in the configuration.'],
  ],
];

const targets: readonly Case[] = [
  [
    'plain http',
    job(JOB.replace('https://wiki', 'http://wiki')),
    [at(6, 12, 'target.baseUrl', 'Plain http would send the token and personal data unprotected.')],
  ],
  [
    'an address that only begins like loopback',
    job(JOB.replace('https://wiki.example.com', 'http://127.0.0.1.example.com')),
    [at(6, 12, 'target.baseUrl', 'Plain http would send the token and personal data unprotected.')],
  ],
  [
    'a resource',
    job(JOB.replace('scim/v2', 'scim/v2/Users')),
    [at(6, 12, 'target.baseUrl', 'The URL ends in /Users; the SCIM root is expected.')],
  ],
  [
    'credentials',
    job(JOB.replace('https://wiki', 'https://u:hunter2@wiki')),
    [at(6, 12, 'target.baseUrl', 'The URL must not contain credentials.')],
  ],
  [
    'a query',
    job(JOB.replace('scim/v2', 'scim/v2?x=1')),
    [at(6, 12, 'target.baseUrl', 'The URL must end with its path, without ? or #.')],
  ],
  [
    'a flag of Entra, with what says the same here',
    job(JOB.replace('scim/v2', 'scim/v2?aadOptscim062020')),
    [
      at(
        6,
        12,
        'target.baseUrl',
        'The URL carries a flag of Microsoft Entra (?aadOptscim062020), which no target is sent.',
      ),
    ],
  ],
  [
    'no URL',
    job(JOB.replace('https://wiki.example.com/scim/v2', 'wiki')),
    [at(6, 12, 'target.baseUrl', 'This must be a URL such as https://example.com/scim/v2.')],
  ],
  ['an unknown source', job(JOB.replace('acme', 'acne')), [at(3, 8, 'source.use', 'There is no source "acne".')]],
  [
    'an id twice',
    { 'scimsync.yaml': MAIN, 'jobs/a.yaml': JOB.replace('wiki.', 'other.'), 'jobs/b.yml': JOB },
    ['jobs/b.yml:1:5 id: The id "wiki" is taken by another job.'],
  ],
  [
    'a target twice',
    { 'scimsync.yaml': MAIN, 'jobs/a.yaml': JOB, 'jobs/b.yaml': JOB.replace('wiki\n', 'b\n').replace('/v2', '/v2/') },
    ['jobs/b.yaml:6:12 target.baseUrl: Another job provisions users to this target already.'],
  ],
  [
    'an unknown template, and nothing that follows from it',
    job(`template: peakkon\n${JOB_HEAD}objectMappings: { user: { omitAttributes: [title] } }\n`),
    [at(1, 11, 'template', 'There is no template "peakkon".')],
  ],
  [
    'a template outside of the gallery',
    job(`${JOB}template: ../scimsync\n`),
    [at(13, 11, 'template', 'There is no template "../scimsync".')],
  ],
];

// spec: all-faults
table('files', files);
table('scimsync.yaml', main);
table('form of a job', form);
table('secrets', secrets);
table('targets and sources', targets);
