// When a credential that carries `expires` deserves a warning: 30, 14, 7 and 1 days before, and once the day is past.
// Entra lets secrets end without a word; a date beside the reference is the only warning there is. Days are days of UTC.
import type { Job, SourceSettings } from '../model/job.ts';

const DAY_MS = 86_400_000;

/** The days before the end at which the warning grows more urgent, latest first. */
const THRESHOLDS = [1, 7, 14, 30] as const;

/** The most urgent threshold that has been reached; `past` once the day of `expires` is over. */
export type ExpiryLevel = (typeof THRESHOLDS)[number] | 'past';

/** How long a credential is still good. */
export interface CredentialExpiry {
  /** Whole days from today to the day of `expires`; 0 on the day itself, negative afterwards. */
  readonly daysLeft: number;
  readonly level: ExpiryLevel;
}

/** A credential of a job that ends within 30 days, or has ended. */
export interface ExpiringCredential extends CredentialExpiry {
  /** The key of the configuration, for instance `source.clientSecret` or `target.auth.token`. */
  readonly what: string;
  /** As configured, for instance `2027-05-31`. */
  readonly expires: string;
}

/** The warning that is due `now` for a credential which ends on the day `expires` (ISO date); null while there is time. */
export function credentialExpiry(expires: string, now: Date): CredentialExpiry | null {
  const today = Math.floor(now.getTime() / DAY_MS);
  const daysLeft = Math.round(Date.parse(`${expires}T00:00:00Z`) / DAY_MS) - today;
  if (daysLeft < 0) return { daysLeft, level: 'past' };
  const level = THRESHOLDS.find((threshold) => daysLeft <= threshold);
  return level === undefined ? null : { daysLeft, level };
}

/** The parts of a job and its source that carry credentials. */
interface JobCredentials extends Pick<Job, 'heartbeat'> {
  readonly target: Pick<Job['target'], 'auth' | 'headers' | 'clientCertificate'>;
}
type SourceCredentials = Pick<SourceSettings, 'clientSecret' | 'certificate'>;

/** The credentials of a job that deserve a warning now, most urgent first. */
export function expiringCredentials(
  job: JobCredentials,
  source: SourceCredentials | undefined,
  now: Date,
): ExpiringCredential[] {
  const dated = [
    { what: 'source.clientSecret', expires: source?.clientSecret?.expires },
    { what: 'source.certificate', expires: source?.certificate?.expires },
    { what: 'source.certificate.password', expires: source?.certificate?.password?.expires },
    ...targetCredentials(job.target),
    { what: 'heartbeat.url', expires: job.heartbeat?.url.expires },
  ];
  return dated
    .flatMap(({ what, expires }) => {
      const expiry = expires === undefined ? null : credentialExpiry(expires, now);
      return expires === undefined || expiry === null ? [] : [{ what, expires, ...expiry }];
    })
    .toSorted((one, other) => one.daysLeft - other.daysLeft);
}

/** What proves to a target who is asking, with the days on which it ends. */
function targetCredentials({ auth, clientCertificate, headers = {} }: JobCredentials['target']) {
  const key = auth.type === 'oauth2ClientCredentials' ? auth.privateKeyJwt : undefined;
  return [
    { what: 'target.auth.token', expires: auth.type === 'bearer' ? auth.token.expires : undefined },
    { what: 'target.auth.password', expires: auth.type === 'basic' ? auth.password.expires : undefined },
    {
      what: 'target.auth.clientSecret',
      expires: auth.type === 'oauth2ClientCredentials' ? auth.clientSecret?.expires : undefined,
    },
    { what: 'target.auth.privateKeyJwt', expires: key?.expires },
    { what: 'target.auth.privateKeyJwt.password', expires: key?.password?.expires },
    { what: 'target.clientCertificate', expires: clientCertificate?.expires },
    { what: 'target.clientCertificate.password', expires: clientCertificate?.password?.expires },
    ...Object.entries(headers).map(([name, { expires }]) => ({ what: `target.headers.${name}`, expires })),
  ];
}

/** One sentence for people, without its full stop. */
export function expiryText({ what, expires, daysLeft }: Omit<ExpiringCredential, 'level'>): string {
  return `${what} ${endText(expires, daysLeft)}`;
}

/** What happens to a credential: `expires in 3 days (2027-05-31)`. */
export function endText(expires: string, daysLeft: number): string {
  if (daysLeft < 0) return `expired on ${expires}`;
  if (daysLeft === 0) return `expires today (${expires})`;
  return `expires in ${daysLeft} ${daysLeft === 1 ? 'day' : 'days'} (${expires})`;
}
