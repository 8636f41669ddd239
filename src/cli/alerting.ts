// Tells recipients what is wrong with their jobs: decides, claims, sends, and remembers what was told. Jobs with the same
// recipients share a mail. Whatever fails here is a line in the log and is tried again later; it never fails a cycle.
import { hostname } from 'node:os';
import { connectMailer, type Installation } from '../compose.ts';
import { withCertificateExpiry } from '../config/source-credential.ts';
import type { EngineLog } from '../engine/context.ts';
import type { AlertKind, ToldAlert } from '../model/alert.ts';
import type { Job, SourceSettings } from '../model/job.ts';
import { alertMail, type JobAlerts } from '../notify/alert-mail.ts';
import { type AlertDecision, decideAlerts } from '../rules/alerts.ts';
import type { Db } from '../store/database.ts';
import { CLAIM_MS, listAlerts, releaseAlerts, removeAlerts, saveAlert } from '../store/notifications.ts';
import { readAlertFacts, recordOf, rowOf, type Watch } from './alert-facts.ts';
import { programName } from './program-name.ts';
import { nextAfter } from './summary-text.ts';

/** What alerts are told with. */
export interface AlertingSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly log: EngineLog;
  /** Added to suggested commands (--config …). */
  readonly suffix: string;
}

/** How far everybody was told what there is to tell. */
export type AlertingOutcome = 'told' | 'nothing to tell' | 'failed';

interface Due {
  readonly job: Job;
  readonly decisions: readonly (AlertDecision & { readonly tell: NonNullable<AlertDecision['tell']> })[];
}

/** Looks at these jobs and sends what is due. Never rejects. */
export async function tellAlerts(
  installation: Installation,
  jobs: readonly Job[],
  watch: Watch,
  surroundings: AlertingSurroundings,
): Promise<AlertingOutcome> {
  try {
    const due: Due[] = [];
    for (const job of jobs) {
      const decisions = await claim(installation, job, watch);
      if (decisions.length > 0) due.push({ job, decisions });
    }
    if (due.length === 0) return 'nothing to tell';
    const outcomes: boolean[] = [];
    for (const group of Map.groupBy(due, ({ job }) => recipientsKey(job)).values())
      outcomes.push(await send(installation, group, watch, surroundings));
    return outcomes.every(Boolean) ? 'told' : 'failed';
  } catch (error) {
    surroundings.log.warn({ code: 'NotificationFailed', err: error }, 'no mail could be sent; tried again later');
    return 'failed';
  }
}

function recipientsKey(job: Job): string {
  return [...recipientsOf(job)].toSorted().join(' ');
}

function recipientsOf(job: Job): ReadonlySet<string> {
  return new Set(job.notifications.email.map((address) => address.toLowerCase()));
}

/** The source of a job, with the last day of its certificate. */
async function datedSource({ configuration }: Installation, job: Job): Promise<SourceSettings | undefined> {
  const source = configuration.sources.get(job.source.use);
  return source === undefined ? undefined : withCertificateExpiry(source, configuration.directory);
}

/** Decides about a job and claims what is to be told; most of the time there is nothing to write. */
async function claim(installation: Installation, job: Job, watch: Watch): Promise<Due['decisions']> {
  const { store } = installation;
  if (!job.enabled || job.notifications.email.length === 0 || installation.configuration.smtp === undefined) {
    if ((await listAlerts(store.db, job.id)).length > 0) await removeAlerts(store.db, job.id);
    return [];
  }
  const source = await datedSource(installation, job);
  const first = await decide(store.db, source, job, watch);
  if (first.every(({ decision, isKept }) => isKept && decision.tell === null)) return [];
  return store.transaction(async (trx) => {
    const decided = await decide(trx, source, job, watch);
    for (const { decision, isKept } of decided) {
      const { kind, next, tell } = decision;
      if (next === null) await removeAlerts(trx, job.id, [kind]);
      else if (!isKept || tell !== null)
        await saveAlert(trx, rowOf(job.id, next, tell === null ? 0 : watch.now + CLAIM_MS));
    }
    return decided.flatMap(({ decision }) => (decision.tell === null ? [] : [{ ...decision, tell: decision.tell }]));
  });
}

interface Decided {
  readonly decision: AlertDecision;
  /** Nothing about the alert has changed. */
  readonly isKept: boolean;
}

async function decide(db: Db, source: SourceSettings | undefined, job: Job, watch: Watch): Promise<Decided[]> {
  const facts = await readAlertFacts(db, job, source, watch);
  if (facts === null) return [];
  const rows = await listAlerts(db, job.id);
  const claimed = rows.filter((row) => row.claimed_until > watch.now).map((row) => row.kind);
  const decisions = decideAlerts(facts, rows.map(recordOf), watch.now);
  return decisions
    .filter(({ kind }) => !claimed.includes(kind))
    .map((decision) => {
      const row = rows.find(({ kind }) => kind === decision.kind);
      const before = row === undefined ? null : rowOf(job.id, recordOf(row), 0);
      const after = decision.next === null ? null : rowOf(job.id, decision.next, 0);
      return { decision, isKept: JSON.stringify(before) === JSON.stringify(after) };
    });
}

/** One mail about jobs with the same recipients; what it tells is remembered once the server has taken it. */
async function send(
  { configuration, store }: Installation,
  group: readonly Due[],
  watch: Watch,
  { environment, log, suffix }: AlertingSurroundings,
): Promise<boolean> {
  const jobs = group.map(({ job }) => job.id);
  try {
    const mailer = await connectMailer(configuration, environment);
    const to = [...new Set(group.flatMap(({ job }) => [...recipientsOf(job)]))];
    const origin = { now: watch.now, host: hostname() };
    const mail = alertMail(
      group.map((due) => jobAlerts(due, suffix)),
      origin,
    );
    const receipt = await mailer?.({ to, ...mail });
    await store.transaction(async (trx) => {
      for (const { job, decisions } of group)
        for (const { tell } of decisions) await saveAlert(trx, rowOf(job.id, tell.next, 0));
    });
    log.info({ jobs, recipients: to.length, subject: mail.subject }, 'alert mail sent');
    if (receipt !== undefined && receipt.refused > 0)
      log.warn(
        { jobs, code: 'NotificationFailed', refused: receipt.refused },
        'the mail server refused some of the recipients',
      );
    return true;
  } catch (error) {
    for (const { job, decisions } of group)
      await releaseAlerts(
        store.db,
        job.id,
        decisions.map(({ kind }) => kind),
      );
    const message = error instanceof Error ? error.message : 'unknown';
    log.warn({ jobs, code: 'NotificationFailed' }, `an alert mail could not be sent; tried again later: ${message}`);
    return false;
  }
}

function jobAlerts({ job, decisions }: Due, suffix: string): JobAlerts {
  return {
    jobId: job.id,
    observed: job.mode === 'observe',
    alerts: decisions.map(({ tell }) => ({ ...tell.alert, next: nextOf(tell.alert, job.id, suffix) })),
  };
}

const NEXT: Readonly<Record<Exclude<AlertKind, 'jobFailed'>, (id: string) => string>> = {
  quarantine: (id) => `status --job ${id}`,
  noSuccess: (id) => `status --job ${id}`,
  held: (id) => `staged --job ${id}`,
  objectsFailing: (id) => `logs --job ${id} --status failure`,
  credentialExpiring: (id) => `test-connection --job ${id}`,
  pausedTooLong: (id) => `resume --job ${id}`,
  observedTooLong: (id) => `status --job ${id}`,
};

function nextOf({ kind, condition }: ToldAlert, jobId: string, suffix: string): string {
  if (condition === null) return '';
  if (condition.kind === 'jobFailed') return nextAfter(condition.code, jobId, suffix);
  return kind === 'jobFailed' ? '' : `${programName()} ${NEXT[kind](jobId)}${suffix}`;
}
