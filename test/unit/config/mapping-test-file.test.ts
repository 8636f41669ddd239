// Files of mapping tests: every fault with its place, and which job or template a file is about.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { examineConfiguration } from '../../../src/config/load.ts';
import { readMappingTests } from '../../../src/config/mapping-test-file.ts';
import { findSubject, mappingTestFiles } from '../../../src/config/mapping-test-subject.ts';
import { JOB, MAIN, summarize, temporaryConfiguration } from './temporary-configuration.ts';

const TEST = 'tests:\n  - { name: a, user: { mail: a@b }, expect: { inScope: true } }\n';

async function faultsOf(text: string): Promise<string[]> {
  const { directory } = await temporaryConfiguration({ 'jobs/wiki.test.yaml': text });
  const read = await readMappingTests(join(directory, 'jobs/wiki.test.yaml'));
  return read.ok ? [] : summarize(directory, read.faults).map((line) => line.replace('jobs/wiki.test.yaml:', ''));
}

const test = (lines: string) => `tests:\n  - name: a\n    ${lines.replaceAll('\n', '\n    ')}\n`;

describe('faults', () => {
  it.each([
    ['tests: []\n', ['1:1 tests: This list must not be empty.']],
    [`jbo: x\n${TEST}`, ['1:1 jbo: Unknown key "jbo".']],
    [test('user: {}\nexpect: {}'), ['4:5 tests[0].expect: Nothing is expected.']],
    [test('expect: { inScope: true }'), ['2:5 tests[0]: A test is about one object.']],
    [test('user: {}\ngroup: {}\nexpect: { inScope: true }'), ['2:5 tests[0]: A test is about one object.']],
    [test('user: { mial: x }\nexpect: { inScope: true }'), ['3:13 tests[0].user.mial: Unknown key "mial".']],
    [
      test('user: { telephoneNumber: x }\nexpect: { inScope: true }'),
      ['3:13 tests[0].user.telephoneNumber: Unknown key "telephoneNumber".'],
    ],
    [
      test('user: { employeeId: 00042 }\nexpect: { inScope: true }'),
      ['3:25 tests[0].user.employeeId: Microsoft Graph answers no number here.'],
    ],
    [test('group: { surname: x }\nexpect: { inScope: true }'), ['3:14 tests[0].group.surname: Unknown key "surname".']],
    [
      test('user: { manager: { mail: x } }\nexpect: { inScope: true }'),
      ['3:24 tests[0].user.manager.mail: Unknown key "mail".'],
    ],
    [
      test('user: {}\nexpect: { resource: { "emails[type = 1]": x } }'),
      [
        '4:27 tests[0].expect.resource["emails[type = 1]"]: In brackets only comparisons with eq, joined by and, are understood: [type eq "work"].',
      ],
    ],
    [
      test('user: {}\nexpect: { resource: {}, contains: {} }'),
      ['4:29 tests[0].expect.contains: resource is all of it and contains a part.'],
    ],
    [test('user: {}\nexpect: { patch: [] }'), ['4:15 tests[0].expect.patch: Only an account that exists is changed.']],
    [test('user: {}\nexpect: { error: {} }'), ['4:15 tests[0].expect.error: This must say which.']],
    [
      test('user: {}\nexpect: { error: { code: Nonsense } }'),
      ['4:30 tests[0].expect.error.code: There is no error code "Nonsense".'],
    ],
    [test('user: {}\nnow: 2026-02-45\nexpect: { inScope: true }'), ['4:10 tests[0].now: There is no such moment.']],
    [`${TEST}${TEST.slice(7)}`, ['3:13 tests[1].name: Another test of this file has this name.']],
  ])('of %j', async (text, faults) => {
    expect(await faultsOf(text)).toEqual(faults);
  });

  it('none in what Graph answers', async () => {
    const user =
      '{ "@odata.context": x, id: y, extension_0123456789abcdef0123456789abcdef_level: 5, businessPhones: [] }';
    expect(await faultsOf(test(`user: ${user}\nexpect: { inScope: true }`))).toEqual([]);
  });
});

describe('the subject', () => {
  const TEMPLATE = `name: own
description: Mine
${JOB.slice(JOB.indexOf('objectMappings'))}`;
  const files = {
    'scimsync.yaml': MAIN,
    'jobs/wiki.yaml': JOB,
    'jobs/wiki.test.yaml': TEST,
    'jobs/other.test.yaml': `job: wiki\n${TEST}`,
    'jobs/wrong.test.yaml': `job: wikki\n${TEST}`,
    'jobs/nobody.test.yaml': TEST,
    'gallery/own.yaml': TEMPLATE,
    'gallery/own.test.yaml': TEST,
    'gallery/wiki.test.yaml': TEST,
  };

  /** `job wiki`, or the faults, of each test file; no secret is there. */
  async function subjects(given: Readonly<Record<string, string>>): Promise<Record<string, string>> {
    const { directory } = await temporaryConfiguration(given);
    const { jobs } = await examineConfiguration(directory, {});
    expect(jobs.map(({ file }) => file)).toEqual([join(directory, 'jobs/wiki.yaml')]);
    const found: Record<string, string> = {};
    for (const file of await mappingTestFiles(directory)) {
      const read = await readMappingTests(file);
      if (!read.ok) throw new Error(summarize(directory, read.faults).join());
      const subject = await findSubject(read.tests, jobs, directory);
      found[file.slice(directory.length + 1)] = subject.ok
        ? `${subject.subject.type} ${subject.subject.name}`
        : summarize(directory, subject.faults).join();
    }
    return found;
  }

  it('is the one beside the file, or the one it names', async () => {
    expect(await subjects(files)).toEqual({
      'gallery/own.test.yaml': 'template own',
      'gallery/wiki.test.yaml': 'job wiki',
      'jobs/nobody.test.yaml': expect.stringContaining('There is no nobody.yaml beside it') as string,
      'jobs/other.test.yaml': 'job wiki',
      'jobs/wiki.test.yaml': 'job wiki',
      'jobs/wrong.test.yaml': 'jobs/wrong.test.yaml:1:6 job: There is no job "wikki".',
    });
  });

  it('has faults only where its mappings have', async () => {
    const broken = {
      ...files,
      'jobs/wiki.yaml': JOB.replace('[mail]', '[mial]').replace('baseUrl: https', 'baseUrl: x'),
    };
    const found = await subjects(broken);
    expect(found['jobs/wiki.test.yaml']).toMatch(
      /^jobs\/wiki\.yaml:\d+:\d+ objectMappings\.user\.attributeMappings\[0\]\.source: [^,]*mial[^,]*$/,
    );
    expect(found['gallery/own.test.yaml']).toBe('template own');
  });

  it('there are none where there is no folder', async () => {
    const { directory } = await temporaryConfiguration({});
    expect(await mappingTestFiles(directory)).toEqual([]);
  });
});
