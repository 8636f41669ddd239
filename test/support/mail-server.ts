// A real SMTP server on this machine that keeps what it is given. Made for one test; it can want a login and TLS, and refuse
// recipients or messages.
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { SMTPServer } from 'smtp-server';
import { onTestFinished } from 'vitest';

/** A message as it was delivered. */
export interface Delivered {
  readonly from: string;
  readonly to: readonly string[];
  /** Header lines, unfolded. */
  readonly headers: readonly string[];
  /** The text, decoded. */
  readonly text: string;
  readonly secure: boolean;
  readonly user: string | undefined;
}

/** How the server behaves. */
export interface MailServerOptions {
  readonly tls?: 'starttls' | 'implicit';
  readonly login?: { readonly user: string; readonly password: string };
  /** Recipients it does not take. */
  readonly refuses?: readonly string[];
  /** What it says instead of taking a message. */
  readonly says?: string;
}

/** A running server. */
export interface MailServer {
  readonly port: number;
  /** The certificate to trust (PEM); empty without TLS. */
  readonly certificate: string;
  readonly mails: Delivered[];
  /** Set to make it refuse messages with this text. */
  says: string | undefined;
  stop(): Promise<void>;
}

/** Starts a server that ends with the test. */
export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const keys =
    options.tls === undefined
      ? undefined
      : await generate([{ name: 'commonName', value: 'localhost' }], {
          extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
        });
  const mails: Delivered[] = [];
  const state = { says: options.says };
  const { login } = options;
  const server = new SMTPServer({
    secure: options.tls === 'implicit',
    ...(keys === undefined ? {} : { key: keys.private, cert: keys.cert }),
    disabledCommands: [...(keys === undefined ? ['STARTTLS'] : []), ...(login === undefined ? ['AUTH'] : [])],
    authOptional: login === undefined,
    onAuth: (auth, _session, done) => {
      if (auth.username === login?.user && auth.password === login?.password) done(null, { user: auth.username ?? '' });
      else done(smtpError(535, `5.7.8 Login refused for ${auth.username} with ${auth.password}`));
    },
    onRcptTo: ({ address }, _session, done) =>
      done(options.refuses?.includes(address) === true ? smtpError(550, '5.1.1 No such mailbox') : null),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (state.says !== undefined) return done(smtpError(554, state.says));
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          secure: session.secure,
          user: typeof session.user === 'string' ? session.user : undefined,
          ...parsed(Buffer.concat(chunks).toString('utf8')),
        });
        done(null, 'queued as 42');
      });
    },
  });
  server.on('error', () => undefined); // a client that hangs up is what some tests are about
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = (): Promise<void> => new Promise((resolve) => server.close(resolve));
  onTestFinished(stop);
  return {
    port: (server.server.address() as AddressInfo).port,
    certificate: keys?.cert ?? '',
    mails,
    get says() {
      return state.says;
    },
    set says(text) {
      state.says = text;
    },
    stop,
  };
}

function smtpError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

/** Headers and text of a message of one part. */
function parsed(message: string): { headers: string[]; text: string } {
  const end = message.indexOf('\r\n\r\n');
  const headers = message
    .slice(0, end)
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const body = message.slice(end + 4).replaceAll('\r\n', '\n');
  const encoding = headers.find((line) => /^content-transfer-encoding:/i.test(line))?.split(': ')[1] ?? '7bit';
  return { headers, text: decoded(body, encoding) };
}

function decoded(body: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  if (encoding !== 'quoted-printable') return body;
  const bytes = body
    .replaceAll(/=\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
