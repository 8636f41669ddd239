// `scimsync sandbox`: a local Entra tenant and SCIM targets to try things on, until interrupted.
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { DIALECTS, type Dialect } from '../model/dialect.ts';
import { samplePerson } from '../sandbox/sample.ts';
import type { Sandbox, SandboxOptions } from '../sandbox/sandbox.ts';
import type { ConfiguredTarget } from '../sandbox/write-config.ts';
import { sandboxDialectLines } from './dialect-hint.ts';
import { counted } from './terminal-text.ts';

interface Flags {
  readonly users: number;
  readonly groups: number;
  readonly seed: number;
  readonly assigned?: number | 'all';
  readonly memberships?: number;
  readonly target: 'peakon' | 'rfc7644' | 'both' | 'none';
  readonly targetUrl?: string;
  readonly targetToken?: string;
  readonly graphPort?: number;
  readonly targetPort?: number;
  readonly adminPort?: number;
  readonly writeConfig?: string;
  readonly dialect?: Dialect;
  readonly faults?: string;
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}

/** Adds the command. */
export function registerSandbox(program: Command): void {
  program
    .command('sandbox')
    .description('a local Entra tenant and SCIM targets to try things on')
    .option('--users <n>', 'people in the directory', wholeNumber, 200)
    .option('--groups <n>', 'groups in the directory', wholeNumber, 20)
    .option('--seed <n>', 'the same seed makes the same directory', wholeNumber, 1)
    .option('--assigned <n|all>', 'people assigned to the application (default: about three quarters)', (text) =>
      text === 'all' ? 'all' : wholeNumber(text),
    )
    .option('--memberships <n>', 'memberships in all groups together', wholeNumber)
    .addOption(
      new Option('--target <kind>', 'which SCIM target to start')
        .choices(['peakon', 'rfc7644', 'both', 'none'])
        .default('peakon'),
    )
    .option('--target-url <url>', 'your own SCIM endpoint instead')
    .option('--target-token <token>', 'bearer token of your own endpoint')
    .option('--graph-port <port>', 'port of the tenant (TLS)', wholeNumber)
    .option('--target-port <port>', 'port of the SCIM target', wholeNumber)
    .option('--admin-port <port>', 'port of the admin address', wholeNumber)
    .option('--write-config <dir>', 'write a configuration whose jobs point at the sandbox')
    .addOption(
      new Option(
        '--dialect <dialect>',
        'how the jobs of --write-config speak to their targets; those of the sandbox refuse what Entra alone sends',
      ).choices(DIALECTS),
    )
    .option('--faults <file>', 'JSON file with fault rules for the tenant')
    .addHelpText(
      'after',
      `
Examples:
  scimsync sandbox --write-config /tmp/try          then, in another terminal:
  scimsync --sync-now --config /tmp/try
  scimsync sandbox --target-url http://127.0.0.1:8080/scim/v2 --target-token secret --write-config /tmp/try`,
    )
    .action(async (_options: unknown, command: Command) => runSandbox(command.opts<Flags>()));
}

async function runSandbox(flags: Flags): Promise<void> {
  const { startSandbox } = await import('../sandbox/sandbox.ts');
  const sandbox = await startSandbox(optionsOf(flags));
  if (flags.faults !== undefined) await postFaults(sandbox.adminUrl, await readFile(flags.faults, 'utf8'));
  const configured = configuredTargets(flags, sandbox);
  if (flags.writeConfig !== undefined) {
    const { writeSandboxConfiguration } = await import('../sandbox/write-config.ts');
    await writeSandboxConfiguration(flags.writeConfig, sandbox.tenant, configured);
  }
  const caFile = await certificateFile(flags, sandbox);
  process.stdout.write(`${JSON.stringify(announcement(sandbox, configured, caFile))}\n`);
  process.stderr.write(`${hints(sandbox, flags)}\n`);
  await new Promise<void>((stop) => {
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  });
  await sandbox.close();
}

function optionsOf(flags: Flags): SandboxOptions {
  const targets =
    flags.targetUrl !== undefined || flags.target === 'none'
      ? []
      : flags.target === 'both'
        ? (['peakon', 'rfc7644'] as const)
        : [flags.target];
  return {
    users: flags.users,
    groups: flags.groups,
    seed: flags.seed,
    targets,
    ...(flags.assigned === undefined ? {} : { assigned: flags.assigned }),
    ...(flags.memberships === undefined ? {} : { memberships: flags.memberships }),
    ...(flags.graphPort === undefined ? {} : { graphPort: flags.graphPort }),
    ...(flags.targetPort === undefined ? {} : { targetPort: flags.targetPort }),
    ...(flags.adminPort === undefined ? {} : { adminPort: flags.adminPort }),
  };
}

function configuredTargets(flags: Flags, sandbox: Sandbox): ConfiguredTarget[] {
  const manner = flags.dialect === undefined ? {} : { dialect: flags.dialect };
  if (flags.targetUrl !== undefined)
    return [{ jobId: 'scim', template: 'scim', url: flags.targetUrl, token: flags.targetToken ?? '', ...manner }];
  return sandbox.targets.map(({ kind, url, token }) => ({
    jobId: kind === 'peakon' ? 'peakon' : 'scim',
    template: kind === 'peakon' ? 'peakon' : 'scim',
    url,
    token,
    ...manner,
  }));
}

/** Where the CA certificate is, absolute: in the written configuration, otherwise in a directory of its own. */
async function certificateFile(flags: Flags, sandbox: Sandbox): Promise<string> {
  if (flags.writeConfig !== undefined) return resolve(flags.writeConfig, 'sandbox-ca.pem');
  const file = join(await mkdtemp(join(tmpdir(), 'scimsync-sandbox-')), 'ca.pem');
  await writeFile(file, sandbox.tenant.caPem);
  return file;
}

/** The first line on stdout, for scripts. */
function announcement(sandbox: Sandbox, configured: readonly ConfiguredTarget[], caFile: string) {
  const { tenant } = sandbox;
  const targets = configured.map(({ jobId, url, token }) => ({ job: jobId, url, token }));
  const first = targets[0];
  return {
    graph: {
      url: tenant.url,
      authorityHost: tenant.authorityHost,
      tenantId: tenant.tenantId,
      clientId: tenant.clientId,
      clientSecret: tenant.clientSecret,
      caFile,
      servicePrincipalId: tenant.servicePrincipalId,
    },
    target: first === undefined ? null : { url: first.url, token: first.token },
    targets,
    admin: { url: sandbox.adminUrl },
  };
}

async function postFaults(adminUrl: string, text: string): Promise<void> {
  const answer = await fetch(`${adminUrl}/_emu/faults`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: text,
  });
  if (!answer.ok) throw new Error(`The fault rules were refused: ${await answer.text()}`);
}

/** Three commands that work when pasted. */
function hints(sandbox: Sandbox, flags: Flags): string {
  const { directory, servicePrincipalId } = sandbox.tenant;
  const graph = `${sandbox.adminUrl}/_emu/graph/v1.0`;
  const assigned = new Set([...directory.assignments.ofResource(servicePrincipalId)].map((each) => each.principalId));
  const sample = samplePerson(directory, (id) => assigned.has(id));
  const json = "-H 'Content-Type: application/json'";
  const lines = [
    '',
    `The sandbox is ready: ${counted(flags.users, 'person', 'people')}, ${counted(flags.groups, 'group')}, seed ${flags.seed}. Stop it with Ctrl-C. Things to try:`,
    '',
  ];
  if (sample !== undefined) {
    lines.push(
      `  # give ${sample.person.name} another name`,
      `  curl -X PATCH ${graph}/users/${sample.person.id} ${json} -d '{"surname":"Renamed","displayName":"Somebody Renamed"}'`,
      '',
    );
    lines.push(
      `  # take ${sample.person.name} out of ${sample.groupName}`,
      `  curl -X DELETE '${graph}/groups/${sample.groupId}/members/${sample.person.id}/$ref'`,
      '',
    );
  }
  lines.push(
    '  # let 31 days pass',
    `  curl -X POST ${sandbox.adminUrl}/_emu/clock ${json} -d '{"advance":"31d"}'`,
    '',
  );
  if (flags.writeConfig !== undefined)
    lines.push(
      ...sandboxDialectLines(flags.dialect, flags.targetUrl),
      'Then, in another terminal:',
      '',
      `  npx scimsync --sync-now --config ${flags.writeConfig}`,
      '',
    );
  return lines.join('\n');
}
