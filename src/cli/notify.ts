// `scimsync notify --test`: sends a mail to the recipients of the jobs now, and prints what the mail server answered.
import { hostname } from 'node:os';
import type { Command } from 'commander';
import type { LoadedConfiguration } from '../config/load.ts';
import type { Job } from '../model/job.ts';
import { MailFault } from '../notify/mail-fault.ts';
import { runAction } from './action.ts';
import { CommandFault } from './command-fault.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { GlobalOptions } from './global-options.ts';
import { chosenJobs, loadOrFail } from './load.ts';
import type { Terminal } from './terminal.ts';
import { counted, printable } from './terminal-text.ts';

interface NotifyFlags {
  readonly test?: true;
  readonly job?: readonly string[];
}

/** Adds the command. */
export function registerNotify(program: Command): void {
  program
    .command('notify')
    .description('try the e-mail that tells when a job needs attention')
    .option('--test', 'send a mail to the recipients now')
    .option('--job <id...>', 'only the recipients of these jobs')
    .addHelpText(
      'after',
      `
Exit code: 0 every mail was taken, 1 there is nobody or nothing to send with, 4 a mail was not taken.

Examples:
  scimsync notify --test
  scimsync notify --test --job peakon --json`,
    )
    .action(async (_options: unknown, command: Command) =>
      runAction(command, (options, terminal) => notify(command.opts<NotifyFlags>(), options, terminal)),
    );
}

/** One mail and what became of it. */
interface Tried {
  readonly jobs: readonly string[];
  readonly to: readonly string[];
  readonly ok: boolean;
  /** What the server answered. */
  readonly answer?: string;
  /** How many recipients it refused. */
  readonly refused?: number;
  readonly message?: string;
  readonly advice?: string;
}

async function notify(flags: NotifyFlags, options: GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  if (flags.test === undefined)
    throw new CommandFault('notify sends a mail only with --test. See scimsync notify --help.');
  const configuration = await loadOrFail(options);
  const groups = groupsOf(chosenJobs(configuration, flags.job));
  if (groups.length === 0)
    throw new CommandFault(
      'No job has recipients. Add notifications: { email: [it@example.com] } to a job or to defaults.',
    );
  const { connectMailer } = await import('../compose.ts');
  const send = await connectMailer(configuration, process.env);
  if (send === null)
    throw new CommandFault('There is no mail server. Add smtp to scimsync.yaml: { host: …, from: … }.');
  const tried: Tried[] = [];
  for (const { jobs, to } of groups) {
    try {
      tried.push({ jobs, to, ok: true, ...(await send({ to, ...testMail(jobs) })) });
    } catch (error) {
      if (!(error instanceof MailFault)) throw error;
      tried.push({ jobs, to, ok: false, message: error.message, advice: error.advice });
    }
  }
  const ok = tried.every((each) => each.ok && each.refused === 0);
  if (options.json) terminal.out(`${JSON.stringify({ ok, mails: tried }, null, 2)}\n`);
  else for (const each of tried) print(each, configuration, terminal);
  return ok ? EXIT.well : EXIT.jobFailed;
}

/** Jobs with the same recipients share a mail, as they do when it matters. */
function groupsOf(jobs: readonly Job[]): { readonly jobs: readonly string[]; readonly to: readonly string[] }[] {
  const withRecipients = jobs
    .map(({ id, notifications }) => ({
      id,
      to: [...new Set(notifications.email.map((each) => each.toLowerCase()))].toSorted(),
    }))
    .filter(({ to }) => to.length > 0);
  const groups = Map.groupBy(withRecipients, ({ to }) => to.join(' '));
  return [...groups.values()].map((group) => ({ jobs: group.map(({ id }) => id), to: group[0]?.to ?? [] }));
}

function testMail(jobs: readonly string[]): { readonly subject: string; readonly text: string } {
  return {
    subject: 'scimsync: test mail',
    text: `Somebody ran scimsync notify --test on ${hostname()}.

Mail about these jobs reaches you: ${jobs.join(', ')}.
There is nothing to do.
`,
  };
}

function print(
  { jobs, to, ok, answer, refused, message, advice }: Tried,
  { smtp }: LoadedConfiguration,
  terminal: Terminal,
): void {
  const head = `${jobs.join(', ')}  to ${to.join(', ')}`;
  if (!ok) {
    terminal.out(`${terminal.paint('red', 'not sent')}  ${head}\n  ${printable(message ?? '')}\n  ${advice}\n`);
    return;
  }
  const through = `${smtp?.host} with security: ${smtp?.security}`;
  const word = refused === 0 ? terminal.paint('green', 'sent') : terminal.paint('yellow', 'sent');
  terminal.out(`${word}  ${head}\n  ${through} answered: ${printable(answer ?? '')}\n`);
  if (refused !== undefined && refused > 0)
    terminal.out(`  It refused ${counted(refused, 'recipient')}; check notifications.email.\n`);
}
