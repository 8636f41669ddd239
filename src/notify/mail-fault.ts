// Why a mail could not be sent, in words: what happened and what helps. Never repeats the password, whatever the server says.

/** The answer to a mail that was not sent. The message is one line. */
export class MailFault extends Error {
  readonly advice: string;
  constructor(message: string, advice: string) {
    super(message);
    this.name = 'MailFault';
    this.advice = advice;
  }
}

/** What of a server the words need. */
export interface FaultyServer {
  readonly host: string;
  readonly port: number;
  readonly security: 'starttls' | 'tls' | 'none';
  readonly login: { readonly user: string; readonly password: string } | null;
}

interface Reported {
  readonly code: string;
  readonly errno: string;
  readonly responseCode: number;
  readonly said: string;
}

const TLS_ERROR = /^(ERR_TLS|ERR_SSL|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|INVALID_CA|HOSTNAME_MISMATCH)/;
const TLS_WORDS = /certificate|self[- ]signed|wrong version number|alert|altname/i;

/** Turns an error of the mail library into words. */
export function mailFault(error: unknown, server: FaultyServer): MailFault {
  const place = `${server.host}:${server.port}`;
  const reported = read(error, server.login);
  const { code, errno, responseCode, said } = reported;
  if (code === 'EAUTH' || code === 'ENOAUTH' || code === 'EOAUTH2')
    return new MailFault(
      `The mail server ${place} refused the login${saying(said)}.`,
      responseCode === 0
        ? 'It offers no login; leave smtp.user and smtp.password out.'
        : 'Check smtp.user and what smtp.password points to; many providers want an app password.',
    );
  if (code === 'EDNS' || /ENOTFOUND|EAI_AGAIN/.test(said))
    return new MailFault(`The name of the mail server ${server.host} is not known.`, 'Check smtp.host and DNS.');
  if (code === 'ETLS' || code === 'EREQUIRETLS' || TLS_ERROR.test(errno) || TLS_WORDS.test(said))
    return new MailFault(
      `No secure connection to the mail server ${place}${saying(said)}.`,
      tlsAdvice(reported, server),
    );
  if (code === 'EENVELOPE')
    return new MailFault(
      `The mail server ${place} refused the sender or every recipient${saying(said)}.`,
      'Check smtp.from and notifications.email; some servers send only for the account that is logged in.',
    );
  if (code === 'EMESSAGE' || code === 'EPROTOCOL' || responseCode > 0)
    return new MailFault(
      `The mail server ${place} did not take the message${saying(said)}.`,
      'Read what it said; its log says more.',
    );
  if (code === 'ETIMEDOUT' || /timed? ?out/i.test(said))
    return new MailFault(
      `The mail server ${place} did not answer in time.`,
      server.security === 'tls'
        ? 'Check smtp.port and the firewall; security: tls is usually on port 465, starttls on 587.'
        : 'Check smtp.port and the firewall; a server on port 465 wants security: tls.',
    );
  return new MailFault(
    `The mail server ${place} cannot be reached${saying(said)}.`,
    'Check smtp.host and smtp.port, and that a firewall lets this machine through.',
  );
}

function tlsAdvice({ said, errno, responseCode }: Reported, { security }: FaultyServer): string {
  if (/wrong version number|packet length/i.test(said))
    return security === 'tls'
      ? 'The server does not begin with TLS on this port: use security: starttls, usually on port 587.'
      : 'The server begins with TLS on this port: use security: tls, usually on port 465.';
  if (security === 'starttls' && errno === '' && (responseCode > 0 || /STARTTLS/i.test(said)))
    return 'The server offers no STARTTLS on this port: use its port for TLS with security: tls.';
  return 'Name the issuing authority in smtp.caFile, and write smtp.host as the certificate does.';
}

function saying(said: string): string {
  return said === '' ? '' : ` (${said})`;
}

function read(error: unknown, login: FaultyServer['login']): Reported {
  if (!(error instanceof Error)) return { code: '', errno: '', responseCode: 0, said: '' };
  const fields = error as Error & {
    readonly code?: unknown;
    readonly responseCode?: unknown;
    readonly response?: unknown;
    readonly cause?: unknown;
  };
  const cause = fields.cause;
  const text = typeof fields.response === 'string' && fields.response !== '' ? fields.response : error.message;
  return {
    code: typeof fields.code === 'string' ? fields.code : '',
    errno: cause instanceof Error && 'code' in cause ? String(cause.code) : '',
    responseCode: typeof fields.responseCode === 'number' ? fields.responseCode : 0,
    said: shown(text, login),
  };
}

/** One short line without the password, also not as the login encodes it. */
function shown(text: string, login: FaultyServer['login']): string {
  const secrets =
    login === null
      ? []
      : [
          login.password,
          Buffer.from(login.password).toString('base64'),
          Buffer.from(`\0${login.user}\0${login.password}`).toString('base64'),
        ];
  const clean = secrets.reduce((left, secret) => left.replaceAll(secret, '[redacted]'), text);
  const line = clean.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, ' ').trim();
  return line.length <= 200 ? line : `${line.slice(0, 199)}…`;
}
