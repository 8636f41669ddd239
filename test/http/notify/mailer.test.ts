// E-mail over a real SMTP server on this machine.
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MailFault } from '../../../src/notify/mail-fault.ts';
import { createMailer, type MailServer as Settings } from '../../../src/notify/mailer.ts';
import { type MailServer, startMailServer } from '../../support/mail-server.ts';

const LOGIN = { user: 'it@mail.example', password: 'hunter2-hunter2' };
const MAIL = { to: ['a@example.com', 'b@example.com'], subject: 'scimsync: test', text: 'Nothing to do.\n' };

function mailer(server: Pick<MailServer, 'port'>, settings: Partial<Settings> = {}) {
  return createMailer({
    host: 'localhost',
    port: server.port,
    security: 'none',
    login: null,
    from: 'scimsync@mail.example',
    ca: undefined,
    ...settings,
  });
}

/** The fault of a mail that must not be sent. */
async function faultOf(sending: Promise<unknown>): Promise<MailFault> {
  const fault = await sending.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(fault instanceof MailFault)) throw new Error(`expected a MailFault, got ${String(fault)}`);
  expect(JSON.stringify([fault.message, fault.advice])).not.toContain('hunter2');
  return fault;
}

describe('a mail', () => {
  it('reaches everybody, as plain text that answers nobody automatically', async () => {
    const server = await startMailServer();
    const receipt = await mailer(server)(MAIL);
    expect(receipt).toMatchObject({ refused: 0, answer: '250 queued as 42' });
    expect(server.mails).toHaveLength(1);
    expect(server.mails[0]).toMatchObject({ from: 'scimsync@mail.example', to: MAIL.to, text: 'Nothing to do.\n' });
    expect(server.mails[0]?.headers).toEqual(
      expect.arrayContaining([
        'From: scimsync <scimsync@mail.example>',
        'To: a@example.com, b@example.com',
        'Subject: scimsync: test',
        'Auto-Submitted: auto-generated',
      ]),
    );
  });

  // spec: harmless-mails
  it.each([
    { name: 'a line break in the subject', mail: { ...MAIL, subject: 'x\r\nBcc: evil@example.com\r\n\r\nbody' } },
    { name: 'a line break in an address', mail: { ...MAIL, to: ['a@example.com\r\nBcc: evil@example.com'] } },
    { name: 'two addresses in one', mail: { ...MAIL, to: ['a@example.com, evil@example.com'] } },
    { name: 'what looks like headers in the text', mail: { ...MAIL, text: 'Bcc: evil@example.com\n\n.\nQUIT\n' } },
  ])('has no more headers and recipients than were meant: $name', async ({ mail }) => {
    const server = await startMailServer();
    await mailer(server)(mail).catch(() => undefined);
    const recipients = server.mails.flatMap(({ to }) => to);
    expect(recipients).not.toContain('evil@example.com');
    expect(server.mails.flatMap(({ headers }) => headers).filter((line) => /^bcc:/i.test(line))).toEqual([]);
  });

  it('names how many recipients were refused, and reaches the others', async () => {
    const server = await startMailServer({ refuses: ['b@example.com'] });
    expect(await mailer(server)(MAIL)).toMatchObject({ refused: 1 });
    expect(server.mails[0]?.to).toEqual(['a@example.com']);
  });

  it.each([
    { tls: 'starttls', security: 'starttls' },
    { tls: 'implicit', security: 'tls' },
  ] as const)('is encrypted with $security and a login', async ({ tls, security }) => {
    const server = await startMailServer({ tls, login: LOGIN });
    await mailer(server, { security, login: LOGIN, ca: server.certificate })(MAIL);
    expect(server.mails[0]).toMatchObject({ secure: true, user: LOGIN.user });
  });
});

describe('a mail that cannot be sent says why:', () => {
  it('nobody listens', async () => {
    const server = await startMailServer();
    await server.stop();
    const fault = await faultOf(mailer(server)(MAIL));
    expect(fault.message).toMatch(/^The mail server localhost:\d+ cannot be reached/);
    expect(fault.advice).toContain('smtp.host and smtp.port');
  });

  it('the name is unknown', async () => {
    const fault = await faultOf(mailer({ port: 25 }, { host: 'mail.invalid' })(MAIL));
    expect(fault.message).toBe('The name of the mail server mail.invalid is not known.');
  });

  it('the login is refused, without the password that the server repeats', async () => {
    const server = await startMailServer({ tls: 'starttls', login: { ...LOGIN, password: 'another' } });
    const fault = await faultOf(mailer(server, { security: 'starttls', login: LOGIN, ca: server.certificate })(MAIL));
    expect(fault.message).toMatch(/refused the login \(535 .*Login refused.*\[redacted\]\)\.$/);
    expect(fault.advice).toContain('smtp.password');
  });

  it('the certificate is not trusted', async () => {
    const server = await startMailServer({ tls: 'implicit' });
    const fault = await faultOf(mailer(server, { security: 'tls' })(MAIL));
    expect(fault.message).toMatch(/^No secure connection to the mail server/);
    expect(fault.advice).toContain('smtp.caFile');
  });

  it('the certificate is of another name', async () => {
    const server = await startMailServer({ tls: 'starttls' });
    const settings = { host: '127.0.0.1', security: 'starttls', ca: server.certificate } as const;
    const fault = await faultOf(mailer(server, settings)(MAIL));
    expect(fault.message).toMatch(/^No secure connection to the mail server/);
    expect(fault.advice).toContain('write smtp.host as the certificate does');
  });

  it('STARTTLS is not offered: nothing is sent in clear', async () => {
    const server = await startMailServer({ login: LOGIN });
    const fault = await faultOf(mailer(server, { security: 'starttls', login: LOGIN })(MAIL));
    expect(fault.message).toMatch(/^No secure connection to the mail server/);
    expect(fault.advice).toContain('offers no STARTTLS');
    expect(server.mails).toEqual([]);
  });

  it('the server does not begin with TLS', async () => {
    const server = await startMailServer();
    const fault = await faultOf(mailer(server, { security: 'tls' })(MAIL));
    expect(fault.advice).toContain('use security: starttls');
  });

  it('every recipient is refused', async () => {
    const server = await startMailServer({ refuses: MAIL.to });
    const fault = await faultOf(mailer(server)(MAIL));
    expect(fault.message).toMatch(/refused the sender or every recipient/);
    expect(fault.advice).toContain('smtp.from');
  });

  it('the message is refused', async () => {
    const server = await startMailServer({ says: 'policy: no thanks' });
    expect((await faultOf(mailer(server)(MAIL))).message).toMatch(
      /did not take the message \(554 policy: no thanks\)\.$/,
    );
  });

  it('whoever listens is no mail server', async () => {
    const chatter = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    await new Promise<void>((resolve) => chatter.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void chatter.close());
    const { port } = chatter.address() as { port: number };
    expect((await faultOf(mailer({ port })(MAIL))).message).toMatch(/mail server localhost:\d+/);
  });
});
