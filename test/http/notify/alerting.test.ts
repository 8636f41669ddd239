// From the store to the mail: what is told about jobs, once, together, and again when a mail was lost.
import { describe, expect, it, onTestFinished } from 'vitest';
import { tellAlerts } from '../../../src/cli/alerting.ts';
import { forgetfulRealms, type Installation } from '../../../src/compose.ts';
import { type Job, jobSchema } from '../../../src/model/job.ts';
import { openStore } from '../../../src/store/database.ts';
import { saveEscrow } from '../../../src/store/escrows.ts';
import { ensureJob, updateJob } from '../../../src/store/jobs.ts';
import { listAlerts } from '../../../src/store/notifications.ts';
import { buildJob } from '../../support/build-job.ts';
import { type MailServer, startMailServer } from '../../support/mail-server.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function aJob(id: string, email: readonly string[], changes: Partial<Job> = {}): Job {
  const notifications = jobSchema.shape.notifications.parse({ email });
  return { ...buildJob(), id, notifications, ...changes };
}

/** Jobs in a store, a mail server, and time. */
class World {
  now = Date.parse('2026-03-02T08:00:00Z');
  readonly warnings: { readonly fields: Readonly<Record<string, unknown>>; readonly message: string }[] = [];
  readonly installation: Installation;
  readonly server: MailServer;
  jobs: readonly Job[];

  constructor(installation: Installation, server: MailServer) {
    this.installation = installation;
    this.server = server;
    this.jobs = installation.configuration.jobs;
  }

  /** Looks once, so much later; the subjects of the mails that arrived. */
  async look(later = 0, installation = this.installation): Promise<string[]> {
    this.now += later;
    const before = this.server.mails.length;
    await tellAlerts(
      installation,
      this.jobs,
      { now: this.now, watchedSince: null },
      {
        environment: {},
        suffix: ' --config /etc/scimsync',
        log: {
          info: () => undefined,
          warn: (fields, message) => void this.warnings.push({ fields, message }),
        },
      },
    );
    return this.server.mails.slice(before).map(({ headers }) => subjectOf(headers));
  }

  async fail(id: string, code: string | null): Promise<void> {
    const fault = code === null ? null : JSON.stringify({ code, message: 'ana@example.com', advice: '', at: '' });
    await updateJob(this.installation.store.db, id, { last_fault: fault });
  }
}

function subjectOf(headers: readonly string[]): string {
  return headers.find((line) => line.startsWith('Subject: '))?.slice('Subject: '.length) ?? '';
}

async function buildWorld(...jobs: readonly Job[]): Promise<World> {
  const server = await startMailServer();
  const store = await openStore('sqlite::memory:');
  onTestFinished(() => store.close());
  for (const job of jobs) await ensureJob(store.db, job.id);
  const installation: Installation = {
    store,
    identity: { owner: 'test', isGone: () => false },
    realms: forgetfulRealms(),
    configuration: {
      directory: '/etc/scimsync',
      storeUrl: 'sqlite::memory:',
      sources: new Map(),
      jobs,
      files: new Map(),
      refused: [],
      network: { privateTargets: 'allow' },
      daemon: { maxConcurrentJobs: 2 },
      logging: { personalData: 'ids' },
      warnings: [],
      smtp: {
        host: '127.0.0.1',
        port: server.port,
        security: 'none',
        allowUnencrypted: false,
        from: 'scimsync@mail.example',
      },
    },
  };
  return new World(installation, server);
}

const IT = ['it@example.com'];

describe('a job that cannot run', () => {
  // spec: told-once
  it('is told once, reminded of after a day, and told once when it runs again', async () => {
    const world = await buildWorld(aJob('peakon', IT));
    expect(await world.look()).toEqual([]);
    await world.fail('peakon', 'TargetCredentialsInvalid');
    expect(await world.look()).toEqual(['scimsync: peakon could not run (TargetCredentialsInvalid)']);
    expect(world.server.mails[0]?.text).toContain(
      'next    scimsync test-connection --job peakon --config /etc/scimsync\n',
    );
    expect(await world.look(40 * MINUTE)).toEqual([]);
    expect(await world.look(DAY)).toEqual(['scimsync: peakon still cannot run (TargetCredentialsInvalid)']);
    await world.fail('peakon', null);
    expect(await world.look(HOUR)).toEqual(['scimsync: peakon runs again']);
    expect(await world.look(HOUR)).toEqual([]);
    expect(world.warnings).toEqual([]);
  });

  // spec: harmless-mails
  it('is told without what the fault or the objects say about people', async () => {
    const world = await buildWorld(aJob('peakon', IT));
    await world.fail('peakon', 'TargetUnreachable');
    await saveEscrow(world.installation.store.db, {
      job_id: 'peakon',
      kind: 'user',
      source_id: 'p1',
      display_name: 'Ana Ruiz',
      code: 'EntryConflict',
      message: 'ana@example.com is taken',
      attempts: 1,
      first_seen: world.now,
      next_attempt: 0,
      reference: 0,
    });
    await world.look();
    expect(JSON.stringify(world.server.mails)).not.toMatch(/ana/i);
    expect(world.server.mails[0]?.text).toContain('1 person or group could not be provisioned.');
  });
});

describe('several jobs', () => {
  it('of the same recipients share a mail, whatever the order and the case of the addresses', async () => {
    const world = await buildWorld(
      aJob('peakon', ['it@example.com', 'hr@example.com']),
      aJob('wiki', ['HR@example.com', 'it@example.com']),
      aJob('crm', ['sales@example.com']),
    );
    for (const id of ['peakon', 'wiki', 'crm']) await world.fail(id, 'SourceUnreachable');
    expect(await world.look()).toEqual([
      'scimsync: 2 jobs need attention: peakon, wiki',
      'scimsync: crm could not run (SourceUnreachable)',
    ]);
    expect(world.server.mails.map(({ to }) => [...to].toSorted())).toEqual([
      ['hr@example.com', 'it@example.com'],
      ['sales@example.com'],
    ]);
  });
});

describe('a mail that is not taken', () => {
  // spec: told-once
  it('is a warning and is sent the next time', async () => {
    const world = await buildWorld(aJob('peakon', IT));
    await world.fail('peakon', 'SourceUnreachable');
    world.server.says = 'later';
    expect(await world.look()).toEqual([]);
    expect(world.warnings).toEqual([
      {
        fields: { jobs: ['peakon'], code: 'NotificationFailed' },
        message: expect.stringContaining('did not take the message (554 later)') as string,
      },
    ]);
    world.server.says = undefined;
    expect(await world.look(MINUTE)).toEqual(['scimsync: peakon could not run (SourceUnreachable)']);
    expect(world.server.mails[0]?.text).toContain('since   2026-03-02 08:00 UTC');
  });

  it('because the password cannot be read is a warning, too', async () => {
    const world = await buildWorld(aJob('peakon', IT));
    const { configuration } = world.installation;
    const smtp = { ...configuration.smtp, user: 'it', password: { fromEnv: 'NOT_SET' } } as typeof configuration.smtp;
    await world.fail('peakon', 'SourceUnreachable');
    const installation = { ...world.installation, configuration: { ...configuration, ...(smtp && { smtp }) } };
    expect(await world.look(0, installation)).toEqual([]);
    expect(world.warnings).toHaveLength(1);
    expect(await world.look()).toEqual(['scimsync: peakon could not run (SourceUnreachable)']);
  });
});

describe('two processes', () => {
  it('that look at the same time send one mail', async () => {
    const world = await buildWorld(aJob('peakon', IT));
    await world.fail('peakon', 'SourceUnreachable');
    await Promise.all([world.look(), world.look()]);
    expect(world.server.mails).toHaveLength(1);
  });

  it('do not wait for ever for one that ended while it was sending', async () => {
    const world = await buildWorld(aJob('peakon', IT));
    const { db } = world.installation.store;
    await world.fail('peakon', 'SourceUnreachable');
    world.server.says = 'no';
    await world.look();
    world.server.says = undefined;
    await db
      .updateTable('alert')
      .set({ claimed_until: world.now + 5 * MINUTE })
      .execute();
    expect(await world.look(MINUTE)).toEqual([]);
    expect(await world.look(5 * MINUTE)).toEqual(['scimsync: peakon could not run (SourceUnreachable)']);
  });
});

describe('nobody is told', () => {
  it.each([
    { name: 'about a job without recipients', job: aJob('peakon', []) },
    { name: 'about a job that is not enabled', job: aJob('peakon', IT, { enabled: false }) },
    {
      name: 'what nobody wants to know',
      job: aJob('peakon', IT, { notifications: { email: IT, on: ['held'], noSuccessAfter: 3 } }),
    },
  ])('$name', async ({ job }) => {
    const world = await buildWorld(job);
    await world.fail('peakon', 'SourceUnreachable');
    expect(await world.look()).toEqual([]);
    expect(world.warnings).toEqual([]);
  });

  it('any more once the job is switched off, and the alert is forgotten', async () => {
    const world = await buildWorld(aJob('peakon', IT));
    await world.fail('peakon', 'SourceUnreachable');
    await world.look();
    world.jobs = [aJob('peakon', IT, { enabled: false })];
    expect(await world.look(2 * DAY)).toEqual([]);
    expect(await listAlerts(world.installation.store.db, 'peakon')).toEqual([]);
  });
});

describe('the lack of a success', () => {
  it('is noticed by looking alone, and counts from the end of a pause', async () => {
    const world = await buildWorld(aJob('peakon', IT));
    const { db } = world.installation.store;
    await updateJob(db, 'peakon', { last_success: world.now });
    expect(await world.look(2 * HOUR)).toEqual([]);
    await updateJob(db, 'peakon', { paused_since: world.now, paused_until: world.now + 9 * HOUR });
    expect(await world.look(3 * HOUR)).toEqual([]);
    expect(await world.look(7 * HOUR)).toEqual([]);
    expect(await world.look(2 * HOUR)).toEqual([
      'scimsync: peakon has had no successful cycle since 2026-03-02 08:00 UTC',
    ]);
    await updateJob(db, 'peakon', { last_success: world.now });
    expect(await world.look(MINUTE)).toEqual(['scimsync: peakon has had a successful cycle again']);
  });

  it('is no news right after the start of a daemon', async () => {
    const world = await buildWorld(aJob('peakon', IT));
    await updateJob(world.installation.store.db, 'peakon', { last_success: world.now });
    const watchedSince = world.now + 3 * DAY;
    const look = async (now: number) => {
      const log = { info: () => undefined, warn: () => undefined };
      await tellAlerts(world.installation, world.jobs, { now, watchedSince }, { environment: {}, log, suffix: '' });
      return world.server.mails.length;
    };
    expect(await look(watchedSince + 40 * MINUTE)).toBe(0);
    expect(await look(watchedSince + 41 * MINUTE)).toBe(1);
  });
});

describe('what is read from configuration and store', () => {
  it('tells of a credential that ends, at its steps', async () => {
    const job = aJob('peakon', IT);
    const token = { fromEnv: 'TOKEN', expires: '2026-03-09' };
    const world = await buildWorld({ ...job, target: { ...job.target, auth: { type: 'bearer', token } } });
    expect(await world.look()).toEqual(['scimsync: peakon has a credential that expires in 7 days: target.auth.token']);
    expect(await world.look(5 * DAY)).toEqual([]);
    expect(await world.look(DAY)).toEqual([
      'scimsync: peakon has a credential that expires in 1 day: target.auth.token',
    ]);
  });

  it('tells of a job that has been observed for 14 days, and not of one that writes', async () => {
    const world = await buildWorld(aJob('peakon', IT, { mode: 'observe' }), aJob('wiki', IT));
    const { db } = world.installation.store;
    for (const id of ['peakon', 'wiki']) await updateJob(db, id, { mode: 'observe', mode_since: world.now - 14 * DAY });
    expect(await world.look()).toEqual(['scimsync: peakon has only been observed since 2026-02-16 08:00 UTC']);
  });

  it('tells of a job that was paused again and again for 14 days', async () => {
    const world = await buildWorld(aJob('peakon', IT));
    await updateJob(world.installation.store.db, 'peakon', {
      paused_since: world.now - 14 * DAY,
      paused_until: world.now + DAY,
      pause_reason: 'maintenance',
    });
    expect(await world.look()).toEqual(['scimsync: peakon has been paused since 2026-02-16 08:00 UTC']);
  });

  it('tells of objects that failed since the last mail', async () => {
    const world = await buildWorld(aJob('peakon', IT));
    const fail = (id: string) =>
      saveEscrow(world.installation.store.db, {
        job_id: 'peakon',
        kind: 'user',
        source_id: id,
        display_name: null,
        code: 'EntryConflict',
        message: '',
        attempts: 1,
        first_seen: world.now,
        next_attempt: 0,
        reference: 0,
      });
    await fail('p1');
    await fail('p2');
    expect(await world.look()).toEqual(['scimsync: peakon fails for 2 objects']);
    expect(await world.look(2 * DAY)).toEqual([]);
    await fail('p3');
    expect(await world.look(MINUTE)).toEqual(['scimsync: peakon still fails for 3 objects']);
  });
});
