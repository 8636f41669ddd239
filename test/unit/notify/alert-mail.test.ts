import { describe, expect, it } from 'vitest';
import type { AlertCondition, Telling } from '../../../src/model/alert.ts';
import { ERROR_TABLE } from '../../../src/model/errors.ts';
import { alertMail, type JobAlerts } from '../../../src/notify/alert-mail.ts';

const SINCE = Date.parse('2026-03-02T06:40:00Z');
const NOW = Date.parse('2026-03-02T08:00:00Z');
const ORIGIN = { now: NOW, host: 'sync-01' };

function job(jobId: string, ...alerts: JobAlerts['alerts']): JobAlerts {
  return { jobId, observed: false, alerts };
}

function alert(condition: AlertCondition, telling: Telling = 'opened', next = '') {
  return { kind: condition.kind, telling, since: SINCE, condition, next };
}

function over(kind: AlertCondition['kind']) {
  return { kind, telling: 'recovered', since: SINCE, condition: null, next: '' } as const;
}

const REFUSED: AlertCondition = { kind: 'jobFailed', code: 'TargetCredentialsInvalid' };
const HELD: AlertCondition = { kind: 'held', count: 120 };

describe('the mail about one job', () => {
  it('says what happened, since when, what it means for people, and what to type next', () => {
    const mail = alertMail([job('peakon', alert(REFUSED, 'opened', 'scimsync test-connection --job peakon'))], ORIGIN);
    expect(mail).toEqual({
      subject: 'scimsync: peakon could not run (TargetCredentialsInvalid)',
      text: `peakon could not run (TargetCredentialsInvalid)
  what    The target refused the token (401).
  since   2026-03-02 06:40 UTC
  means   Nothing is provisioned: joiners get no account, changes do not
          arrive, and leavers keep their account until it runs again.
          Nothing is lost; what is due is done then.
  advice  Put a valid token where target.auth.token points; then run
          test-connection.
  next    scimsync test-connection --job peakon

-- 
Sent by scimsync on sync-01, 2026-03-02 08:00 UTC. What is told is set under notifications.
`,
    });
  });

  it('says what is over', () => {
    const mail = alertMail([job('peakon', over('jobFailed'))], ORIGIN);
    expect(mail.subject).toBe('scimsync: peakon runs again');
    expect(mail.text).toContain('open from 2026-03-02 06:40 UTC to 2026-03-02 08:00 UTC');
  });

  it('says that an observed job would have written nothing', () => {
    const mail = alertMail([{ ...job('peakon', alert(REFUSED)), observed: true }], ORIGIN);
    expect(mail.text).toContain('only observed');
    expect(mail.text).not.toContain('leavers');
  });

  const day = 86_400_000;
  it.each<{ condition: AlertCondition; telling?: Telling; subject: string }>([
    { condition: REFUSED, telling: 'reminder', subject: 'still cannot run (TargetCredentialsInvalid)' },
    { condition: REFUSED, telling: 'changed', subject: 'could not run (TargetCredentialsInvalid)' },
    {
      condition: {
        kind: 'quarantine',
        reason: 'EncounteredQuarantineException',
        code: 'TargetCredentialsInvalid',
        lasting: false,
      },
      subject: 'is in quarantine (TargetCredentialsInvalid)',
    },
    {
      condition: {
        kind: 'quarantine',
        reason: 'EncounteredEscrowProportionThreshold',
        code: null,
        lasting: true,
      },
      telling: 'reminder',
      subject: 'is still in quarantine (EncounteredEscrowProportionThreshold)',
    },
    {
      condition: { kind: 'noSuccess', lastSuccess: SINCE },
      subject: 'has had no successful cycle since 2026-03-02 06:40 UTC',
    },
    { condition: { kind: 'noSuccess', lastSuccess: null }, subject: 'has had no successful cycle yet' },
    { condition: { kind: 'held', count: 1 }, subject: 'holds 1 change' },
    { condition: HELD, telling: 'reminder', subject: 'still holds 120 changes' },
    { condition: { kind: 'objectsFailing', count: 3, newest: NOW }, subject: 'fails for 3 objects' },
    {
      condition: {
        kind: 'credentialExpiring',
        credentials: [{ what: 'target.auth.token', expires: '2026-03-09', daysLeft: 7 }],
      },
      subject: 'has a credential that expires in 7 days: target.auth.token',
    },
    {
      condition: {
        kind: 'credentialExpiring',
        credentials: [
          { what: 'heartbeat.url', expires: '2026-03-09', daysLeft: 7 },
          { what: 'source.clientSecret', expires: '2026-03-01', daysLeft: -1 },
        ],
      },
      subject: 'has an expired credential: source.clientSecret (and 1 more)',
    },
    {
      condition: { kind: 'pausedTooLong', since: NOW - 14 * day, until: NOW + day, tokensEnd: NOW - 7 * day },
      subject: 'has been paused since 2026-02-16 08:00 UTC',
    },
    {
      condition: { kind: 'observedTooLong', since: NOW - 14 * day },
      subject: 'has only been observed since 2026-02-16 08:00 UTC',
    },
  ])('has a subject that says it: $subject', ({ condition, telling = 'opened', subject }) => {
    const mail = alertMail([job('peakon', alert(condition, telling))], ORIGIN);
    expect(mail.subject).toBe(`scimsync: peakon ${subject}`);
    expect(mail.text).toContain(`peakon ${subject}\n  what`);
    expect(mail.text).toContain('\n  means   ');
  });
});

it('about a pause says when it costs a whole reading of the directory', () => {
  const condition = {
    kind: 'pausedTooLong',
    since: NOW - 5 * 86_400_000,
    until: NOW + 9 * 86_400_000,
    tokensEnd: NOW + 2 * 86_400_000,
  } as const;
  const flat = alertMail([job('peakon', alert(condition))], ORIGIN).text.replaceAll(/\s+/g, ' ');
  expect(flat).toContain('When it ends after 2026-03-04 08:00 UTC, the next cycle has to read everybody again.');
});

describe('one mail', () => {
  it('about several alerts of a job names the worst, and how many more', () => {
    const mail = alertMail([job('peakon', alert(REFUSED), alert(HELD))], ORIGIN);
    expect(mail.subject).toBe('scimsync: peakon could not run (TargetCredentialsInvalid), and 1 more');
    expect(mail.text).toContain('\n\npeakon holds 120 changes\n');
  });

  it('about several jobs names them', () => {
    const mail = alertMail([job('peakon', alert(REFUSED)), job('wiki', alert(HELD)), job('hr', over('held'))], ORIGIN);
    expect(mail.subject).toBe('scimsync: 2 jobs need attention, 1 recovered: peakon, wiki, hr');
  });

  it('about nothing but recoveries says so', () => {
    const mail = alertMail([job('peakon', over('jobFailed')), job('wiki', over('jobFailed'))], ORIGIN);
    expect(mail.subject).toBe('scimsync: 2 jobs recovered: peakon, wiki');
  });

  it('about very many jobs still has a subject', () => {
    const jobs = Array.from({ length: 200 }, (_, index) => job(`job-${index}`, alert(REFUSED)));
    expect(alertMail(jobs, ORIGIN).subject.length).toBeLessThanOrEqual(160);
  });
});

describe('every error code', () => {
  it.each(Object.entries(ERROR_TABLE).filter(([, { scope }]) => scope !== 'object'))(
    '%s is explained with its cause and advice',
    (code, { cause, advice }) => {
      const mail = alertMail([job('peakon', alert({ kind: 'jobFailed', code }))], ORIGIN);
      const flat = mail.text.replaceAll(/\s+/g, ' ');
      expect(flat).toContain(cause);
      expect(flat).toContain(advice);
    },
  );

  it('that is none is not repeated', () => {
    const mail = alertMail([job('peakon', alert({ kind: 'jobFailed', code: 'X\r\nBcc: evil@example.com' }))], ORIGIN);
    expect(JSON.stringify(mail)).not.toContain('evil');
    expect(mail.subject).toBe('scimsync: peakon could not run (unknown)');
  });
});
