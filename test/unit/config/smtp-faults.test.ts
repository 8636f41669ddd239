// Faults and warnings about the mail server, the recipients and the heartbeat.
import { describe, expect, it } from 'vitest';
import { at, type Case, job, table } from './fault-table.ts';
import { configurationOf, JOB, MAIN, summarize, temporaryConfiguration } from './temporary-configuration.ts';

const smtp = (text: string) => ({ 'scimsync.yaml': `${MAIN}smtp: ${text}\n`, 'jobs/a.yaml': JOB });
const here = (column: number, path: string, message: string) => `scimsync.yaml:8:${column} ${path}: ${message}`;

const EMAIL = 'This must be an e-mail address such as it@example.com.';

const faults: readonly Case[] = [
  [
    'neither host nor sender',
    smtp('{ port: 25 }'),
    [here(1, 'smtp.from', 'This key is missing.'), here(1, 'smtp.host', 'This key is missing.')],
  ],
  [
    'a host that is none, a sender that is none, a port that is none, an unknown kind of security',
    smtp('{ host: "a b", from: it, port: 0, security: ssl }'),
    [
      here(15, 'smtp.host', 'This must be the name or address of a machine.'),
      here(28, 'smtp.from', EMAIL),
      here(38, 'smtp.port', 'This must be at least 1.'),
      here(51, 'smtp.security', 'This must be starttls, tls or none.'),
    ],
  ],
  [
    'a password in the file',
    smtp('{ host: mail.example, from: it@mail.example, user: it, password: hunter2 }'),
    [here(72, 'smtp.password', 'A secret must not stand in the configuration.')],
  ],
  [
    'a user without a password',
    smtp('{ host: mail.example, from: it@mail.example, user: it }'),
    [here(58, 'smtp.user', 'user and password go together.')],
  ],
  [
    'no encryption to another machine',
    smtp('{ host: mail.example, from: it@mail.example, security: none }'),
    [here(62, 'smtp.security', 'Mail to another machine would travel unprotected.')],
  ],
  [
    'a password without encryption, even when that is allowed',
    smtp(
      '{ host: mail.example, from: it@mail.example, security: none, allowUnencrypted: true, user: it, password: { fromEnv: TOKEN } }',
    ),
    [here(62, 'smtp.security', 'The password would travel unprotected.')],
  ],
  [
    'a sender with a second header',
    smtp(String.raw`{ host: mail.example, from: "it@mail.example\nBcc: x@y.example" }`),
    [here(35, 'smtp.from', EMAIL)],
  ],
  [
    'a recipient with a second header',
    job(`${JOB}notifications: { email: ["a@b.example\\nBcc: c@d.example"] }\n`),
    [at(13, 26, 'notifications.email[0]', EMAIL)],
  ],
  [
    'the address of a heartbeat in the file',
    job(`${JOB}heartbeat: { url: "https://hc.example/hunter2" }\n`),
    [at(13, 19, 'heartbeat.url', 'A secret must not stand in the configuration.')],
  ],
];

table('smtp', faults);

describe('a mail server', () => {
  it.each([
    { name: 'with nothing but host and sender', text: '{ host: mail.example, from: it@mail.example }' },
    { name: 'on this machine without encryption', text: '{ host: 127.0.0.1, from: it@mail.example, security: none }' },
    {
      name: 'in a network of its own',
      text: '{ host: relay, from: it@mail.example, security: none, allowUnencrypted: true }',
    },
  ])('$name is accepted', async ({ text }) => {
    expect((await configurationOf(smtp(text))).warnings).toEqual([]);
  });

  it('encrypts unless told otherwise', async () => {
    expect((await configurationOf(smtp('{ host: mail.example, from: it@mail.example }'))).smtp).toMatchObject({
      security: 'starttls',
    });
  });
});

describe('warnings, which keep no job from running', () => {
  it.each([
    {
      name: 'recipients without a mail server',
      files: job(`${JOB}notifications: { email: [it@example.com] }\n`),
      warning: at(13, 18, 'notifications.email', 'No mail is sent to these addresses: there is no mail server.'),
    },
    {
      name: 'a password that cannot be read',
      files: smtp('{ host: mail.example, from: it@mail.example, user: it, password: { fromEnv: MAIL_PASSWORD } }'),
      warning: here(83, 'smtp.password.fromEnv', 'The environment variable MAIL_PASSWORD is not set.'),
    },
    {
      name: 'a heartbeat that cannot be read',
      files: job(`${JOB}heartbeat: { url: { fromEnv: HC_URL } }\n`),
      warning: at(13, 30, 'heartbeat.url.fromEnv', 'The environment variable HC_URL is not set.'),
    },
  ])('$name', async ({ files, warning }) => {
    const configuration = await temporaryConfiguration(files);
    const result = await configuration.load();
    expect(result.ok && summarize(configuration.directory, result.configuration.warnings)).toEqual([warning]);
  });
});
