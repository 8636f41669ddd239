// One run of `scimsync probe`: credentials, connection, suite, report and exit code.
import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { concludeRecording, recorderOf } from '../compose-recording.ts';
import { baseUrlProblems } from '../config/base-url.ts';
import { JobFault } from '../model/errors.ts';
import type { TargetCredential } from '../model/target-credential.ts';
import { secretsInUse } from '../observe/secret-values.ts';
import { compareRuns, type RunSummary, readSummary, summaryOf } from '../probe/compare.ts';
import { givenSecret, notReachable, openSession } from '../probe/connect.ts';
import { loadCheck } from '../probe/load.ts';
import { countedFindings, findingsOf, type Report } from '../probe/report.ts';
import { runSuite, type SuiteResult } from '../probe/run.ts';
import { scimRoot } from '../target/transport.ts';
import { CommandFault } from './command-fault.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { GlobalOptions } from './global-options.ts';
import { listenForInterruption } from './interruption.ts';
import type { ProbeFlags } from './probe.ts';
import { probeAccess } from './probe-access.ts';
import { createProbeOutput } from './probe-output.ts';
import { openSuite } from './probe-suites.ts';
import { whenReaderGone } from './reader-gone.ts';
import type { Terminal } from './terminal.ts';
import { printable } from './terminal-text.ts';

const CLOCK = {
  now: () => new Date(),
  sleep: (milliseconds: number, signal: AbortSignal) => sleep(milliseconds, undefined, { signal }),
};

/** Runs a suite and prints its report. Throws CommandFault for usage (1) and where there is nothing to look at (4). */
export async function runProbe(
  address: string,
  flags: ProbeFlags,
  global: GlobalOptions,
  terminal: Terminal,
  version: string,
): Promise<ExitCode> {
  const url = probedUrl(address);
  const environment = process.env;
  const root = scimRoot(address);
  const credential = await credentialOf(flags, environment);
  const access = probeAccess(url, { write: flags.write, readOnly: global.readOnly }, environment);
  const { mayWrite } = access;
  if (flags.suite !== 'protocol' && !mayWrite)
    throw new CommandFault(
      `The suite ${flags.suite} writes, and this run may only read, because ${access.because}. ${access.otherwise}`,
    );
  const prefix = `scimsync-probe-${randomBytes(4).toString('hex')}-`;
  const names = { prefix, domain: flags.domain };
  const earlier = flags.compare === undefined ? undefined : await earlierRun(flags.compare, flags.suite);
  const output = createProbeOutput(global.json ? 'json' : flags.format, flags.curl, terminal);
  using interruption = listenForInterruption(() =>
    terminal.err(
      `Stopping: what was made is removed first. A second time ends at once, and leaves what begins with ${prefix}.\n`,
    ),
  );
  // A reader who stops early (head) must not leave accounts behind.
  const unread = new AbortController();
  using _reader = whenReaderGone(() => unread.abort());
  const signal = AbortSignal.any([interruption.signal, unread.signal]);
  const session = openSession({
    root,
    credential,
    mayWrite,
    prefix,
    timeoutSeconds: flags.timeout,
    version,
    environment,
    secrets: secretsInUse,
    clock: CLOCK,
    record: recorderOf('probe'),
  });
  const began = CLOCK.now();
  const reportOf = (result: SuiteResult, failure: string | null): Report => ({
    version,
    url: root,
    suite: flags.suite,
    mode: mayWrite ? 'writes' : 'reads',
    began,
    milliseconds: CLOCK.now().getTime() - began.getTime(),
    requests: session.sent,
    result,
    comparison: null,
    failure,
  });
  let run: Report;
  try {
    run = reportOf(await lookAt(), null);
  } catch (error) {
    output.fail(reportOf(NOTHING_LOOKED_AT, sentenceOf(error)));
    throw error;
  }
  concludeRecording(summaryOf(run));
  const report = earlier === undefined ? run : { ...run, comparison: compareRuns(earlier, run, flags.compare ?? '') };
  output.end(report);
  if (run.result.interrupted) return EXIT.jobFailed;
  return countedFindings(findingsOf(report)).error > 0 ? EXIT.objectsFailed : EXIT.well;

  async function lookAt(): Promise<SuiteResult> {
    const problem = await firstAnswer(notReachable(session, names, signal));
    if (problem !== null)
      throw new CommandFault(`${printable(root)} cannot be probed.\n  ${printable(problem)}`, EXIT.jobFailed);
    output.begin(root, flags.suite, access);
    await using suite = await openSuite(flags, session, names, signal);
    const checks = flags.load === undefined ? suite.checks : [...suite.checks, loadCheck(flags.load, CLOCK)];
    output.expect(checks);
    const settings = { checks, session, names, uuid: randomUUID, signal, progress: output.progress };
    // The suite is closed when this returns, so its end is awaited here.
    const result = await whole(runSuite({ ...settings, now: () => CLOCK.now().getTime() }), prefix);
    return result;
  }
}

/** The message of an error as one line. */
function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return secretsInUse.redact(message.replaceAll(/\s*\n\s*/g, ' '));
}

const NOTHING_LOOKED_AT: SuiteResult = { checks: [], findings: [], removed: 0, leftovers: [], interrupted: false };

function probedUrl(address: string): URL {
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol))
    throw new CommandFault(
      `${printable(address)} is no URL. Give the SCIM root, for instance https://app.example/scim/v2.`,
    );
  // Entra's flags stand behind a question mark in its tenant URL; they are no part of the address.
  const [problem] = baseUrlProblems(scimRoot(address));
  if (problem !== undefined) throw new CommandFault(`${problem.message} ${problem.advice}`);
  const url = new URL(address);
  if (url.username !== '' || url.password !== '')
    throw new CommandFault('The URL holds credentials. Give them with --token-file or SCIM_TOKEN.');
  return url;
}

/** @throws CommandFault when the file is no recording of the same suite. */
async function earlierRun(path: string, suite: string): Promise<RunSummary> {
  const summary = readSummary(await fileText(path));
  if (typeof summary === 'string') throw new CommandFault(`${printable(path)} cannot be compared with. ${summary}`);
  if (summary.suite !== suite)
    throw new CommandFault(`${printable(path)} is a run of the suite ${printable(summary.suite)}, not of ${suite}.`);
  return summary;
}

async function credentialOf(
  flags: ProbeFlags,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<TargetCredential> {
  const given = [flags.token, flags.tokenFile, flags.oauth].filter((each) => each !== undefined);
  if (given.length > 1) throw new CommandFault('Give one of --token, --token-file and --oauth.');
  if (flags.oauth !== undefined)
    return tokenClientOf(flags.oauth, flags.scope, environment['SCIM_CLIENT_SECRET'] ?? '');
  const token = flags.token ?? (await fileToken(flags.tokenFile)) ?? environment['SCIM_TOKEN'] ?? '';
  if (token === '') return { kind: 'none' };
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new CommandFault(
      'The token holds a character that cannot be sent in a header, such as a blank or a line break.',
    );
  secretsInUse.remember(token);
  return { kind: 'bearer', token: givenSecret(token) };
}

function tokenClientOf(oauth: readonly string[], scope: string | undefined, secret: string): TargetCredential {
  const [tokenUrl = '', clientId = '', ...more] = oauth;
  if (!URL.canParse(tokenUrl) || clientId === '' || more.length > 0)
    throw new CommandFault(
      '--oauth takes two values, the URL of the token endpoint and the client id: --oauth https://app.example/token my-client',
    );
  if (secret === '')
    throw new CommandFault('--oauth needs the secret of the client in the variable SCIM_CLIENT_SECRET.');
  secretsInUse.remember(secret);
  const proof = { kind: 'clientSecret', secret: givenSecret(secret), sentIn: 'body' } as const;
  const parameters: Record<string, string> = scope === undefined ? {} : { scope };
  return {
    kind: 'tokenClient',
    client: { tokenUrl, tokenUrlName: 'the URL given with --oauth', clientId, proof, parameters },
  };
}

async function fileToken(path: string | undefined): Promise<string | undefined> {
  return path === undefined ? undefined : (await fileText(path)).trim();
}

async function fileText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new CommandFault(`${printable(path)} cannot be read (${code}).`);
  }
}

/** A token that is not to be had any more ends a run in the middle, and may keep it from cleaning up. */
async function whole<T>(run: Promise<T>, prefix: string): Promise<T> {
  try {
    return await run;
  } catch (error) {
    if (!(error instanceof JobFault)) throw error;
    throw new CommandFault(
      `${printable(error.message)}\n  The run ended here. Look for accounts and groups whose names begin with ${prefix}.`,
      EXIT.jobFailed,
    );
  }
}

/** The first answer says whether credentials are to be had at all. */
async function firstAnswer(answer: Promise<string | null>): Promise<string | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof JobFault) return error.message;
    throw error;
  }
}
