// A sandbox tenant in front of a third-party SCIM service, and the built scimsync between them.
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Application } from './application.ts';
import { SandboxDirectory } from './directory.ts';
import { type RunResult, runScimsync, startSandbox } from './processes.ts';

interface SandboxLine {
  readonly graph: { readonly servicePrincipalId: string };
  readonly admin: { readonly url: string };
}

/** What `scimsync --sync-now --json` says of the one job. */
export interface JobResult {
  readonly status: string;
  readonly counts: Readonly<Record<string, number>> & {
    readonly memberships: { readonly added: number; readonly removed: number };
  };
  readonly requests: { readonly graph: number; readonly scim: number; readonly tokens: number };
}

/** Everything that is running for a test file. */
export interface World {
  readonly application: Application;
  readonly directory: SandboxDirectory;
  /** Runs one cycle; throws unless scimsync says that all went well. */
  synchronize(): Promise<JobResult>;
  /** What scimsync says about the connection. */
  explain(): Promise<RunResult>;
  stop(): Promise<void>;
}

/** What a world is made of. */
export interface WorldOptions {
  readonly users: number;
  readonly groups: number;
  /** A program of this folder. */
  readonly service: string;
  readonly serviceArguments?: readonly string[];
  /** Appended to the file of the job. */
  readonly job?: string;
}

/** Starts the service and a tenant. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const { users, groups } = options;
  const application = await Application.start(options.service, options.serviceArguments ?? []);
  const config = await mkdtemp(join(tmpdir(), 'scimsync-interop-'));
  const content = ['--users', String(users), '--groups', String(groups), '--seed', '7'];
  const target = ['--target-url', application.url, '--target-token', application.token];
  const sandbox = await startSandbox<SandboxLine>([...content, ...target, '--write-config', config]);
  const { graph, admin } = sandbox.announced;
  await appendFile(join(config, 'jobs', 'scim.yaml'), options.job ?? '');
  return {
    application,
    directory: new SandboxDirectory(admin.url, graph.servicePrincipalId),
    synchronize: () => synchronize(config),
    explain: () => runScimsync(['test-connection', '--config', config]),
    stop: async () => {
      await sandbox.stop();
      await application.stop();
      await rm(config, { recursive: true, force: true });
    },
  };
}

async function synchronize(config: string): Promise<JobResult> {
  const { code, stdout, stderr } = await runScimsync(['--sync-now', '--config', config, '--json']);
  if (code !== 0) throw new Error(`scimsync ended with ${code}\n${stdout}\n${stderr}`);
  const { jobs } = JSON.parse(stdout) as { jobs: JobResult[] };
  const [job] = jobs;
  if (job === undefined) throw new Error(`no job in ${stdout}`);
  return job;
}
