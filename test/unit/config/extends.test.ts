// What a job extends: order of the layers, short files, circles, and faults with the place they are in.
import { describe, expect, it } from 'vitest';
import type { Case } from './fault-table.ts';
import { table } from './fault-table.ts';
import { configurationOf, JOB, JOB_HEAD, MAIN, SOURCES } from './temporary-configuration.ts';

const job = (text: string, rest: Readonly<Record<string, string>>) => ({
  'scimsync.yaml': MAIN,
  'jobs/a.yaml': text,
  ...rest,
});

describe('extends', () => {
  it('puts files between the template and the job, the outermost being the weakest', async () => {
    const { jobs, files } = await configurationOf({
      'scimsync.yaml': `${SOURCES}defaults: { mode: enforce, profile: { pageSize: 1, concurrency: 1, maxPages: 1 } }\n`,
      'gallery/own.yaml':
        'name: own\ndescription: d\nprofile: { concurrency: 2, maxPages: 2, membersPerRequest: 2 }\nobjectMappings:\n  user:\n    attributeMappings:\n      - { targetAttributeName: userName, source: "[mail]", matchingPriority: 1 }\n      - { targetAttributeName: active, source: "Not([IsSoftDeleted])" }\n',
      'jobs/outer.base.yaml':
        'template: own\nprofile: { maxPages: 3, membersPerRequest: 3, groups: false }\nmode: observe\n',
      'jobs/base/inner.yaml': 'extends: ../outer.base.yaml\nprofile: { membersPerRequest: 4, groups: true }\n',
      'jobs/a.yaml': `extends: base/inner.yaml\n${JOB_HEAD}profile: { combinedFilter: true }\n`,
    });
    expect([...files.keys()]).toEqual(['wiki']);
    expect(jobs[0]?.profile).toMatchObject({
      pageSize: 1,
      concurrency: 2,
      maxPages: 3,
      membersPerRequest: 4,
      groups: true,
      combinedFilter: true,
    });
    expect(jobs[0]?.mode).toBe('observe');
    expect(jobs[0]?.objectMappings[0]?.attributeMappings).toHaveLength(2);
  });

  it('the template of the job wins over the one of what it extends', async () => {
    const { jobs } = await configurationOf(
      job(`extends: b.base.yaml\ntemplate: scim\n${JOB_HEAD}`, { 'jobs/b.base.yaml': 'template: peakon\n' }),
    );
    expect(jobs[0]?.profile.groups).toBe(true);
  });

  it('makes a job for a tenant short: at most 15 lines for Peakon', async () => {
    const text = `# Voice of the employees of Contoso
id: contoso-peakon
tenant: contoso
extends: base/peakon.base.yaml
source: { use: acme, servicePrincipalId: 22222222-2222-3333-4444-555555555555 }
target:
  baseUrl: https://contoso.peakon.com/api/scim/v2
  auth: { type: bearer, token: { fromEnv: TOKEN, expires: 2027-05-31 } }
objectMappings:
  user:
    attributeMappings:
      - { targetAttributeName: "urn:ietf:params:scim:schemas:extension:peakon:2.0:User:Business Unit", source: "[companyName]" }
`;
    const base = `template: peakon
mode: enforce
schedule: { every: 1h }
guards: { leavers: { count: 20 } }
objectMappings:
  user:
    omitAttributes: ["urn:ietf:params:scim:schemas:extension:peakon:2.0:User:Location"]
`;
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(15);
    const { jobs, refused } = await configurationOf({
      'scimsync.yaml': SOURCES,
      'jobs/contoso.yaml': text,
      'jobs/base/peakon.base.yaml': base,
    });
    expect(refused).toEqual([]);
    expect(jobs[0]).toMatchObject({
      id: 'contoso-peakon',
      tenant: 'contoso',
      mode: 'enforce',
      schedule: { every: '1h' },
    });
    const targets = jobs[0]?.objectMappings[0]?.attributeMappings.map((mapping) => mapping.targetAttributeName) ?? [];
    expect(targets.some((name) => name.endsWith(':Business Unit'))).toBe(true);
    expect(targets.some((name) => name.endsWith(':Location'))).toBe(false);
  });
});

const chain = (length: number) =>
  Object.fromEntries(
    Array.from({ length }, (_, index) => [
      `jobs/b${index}.base.yaml`,
      index + 1 < length ? `extends: b${index + 1}.base.yaml\n` : 'enabled: true\n',
    ]),
  );

const faults: readonly Case[] = [
  [
    'a file that is not there, and nothing that follows from it',
    job('id: a\nextends: none.yaml\n', {}),
    ['jobs/a.yaml:2:10 extends: '],
  ],
  ['no path', job(`${JOB}extends: [a]\n`, {}), ['jobs/a.yaml:13:1 extends: This must be the path of a YAML file.']],
  [
    'a circle',
    job(`${JOB}extends: b.base.yaml\n`, {
      'jobs/b.base.yaml': 'extends: c.base.yaml\n',
      'jobs/c.base.yaml': 'extends: b.base.yaml\n',
    }),
    ['jobs/c.base.yaml:1:10 extends: These files extend each other in a circle.'],
  ],
  [
    'itself',
    job(`${JOB}extends: a.yaml\n`, {}),
    ['jobs/a.yaml:13:10 extends: These files extend each other in a circle.'],
  ],
  [
    'more than five files',
    job(`${JOB}extends: b0.base.yaml\n`, chain(6)),
    ['jobs/b4.base.yaml:1:10 extends: More than 5 files extend each other.'],
  ],
  [
    'a file with an id',
    job(`${JOB}extends: b.base.yaml\n`, { 'jobs/b.base.yaml': 'id: b\n' }),
    ['jobs/b.base.yaml:1:1 id: Every job has an id of its own.'],
  ],
  [
    'a file that is no YAML',
    job(`${JOB}extends: b.base.yaml\n`, { 'jobs/b.base.yaml': 'a: "x\n' }),
    ['jobs/b.base.yaml:2:1 : A character is missing here: a quote, a bracket or a colon.'],
  ],
  [
    'a file with an unknown key',
    job(`${JOB}extends: b.base.yaml\n`, { 'jobs/b.base.yaml': 'schedul: {}\n' }),
    ['jobs/b.base.yaml:1:1 schedul: Unknown key "schedul".'],
  ],
];

table('faults of what a job extends', faults);

it('five files are not too many', async () => {
  expect((await configurationOf(job(`${JOB}extends: b0.base.yaml\n`, chain(5)))).jobs).toHaveLength(1);
});
