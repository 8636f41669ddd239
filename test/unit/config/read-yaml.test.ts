import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectiveJobLines } from '../../../src/cli/effective-job-text.ts';
import { explainJob } from '../../../src/config/explain.ts';
import { examineConfiguration } from '../../../src/config/load.ts';
import { toPlain } from '../../../src/config/located.ts';
import { parseYaml, readYamlFile } from '../../../src/config/read-yaml.ts';
import { allFaults, JOB, MAIN, temporaryConfiguration } from './temporary-configuration.ts';

const places = (text: string) =>
  parseYaml('f', text).faults.map(({ line, column, message }) => `${line}:${column} ${message}`);

describe('parseYaml', () => {
  it('keeps the place of every value', () => {
    const { root } = parseYaml('f', 'a:\n  - b: 1\n    "c d": x\n');
    const list = root?.entries.get('a')?.value;
    const item = list?.kind === 'list' ? list.items[0] : undefined;
    const entry = item?.kind === 'map' ? item.entries.get('c d') : undefined;
    expect(list?.at).toEqual({ file: 'f', line: 1, column: 1, path: 'a' });
    expect(item?.at).toEqual({ file: 'f', line: 2, column: 5, path: 'a[0]' });
    expect(entry?.key).toEqual({ file: 'f', line: 3, column: 5, path: 'a[0]["c d"]' });
    expect(entry?.value.at).toEqual({ file: 'f', line: 3, column: 12, path: 'a[0]["c d"]' });
  });

  it.each([
    ['a: 2027-05-31\nb: yes\nc: 0x10\nd: ~\ne:', { a: '2027-05-31', b: 'yes', c: 16, d: null, e: null }],
    ['%YAML 1.1\n---\na: yes\nb: 2027-05-31\n', { a: 'yes', b: '2027-05-31' }],
    ['\ufeffa: 1\n', { a: 1 }],
    ['a: &x [1]\nb: *x\n', { a: [1], b: [1] }],
    ['a: &x 1\nb: &x 2\nc: *x\n', { a: 1, b: 2, c: 2 }],
    ['1: a\n', { '1': 'a' }],
  ])('reads %j', (text, value) => {
    const { root, faults } = parseYaml('f', text);
    expect(faults).toEqual([]);
    expect(root === undefined ? undefined : toPlain(root)).toEqual(value);
  });

  it.each([
    ['a: "hunter2', ['1:12 A character is missing here: a quote, a bracket or a colon.']],
    ['a: *hunter2\n', ['1:4 This alias (*…) refers to no anchor (&…) before it.']],
    ['a: !hunter2 x\n', ['1:4 This tag is not supported.']],
    ['a: @hunter2\n', ['1:4 A value cannot begin with this character.']],
    ['a: b: hunter2\n', ['1:4 A second colon makes a nested map on the same line.']],
    ['? [hunter2]\n: 1\n', ['1:3 This key is not text.']],
    ['a: 1\na: 2\na: 3\n', ['2:1 This key is given twice.', '3:1 This key is given twice.']],
    ['a:\n\t- hunter2\n', ['2:1 A tab is used as indentation.']],
  ])('refuses %j without repeating it', (text, faults) => {
    expect(places(text)).toEqual(faults);
    expect(JSON.stringify(parseYaml('f', text).faults)).not.toContain('hunter2');
  });

  it('bounds what aliases expand to', () => {
    const bomb = ['a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]'];
    for (let level = 1; level < 12; level += 1) {
      bomb.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ')}]`);
    }
    expect(parseYaml('f', bomb.join('\n')).faults.map(({ message }) => message)).toEqual([
      'The file is nested too deeply, or its aliases expand to too many values.',
    ]);
  });

  it('reads as many keys as fit into a file without comparing them all', () => {
    const text = Array.from({ length: 60_000 }, (_, index) => `k${index}: 1`).join('\n');
    expect(parseYaml('f', text).root?.entries.size).toBe(60_000);
  });

  it.each([
    ['a list that holds itself', 'a: &a [*a, *a, *a]\n'],
    ['depth', `a: ${'['.repeat(60)}${']'.repeat(60)}\n`],
    ['depth beyond the stack', `a: ${'['.repeat(200_000)}`],
    ['depth of blocks', '- '.repeat(100_000)],
  ])('bounds %s', (_name, text) => {
    const { root, faults } = parseYaml('f', text);
    expect(root).toBeUndefined();
    expect(faults[0]?.message).toMatch(/^The file is nested too deeply/);
  });
});

describe('loadConfiguration', () => {
  const word = fc.constantFrom(
    ...'id tenant template defaults source sources use acme target baseUrl auth token fromEnv objectMappings user group'.split(
      ' ',
    ),
    ...'attributeMappings targetAttributeName omitAttributes scope groups clauses profile filterable peakon null ~ 1 true extends a.yaml'.split(
      ' ',
    ),
    '"[mail]"',
    '[mail]',
    '{',
    '}',
    '[',
    ']',
    ': ',
    '- ',
    '\n',
    '\n  ',
    '\n    ',
    '&a',
    '*a',
    '<<',
    '__proto__',
    '!!set',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(word, { maxLength: 60 }).map((words) => words.join('')),
    // Valid files with one line damaged.
    fc.tuple(fc.nat(40), word, fc.constantFrom(MAIN, JOB)).map(([line, damage, whole]) => {
      const lines = whole.split('\n');
      const index = line % lines.length;
      return lines.with(index, `${lines[index]?.split(':')[0]}: ${damage}`).join('\n');
    }),
  );

  it('never throws, whatever is in the files', async () => {
    await fc.assert(
      fc.asyncProperty(text, text, text, async (main, job, template) => {
        const files = await temporaryConfiguration({
          'scimsync.yaml': main,
          'jobs/a.yaml': job,
          'jobs/b.yaml': `template: own\n${job}`,
          'gallery/own.yaml': template,
        });
        const { result, jobs } = await examineConfiguration(files.directory, {});
        expect(result.ok || result.faults.length > 0).toBe(true);
        // A job that says nothing has no lines; what matters is that every other one can be explained.
        for (const each of jobs) expect(effectiveJobLines(explainJob(each), () => 'f:1')).toBeInstanceOf(Array);
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it('never throws for any value in a job', async () => {
    const path = fc.constantFrom(
      'id',
      'source',
      'target',
      'profile',
      'lifecycle',
      'guards',
      'objectMappings',
      'template',
      'mode',
      'extends',
    );
    await fc.assert(
      fc.asyncProperty(path, fc.jsonValue({ maxDepth: 4 }), async (key, value) => {
        const files = await temporaryConfiguration({
          'scimsync.yaml': MAIN,
          'jobs/a.yaml': `${key}: ${JSON.stringify(value)}\n`,
        });
        expect(allFaults(await files.load())).not.toEqual([]);
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});

describe('readYamlFile', () => {
  it.skipIf(process.platform === 'win32')('does not wait for a pipe that nobody writes into', async () => {
    const { directory } = await temporaryConfiguration({});
    const path = join(directory, 'pipe.yaml');
    execFileSync('mkfifo', [path]);
    expect(await readYamlFile(path, '')).toMatchObject({ faults: [{ message: 'This is not a file.' }] });
  });
});
