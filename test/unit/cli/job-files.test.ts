import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileStateOf, readVanishedJobs, refuseRenamed, vanishedText } from '../../../src/cli/job-files.ts';
import type { LoadedConfiguration, RefusedFile } from '../../../src/config/load.ts';
import { openStore, type Store } from '../../../src/store/database.ts';
import { ensureJob, updateJob } from '../../../src/store/jobs.ts';
import { saveLink } from '../../../src/store/links.ts';
import { aJob } from './runs.ts';

const refusedFile = (file: string, id: string | null): RefusedFile => ({ file, id, faults: [] });
const files = (jobs: readonly string[], ...refused: readonly RefusedFile[]) =>
  ({ jobs: jobs.map((id) => aJob(id)), refused }) satisfies Pick<LoadedConfiguration, 'jobs' | 'refused'>;

describe('fileStateOf', () => {
  it.each<[string, string | null, ReturnType<typeof files>, string]>([
    ['a job with a file', 'jobs/wiki.yaml', files(['wiki']), 'configured'],
    ['a job without one', 'jobs/wiki.yaml', files(['crm']), 'vanished'],
    ['a refused file with its id', 'jobs/old.yaml', files([], refusedFile('config/jobs/wiki.yaml', 'wiki')), 'refused'],
    [
      'a refused file with another id',
      'jobs/wiki.yaml',
      files([], refusedFile('config/jobs/wiki.yaml', 'crm')),
      'vanished',
    ],
    ['its file, unreadable', 'jobs/wiki.yaml', files([], refusedFile('config/jobs/wiki.yaml', null)), 'refused'],
    ['another file, unreadable', 'jobs/wiki.yaml', files([], refusedFile('config/jobs/crm.yaml', null)), 'vanished'],
    [
      'some unreadable file, while its own is not known',
      null,
      files([], refusedFile('config/jobs/crm.yaml', null)),
      'refused',
    ],
  ])('%s', (_name, file, configuration, type) => {
    expect(fileStateOf({ id: 'wiki', file }, configuration).type).toBe(type);
  });

  it('counts a job that is not enabled as configured', () => {
    expect(
      fileStateOf({ id: 'wiki', file: null }, { jobs: [aJob('wiki', { enabled: false })], refused: [] }).type,
    ).toBe('configured');
  });
});

describe('jobs of the store', () => {
  let store: Store;
  beforeEach(async () => {
    store = await openStore('sqlite::memory:');
  });
  afterEach(() => store.close());

  async function addJob(id: string, links: number, started: number | null = 1): Promise<void> {
    await ensureJob(store.db, id);
    await updateJob(store.db, id, {
      last_started: started,
      file: `jobs/${id}.yaml`,
      target_root: 'https://wiki.example.com/scim/v2',
    });
    for (let index = 0; index < links; index += 1)
      await saveLink(store.db, {
        job_id: id,
        kind: 'user',
        source_id: `s${index}`,
        target_id: `t${index}`,
        matched_by: 'created',
        exported: '{}',
        active: 1,
        email: null,
        cycle_id: 'c',
        verify: 0,
        linked_at: '2026-05-31T08:00:00.000Z',
        protected: 0,
      });
  }

  // spec: vanished-files
  it('are missed when they have worked, not when a plan made them', async () => {
    await addJob('old', 3);
    await addJob('kept', 2);
    await addJob('planned', 0, null);
    const vanished = await readVanishedJobs(store.db, files(['kept']));
    expect(vanished).toEqual([
      { id: 'old', links: 3, file: 'jobs/old.yaml', targetRoot: 'https://wiki.example.com/scim/v2' },
    ]);
    expect(vanished.map(vanishedText)).toEqual(['no configuration; 3 links kept; leavers are NOT processed']);
  });

  // spec: vanished-files
  it('keep a new job from taking over their accounts', async () => {
    await addJob('old', 3);
    await expect(
      refuseRenamed(store.db, files(['new']), { id: 'new' }, 'https://wiki.example.com/scim/v2'),
    ).rejects.toMatchObject({ code: 'JobRenamed', message: expect.stringContaining('scimsync job rename old new') });
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['at another target', () => addJob('old', 3), 'https://crm.example.com/scim/v2'],
    ['of which no account is left', () => addJob('old', 0), 'https://wiki.example.com/scim/v2'],
  ])('let a new job begin that finds one %s', async (_name, arrange, targetRoot) => {
    await arrange();
    await expect(refuseRenamed(store.db, files(['new']), { id: 'new' }, targetRoot)).resolves.toBeUndefined();
  });

  it('let a job go on that has worked already', async () => {
    await addJob('old', 3);
    await addJob('new', 1);
    const target = 'https://wiki.example.com/scim/v2';
    await expect(refuseRenamed(store.db, files(['new']), { id: 'new' }, target)).resolves.toBeUndefined();
  });
});
