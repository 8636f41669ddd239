// `scimsync demo`: the whole story on the sandbox, narrated. It runs the same engine over the same wire as everything
// else; only the narration is its own.
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { chooseCast, editDirectory, unassignLargestGroup } from './demo-edits.ts';
import { type DemoEngine, type DemoRun, startDemoEngine } from './demo-engine.ts';

const USERS = 320;
const GROUPS = 24;
const SEED = 7;

/** Adds the command. */
export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description('the whole story on the sandbox, narrated')
    .option('--keep', 'stay running at the end, to look around')
    .action(async (_options: unknown, command: Command) => tellStory(command.opts<{ keep?: boolean }>().keep === true));
}

async function tellStory(keep: boolean): Promise<void> {
  const { startSandbox } = await import('../sandbox/sandbox.ts');
  const { writeSandboxConfiguration } = await import('../sandbox/write-config.ts');
  const directory = await mkdtemp(join(tmpdir(), 'scimsync-demo-'));
  const sandbox = await startSandbox({ users: USERS, groups: GROUPS, seed: SEED, targets: ['peakon', 'rfc7644'] });
  const jobs = sandbox.targets.map(({ kind, url, token }) => ({
    jobId: kind === 'peakon' ? 'peakon' : 'scim',
    template: kind === 'peakon' ? 'peakon' : 'scim',
    url,
    token,
  }));
  await writeSandboxConfiguration(directory, sandbox.tenant, jobs);
  const engine = await startDemoEngine(directory);
  try {
    await narrate(sandbox, engine, directory);
    if (keep) await stay(sandbox, directory);
  } finally {
    await engine.close();
    await sandbox.close();
  }
}

/** Prints a paragraph and remembers it for the report. */
function narrator(): { readonly say: (line?: string) => void; readonly lines: readonly string[] } {
  const lines: string[] = [];
  return {
    lines,
    say: (line = '') => {
      lines.push(line);
      process.stdout.write(`${line}\n`);
    },
  };
}

async function narrate(sandbox: Sandbox, engine: DemoEngine, directory: string): Promise<void> {
  const began = Date.now();
  const { say, lines } = narrator();
  say(
    `A local Entra tenant of ${USERS} people and ${GROUPS} groups, a Peakon and an RFC 7644 service, all on this machine.`,
  );
  say();
  say('1  Initial cycle: everybody who is assigned gets an account');
  const initial = await engine.runAll();
  for (const run of initial) say(resultLine(run));
  say(targetLine(sandbox));
  const cast = chooseCast(sandbox);
  say();
  say('2  Meanwhile in the directory');
  for (const edit of await editDirectory(sandbox, cast)) say(`   ${edit}`);
  say();
  say('3  Incremental cycle: only what changed is read and written');
  const incremental = await engine.runAll();
  for (const run of incremental) {
    say(resultLine(run));
    for (const line of await engine.whatChanged(run)) say(`     ${line}`);
  }
  say();
  say('4  Another cycle, nothing has changed: the targets are not asked anything');
  const quiet = await engine.runAll();
  for (const run of quiet) say(resultLine(run));
  say();
  say('5  A slip of the hand');
  say(`   ${await unassignLargestGroup(sandbox, cast)}`);
  const held = await engine.runAll();
  for (const run of held) say(resultLine(run));
  say('   The guard scopeLosses holds them: nobody loses access by mistake. An administrator approves or repairs.');
  say(targetLine(sandbox));
  say();
  const all = [...initial, ...incremental, ...quiet, ...held];
  say('Summary');
  say(
    `   ${sum(all, 'created')} accounts created, ${sum(all, 'updated')} updated, ${sum(all, 'disabled')} disabled, ${held.reduce((total, run) => total + run.summary.counts.held, 0)} removals held, ${sum(all, 'failed')} failed`,
  );
  say(
    `   ${all.reduce((total, run) => total + run.summary.requests.graph, 0)} requests to Microsoft Graph, ${all.reduce((total, run) => total + run.summary.requests.scim, 0)} to the targets, ${((Date.now() - began) / 1000).toFixed(1)} s`,
  );
  const report = join(directory, 'demo-report.txt');
  say();
  say('Look further');
  const commands = [
    [`npx scimsync logs --config ${directory}`, 'what was done to whom, and why'],
    [`npx scimsync staged --config ${directory}`, 'the removals that are held'],
    [`npx scimsync status --config ${directory}`, 'one line a job'],
    ['npx scimsync sandbox --write-config ./try', 'a sandbox of your own to sync against'],
  ] as const;
  const width = Math.max(...commands.map(([command]) => command.length));
  for (const [command, meaning] of commands) say(`   ${command.padEnd(width)}   ${meaning}`);
  say(`   this text: ${report}`);
  await writeFile(report, `${lines.join('\n')}\n`);
}

function sum(runs: readonly DemoRun[], count: 'created' | 'updated' | 'disabled' | 'failed'): number {
  return runs.reduce((total, run) => total + run.summary.counts[count], 0);
}

function resultLine({ summary, milliseconds }: DemoRun): string {
  const { counts, requests } = summary;
  const parts = [
    `${counts.inScope} in scope`,
    ...(['created', 'adopted', 'updated', 'enabled', 'disabled', 'deleted', 'failed', 'held'] as const).flatMap(
      (name) => (counts[name] > 0 ? [`${counts[name]} ${name}`] : []),
    ),
    ...(counts.memberships.added + counts.memberships.removed > 0
      ? [`memberships +${counts.memberships.added} -${counts.memberships.removed}`]
      : []),
    `${requests.graph} requests to Graph, ${requests.scim} to the target`,
    `${(milliseconds / 1000).toFixed(1)} s`,
  ];
  return `   ${summary.jobId.padEnd(7)} ${parts.join(' · ')}`;
}

/** What the targets themselves say. */
function targetLine(sandbox: Sandbox): string {
  const parts = sandbox.targets.map((target) => {
    const users = target.users();
    const active = users.filter((user) => user['active'] === true).length;
    const groups = target.kind === 'rfc7644' ? `, ${target.groups().length} groups` : '';
    return `${target.kind === 'peakon' ? 'Peakon' : 'the RFC 7644 service'} holds ${users.length} accounts (${active} active)${groups}`;
  });
  return `   ${parts.join('; ')}.`;
}

async function stay(sandbox: Sandbox, directory: string): Promise<void> {
  process.stdout.write(
    `\nThe sandbox stays up (admin address ${sandbox.adminUrl}). Sync again with: npx scimsync --sync-now --config ${directory}\nCtrl-C ends it.\n`,
  );
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}
