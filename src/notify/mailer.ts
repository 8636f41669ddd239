// Sends e-mail by SMTP; the only file that knows nodemailer. Plain text, one connection a mail, TLS verified. Nothing is read
// from files or addresses named in a message, and no text of a message becomes a header but the subject.
import tls from 'node:tls';
import { createTransport } from 'nodemailer';
import { mailFault } from './mail-fault.ts';

/** A server that takes mail. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** `starttls` refuses to go on without TLS; `none` never asks for it. */
  readonly security: 'starttls' | 'tls' | 'none';
  readonly login: { readonly user: string; readonly password: string } | null;
  readonly from: string;
  /** Certificates (PEM) trusted besides those of the machine. */
  readonly ca: string | undefined;
}

/** A message of plain text. */
export interface Mail {
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

/** What the server said to an accepted message. */
export interface MailReceipt {
  /** The answer of the server, without control characters. */
  readonly answer: string;
  /** How many recipients the server refused; the others get the message. */
  readonly refused: number;
}

/** Sends one message; rejects with a MailFault. */
export type SendMail = (mail: Mail) => Promise<MailReceipt>;

const PATIENCE_MS = 10_000;

/** A sender for one server; connects when a mail is sent. */
export function createMailer(server: MailServer): SendMail {
  const { host, port, security, login, from, ca } = server;
  const transport = createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(login === null ? {} : { auth: { user: login.user, pass: login.password } }),
    tls: { minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca: [...tls.getCACertificates('default'), ca] }) },
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
    dnsTimeout: PATIENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return async ({ to, subject, text }) => {
    try {
      const info = await transport.sendMail({
        from: { name: 'scimsync', address: from },
        to: to.map((address) => ({ name: '', address })),
        subject: oneLine(subject),
        text,
        // RFC 3834: no automatic answers to an automatic mail.
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
      });
      return { answer: oneLine(info.response), refused: info.rejected.length };
    } catch (error) {
      throw mailFault(error, server);
    }
  };
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, ' ').trim();
}
