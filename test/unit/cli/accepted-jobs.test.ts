// What goes on when files change under a running daemon.
import { describe, expect, it } from 'vitest';
import { AcceptedJobs } from '../../../src/cli/accepted-jobs.ts';
import type { LoadedConfiguration, RefusedFile } from '../../../src/config/load.ts';
import type { Job } from '../../../src/model/job.ts';
import { aConfiguration } from './configuration.ts';
import { aJob } from './runs.ts';

const at = (id: string, changes: Partial<Job> = {}): Job => {
  const job = aJob(id, changes);
  return { ...job, target: { ...job.target, baseUrl: `https://${id}.example.com/scim` } };
};
const refusedFile = (name: string, id: string | null): RefusedFile => ({
  file: `/etc/scimsync/jobs/${name}.yaml`,
  id,
  faults: [{ file: `/etc/scimsync/jobs/${name}.yaml`, path: '', message: 'What is wrong.' }],
});
const withRefused = (configuration: LoadedConfiguration, ...refused: readonly RefusedFile[]): LoadedConfiguration => ({
  ...configuration,
  refused,
});
const ids = ({ jobs }: Pick<LoadedConfiguration, 'jobs'>) => jobs.map(({ id }) => id);

describe('a job whose file has become invalid', () => {
  // spec: refused-files
  it.each([
    ['its id can be read', refusedFile('a', 'a')],
    ['its file is no YAML any more', refusedFile('a', null)],
    ['its file was renamed as well', refusedFile('renamed', 'a')],
    ['its id was changed as well', refusedFile('a', 'b')],
  ])('is kept as it was accepted last: %s', (_name, refused) => {
    const first = aConfiguration(at('a', { schedule: { every: '7m' } }), at('c'));
    const accepted = new AcceptedJobs(first);
    const second = withRefused(aConfiguration(at('c', { schedule: { every: '9m' } })), refused);
    const { configuration, kept, idle } = accepted.change(second);
    expect(ids(configuration)).toEqual(['c', 'a']);
    expect(configuration.jobs.map(({ schedule }) => schedule.every)).toEqual(['9m', '7m']);
    expect(configuration.files.get('a')).toBe('/etc/scimsync/jobs/a.yaml');
    expect([kept, idle]).toEqual([[{ jobId: 'a', refused }], []]);
    expect([accepted.configurationOf('a'), accepted.configurationOf('c')]).toEqual([first, second]);
    expect(accepted.configurationOf('a')).toBe(first);
  });

  it('is kept over several changes, and follows its file again once that is corrected', () => {
    const first = aConfiguration(at('a'));
    const accepted = new AcceptedJobs(first);
    for (let round = 0; round < 3; round += 1)
      expect(ids(accepted.change(withRefused(aConfiguration(), refusedFile('a', null))).configuration)).toEqual(['a']);
    expect(accepted.configurationOf('a')).toBe(first);
    const corrected = aConfiguration(at('a', { schedule: { every: '1h' } }));
    expect(accepted.change(corrected)).toMatchObject({ kept: [], idle: [] });
    expect(accepted.configurationOf('a')).toBe(corrected);
  });

  // spec: refused-files
  it('is not kept beside a job that took over its target', () => {
    const accepted = new AcceptedJobs(aConfiguration(at('a')));
    const heir = { ...at('b'), target: at('a').target };
    const refused = refusedFile('a', 'a');
    const { configuration, kept, idle } = accepted.change(withRefused(aConfiguration(heir), refused));
    expect([ids(configuration), kept, idle]).toEqual([['b'], [], [refused]]);
  });
});

describe('a change of the files', () => {
  it('lets go of jobs whose files were removed', () => {
    const accepted = new AcceptedJobs(aConfiguration(at('a'), at('b')));
    expect(ids(accepted.change(aConfiguration(at('b'))).configuration)).toEqual(['b']);
  });

  it('does not run a new file that has faults', () => {
    const accepted = new AcceptedJobs(aConfiguration(at('a')));
    const refused = refusedFile('b', 'b');
    const { configuration, idle } = accepted.change(withRefused(aConfiguration(at('a')), refused));
    expect([ids(configuration), idle]).toEqual([['a'], [refused]]);
  });

  it('keeps no job because another file took its id twice', () => {
    const accepted = new AcceptedJobs(aConfiguration(at('a')));
    const refused = refusedFile('copy', 'a');
    const { configuration, kept } = accepted.change(withRefused(aConfiguration(at('a')), refused));
    expect([ids(configuration), kept]).toEqual([['a'], []]);
  });
});
