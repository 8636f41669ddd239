// The words of an alert mail: what happened, since when, what it means for people, and what to type next. Several alerts and
// several jobs share one mail. Built from kinds, codes, counts and moments; texts that a directory or a target wrote stay
// out, because they can name people: the command that is named shows them.
import type { AlertCondition, AlertKind, EndingCredential, ToldAlert } from '../model/alert.ts';
import { ERROR_TABLE } from '../model/errors.ts';

/** What the mail says about one job. */
export interface JobAlerts {
  readonly jobId: string;
  /** True for a job that only plans: what fails there keeps nobody from being provisioned. */
  readonly observed: boolean;
  /** Worst first. */
  readonly alerts: readonly (ToldAlert & {
    /** The command that shows more or helps; empty when there is nothing to do. */
    readonly next: string;
  })[];
}

/** Where a mail comes from. */
export interface MailOrigin {
  /** Milliseconds. */
  readonly now: number;
  /** Name of the machine. */
  readonly host: string;
}

/** Subject and text about one or more jobs; each must have an alert. */
export function alertMail(
  jobs: readonly JobAlerts[],
  origin: MailOrigin,
): { readonly subject: string; readonly text: string } {
  const paragraphs = jobs.flatMap((job) => job.alerts.map((alert) => paragraph(job, alert, origin.now)));
  const foot = `-- \nSent by scimsync on ${origin.host}, ${moment(origin.now)}. What is told is set under notifications.`;
  return { subject: `scimsync: ${subjectOf(jobs)}`, text: `${[...paragraphs, foot].join('\n\n')}\n` };
}

function subjectOf(jobs: readonly JobAlerts[]): string {
  const [first] = jobs;
  if (jobs.length === 1 && first !== undefined) {
    const [worst] = first.alerts;
    const more = first.alerts.length - 1;
    const headlineOfWorst = worst === undefined ? '' : headline(worst);
    return `${first.jobId} ${headlineOfWorst}${more > 0 ? `, and ${more} more` : ''}`;
  }
  const names = (some: readonly JobAlerts[]): string => some.map(({ jobId }) => jobId).join(', ');
  const well = jobs.filter(({ alerts }) => alerts.every(({ telling }) => telling === 'recovered'));
  const unwell = jobs.filter((job) => !well.includes(job));
  if (unwell.length === 0) return shortened(`${well.length} jobs recovered: ${names(well)}`);
  const also = well.length === 0 ? '' : `, ${well.length} recovered`;
  const need = unwell.length === 1 ? '1 job needs' : `${unwell.length} jobs need`;
  return shortened(`${need} attention${also}: ${names([...unwell, ...well])}`);
}

function shortened(text: string): string {
  return text.length <= 150 ? text : `${text.slice(0, 149)}…`;
}

function paragraph(job: JobAlerts, alert: JobAlerts['alerts'][number], now: number): string {
  const { condition, since, telling } = alert;
  const rows: (readonly [string, string])[] =
    condition === null
      ? [['was', `open from ${moment(since)} to ${moment(now)}`]]
      : [
          ['what', whatOf(condition)],
          ['since', `${moment(since)}${telling === 'reminder' ? ' (reminder)' : ''}`],
          ...meaning(condition, job.observed),
          ...advice(condition),
        ];
  if (alert.next !== '') rows.push(['next', alert.next]);
  return [`${job.jobId} ${headline(alert)}`, ...rows.flatMap(([name, text]) => wrapped(name, text))].join('\n');
}

/** What happened, after the name of the job. */
function headline({ kind, telling, condition }: ToldAlert): string {
  if (condition === null) return RECOVERED[kind];
  const still = telling === 'reminder';
  switch (condition.kind) {
    case 'jobFailed':
      return `${still ? 'still cannot run' : 'could not run'} (${code(condition.code)})`;
    case 'quarantine':
      return `is ${still ? 'still ' : ''}in quarantine (${code(condition.code ?? condition.reason)})`;
    case 'noSuccess':
      return `has had no successful cycle ${condition.lastSuccess === null ? 'yet' : `since ${moment(condition.lastSuccess)}`}`;
    case 'held':
      return `${still ? 'still ' : ''}holds ${counted(condition.count, 'change')}`;
    case 'objectsFailing':
      return `${still ? 'still ' : ''}fails for ${counted(condition.count, 'object')}`;
    case 'credentialExpiring':
      return credentialHeadline(condition.credentials);
    case 'pausedTooLong':
      return `has been paused since ${moment(condition.since)}`;
    case 'observedTooLong':
      return `has only been observed since ${moment(condition.since)}`;
    default:
      throw new Error(`unknown alert ${String(condition satisfies never)}`);
  }
}

const RECOVERED: Readonly<Record<AlertKind, string>> = {
  jobFailed: 'runs again',
  quarantine: 'is out of quarantine',
  noSuccess: 'has had a successful cycle again',
  held: 'holds no changes any more',
  objectsFailing: 'fails for no object any more',
  credentialExpiring: 'has credentials that last',
  pausedTooLong: 'is not paused any more',
  observedTooLong: 'is not only observed any more',
};

function credentialHeadline(credentials: readonly EndingCredential[]): string {
  const [first] = credentials.toSorted((one, other) => one.daysLeft - other.daysLeft);
  if (first === undefined) return '';
  const more = credentials.length > 1 ? ` (and ${credentials.length - 1} more)` : '';
  if (first.daysLeft < 0) return `has an expired credential: ${first.what}${more}`;
  const when = first.daysLeft === 0 ? 'today' : `in ${counted(first.daysLeft, 'day')}`;
  return `has a credential that expires ${when}: ${first.what}${more}`;
}

/** Microsoft Graph, delta query: tokens of directory objects last seven days. */
function pauseText({ until, tokensEnd }: Extract<AlertCondition, { kind: 'pausedTooLong' }>): string {
  const ends = `The pause ends by itself on ${moment(until)}.`;
  return `${ends} When it ends after ${moment(tokensEnd)}, the next cycle has to read everybody again.`;
}

function whatOf(condition: AlertCondition): string {
  switch (condition.kind) {
    case 'jobFailed':
      return entryOf(condition.code)?.cause ?? 'The cycle ended with a fault of the job.';
    case 'quarantine':
      return quarantineText(condition);
    case 'noSuccess':
      return 'No cycle has ended without a fault of the job for longer than notifications.noSuccessAfter allows.';
    case 'held':
      return `A guard tripped: ${counted(condition.count, 'change')} will not be sent before somebody approves.`;
    case 'objectsFailing':
      return `${counted(condition.count, 'person or group', 'people or groups')} could not be provisioned.`;
    case 'credentialExpiring':
      return condition.credentials.map(credentialText).join('; ');
    case 'pausedTooLong':
      return pauseText(condition);
    case 'observedTooLong':
      return 'Every cycle plans what would be done, and writes nothing.';
    default:
      throw new Error(`unknown alert ${String(condition satisfies never)}`);
  }
}

function credentialText({ what, expires, daysLeft }: EndingCredential): string {
  return `${what} ${daysLeft < 0 ? 'expired' : 'expires'} on ${expires}`;
}

const STANDSTILL =
  'Nothing is provisioned: joiners get no account, changes do not arrive, and leavers keep their account until it runs again. Nothing is lost; what is due is done then.';
const PLANNED_ONLY = 'The job is only observed: nothing would have been written. Its plan is not up to date.';

const TRIED = 'By itself every few minutes at first, then more rarely, and at once after something was changed.';
const LASTING =
  'For more than 28 days now, after which Microsoft Entra would have switched the job off. It is still tried once a day.';

function quarantineText({ reason, code: name }: Extract<AlertCondition, { kind: 'quarantine' }>): string {
  const cause = entryOf(name ?? '')?.cause;
  if (reason === 'EncounteredQuarantineException') return cause ?? 'The source or the target refuses the job.';
  const most = cause === undefined ? '' : ` Most often: ${cause}`;
  return `So many people or groups fail that nothing more is written before a few of them succeed.${most}`;
}

/** What it means for people. */
function meaning(condition: AlertCondition, observed: boolean): (readonly [string, string])[] {
  switch (condition.kind) {
    case 'jobFailed':
    case 'noSuccess':
      return [['means', observed ? PLANNED_ONLY : STANDSTILL]];
    case 'quarantine':
      return [
        ['means', observed ? PLANNED_ONLY : STANDSTILL],
        ['tried', condition.lasting ? LASTING : TRIED],
      ];
    case 'held':
      return [
        [
          'means',
          'The accounts concerned stay as they are; if people left, they keep access. Everything else goes on.',
        ],
      ];
    case 'objectsFailing':
      return [
        [
          'means',
          'Their accounts are missing or out of date. They are tried again by themselves; everybody else goes on.',
        ],
      ];
    case 'credentialExpiring':
      return [['means', 'Once a credential has ended, the job cannot run, and leavers keep their account.']];
    case 'pausedTooLong':
      return [['means', 'Until then nothing is provisioned, and leavers keep their account.']];
    case 'observedTooLong':
      return [['means', 'Nobody gets an account through this job, and nobody loses one.']];
    default:
      throw new Error(`unknown alert ${String(condition satisfies never)}`);
  }
}

function advice(condition: AlertCondition): (readonly [string, string])[] {
  if (condition.kind === 'credentialExpiring')
    return [['advice', 'Create a new one, put it where the key points, and change the date in expires.']];
  if (condition.kind !== 'jobFailed' && condition.kind !== 'quarantine') return [];
  const entry = entryOf(condition.code ?? '');
  return entry === undefined ? [] : [['advice', entry.advice]];
}

function entryOf(name: string): { readonly cause: string; readonly advice: string } | undefined {
  return Object.entries(ERROR_TABLE).find(([each]) => each === name)?.[1];
}

/** A code comes from the store; only what looks like one is repeated. */
function code(name: string): string {
  return /^[A-Za-z]{1,60}$/.test(name) ? name : 'unknown';
}

function counted(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}

/** `2026-03-02 08:00 UTC`. */
function moment(milliseconds: number): string {
  const [day = '', time = ''] = new Date(milliseconds).toISOString().split('T');
  return `${day} ${time.slice(0, 5)} UTC`;
}

const WIDTH = 76;
const LABEL = 10;

/** A labelled text in lines of readable length; a command stays on one line, so that it can be copied. */
function wrapped(name: string, text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of name === 'next' ? [text] : text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > WIDTH - LABEL) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each, index) => `  ${(index === 0 ? name : '').padEnd(LABEL - 2)}${each}`);
}
