// `scimsync probe`: a SCIM endpoint seen through a provisioning client's eyes. Needs no configuration and no store. What its
// options mean together is decided here, before anything is sent; the run is in probe-run.ts.
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Dialect } from '../model/dialect.ts';
import { runAction } from './action.ts';

const SUITES = ['protocol', 'entra-cycle', 'entra-gallery'] as const;
export type Suite = (typeof SUITES)[number];

/** The options as given. */
export interface ProbeFlags {
  readonly token?: string;
  readonly tokenFile?: string;
  readonly oauth?: readonly string[];
  readonly scope?: string;
  readonly suite: Suite;
  readonly dialect: Dialect;
  readonly format: 'text' | 'json' | 'junit' | 'html';
  readonly write: boolean;
  readonly curl: boolean;
  readonly load?: number;
  readonly compare?: string;
  readonly timeout: number;
  readonly domain: string;
}

function seconds(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('Give a number of seconds, at least 1.');
  return Number(text);
}

function domain(text: string): string {
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(text))
    throw new InvalidArgumentError('Give a domain, for instance test.app.example.');
  return text;
}

function rate(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError('Give a number of requests a second, 1 to 999.');
  return Number(text);
}

/** Adds the command. */
export function registerProbe(program: Command): void {
  const options = [
    new Option('--token <token>', 'bearer token; other users of this machine can see it, see below'),
    new Option('--token-file <file>', 'file with the bearer token'),
    new Option('--oauth <url-and-client...>', 'token endpoint and client id; the secret is in SCIM_CLIENT_SECRET'),
    new Option('--scope <scope>', 'scope of the token request'),
    new Option('--suite <suite>', 'what is looked at').choices(SUITES).default('protocol'),
    new Option('--dialect <dialect>', "Entra's requests without or with its flag aadOptscim062020, or scimsync's own")
      .choices(['entra-legacy', 'entra', 'rfc7644'])
      .default('entra-legacy'),
    new Option('--format <format>', 'how the report is written')
      .choices(['text', 'json', 'junit', 'html'])
      .default('text'),
    new Option('--write', 'make accounts and groups of its own on a host that is not this machine').default(false),
    new Option('--load <n>', 'so many requests a second at the end, for five seconds').argParser(rate),
    new Option('--compare <file.har>', 'say what is new and gone since a run that was kept with --record'),
    new Option('--domain <domain>', 'what user names end with, where an endpoint knows its domains')
      .argParser(domain)
      .default('probe.example'),
    new Option('--curl', 'with the command that repeats each request').default(false),
    new Option('--timeout <seconds>', 'a request that takes longer has failed').argParser(seconds).default(10),
  ];
  const command = program
    .command('probe')
    .description('look at a SCIM endpoint as a provisioning client does')
    .argument('<url>', 'the SCIM root, for instance https://app.example/scim/v2');
  for (const option of options) command.addOption(option);
  command
    .addHelpText(
      'after',
      `
The token is taken from --token, --token-file or the variable SCIM_TOKEN. A token on the command line is visible to every
user of this machine while the program runs, and stays in the history of the shell: prefer the variable or the file.

It only reads, unless the host is this machine (127.0.0.1, ::1, localhost) or --write is given. What it writes to it has made
itself, under names that begin with scimsync-probe-, and removes it at the end, also after Ctrl-C.

Exit code: 0 no errors found, 1 usage, 2 errors were found, 4 the endpoint could not be looked at.

Examples:
  scimsync probe http://127.0.0.1:8080/scim/v2 --token secret
  SCIM_TOKEN=... scimsync probe https://staging.app.example/scim/v2 --write
  scimsync probe http://127.0.0.1:8080/scim/v2 --suite entra-cycle
  scimsync probe http://127.0.0.1:8080/scim/v2 --format junit > probe.xml
  scimsync probe http://127.0.0.1:8080/scim/v2 --record new.har --compare old.har
  scimsync probe http://127.0.0.1:8080/scim/v2 --format html > probe.html`,
    )
    .action(async (url: string, _options: unknown, ran: Command) =>
      runAction(ran, async (global, terminal) => {
        const { runProbe } = await import('./probe-run.ts');
        let root = ran;
        while (root.parent !== null) root = root.parent;
        return runProbe(url, ran.opts<ProbeFlags>(), global, terminal, root.version() ?? '');
      }),
    );
}
