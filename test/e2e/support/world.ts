// One sandbox in a process of its own, with the configuration that it wrote. Ends with the `await using` that holds it.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { SandboxTarget } from '../../../src/sandbox/target/scim-server.ts';
import { type StartOptions, startCli } from './child-processes.ts';
import { searchDirectory, watchSecret } from './leaks.ts';
import { syncHere } from './sync-here.ts';
import { type SyncRun, syncNow } from './sync-run.ts';
import { makeTargetClient, type TargetClient } from './target-client.ts';
import { type AnnouncedGraph, makeTenantClient, type TenantClient } from './tenant-client.ts';

/** The first line of `scimsync sandbox`. */
export interface Announcement {
  readonly graph: AnnouncedGraph;
  readonly target: { readonly url: string; readonly token: string } | null;
  readonly admin: { readonly url: string };
}

/** What the sandbox is started with. */
export interface WorldOptions {
  readonly users?: number;
  readonly groups?: number;
  readonly seed?: number;
  readonly assigned?: number | 'all';
  readonly memberships?: number;
  readonly target?: 'peakon' | 'rfc7644' | 'both' | 'none';
  /** An endpoint of the test's own, instead of a target in the sandbox. */
  readonly endpoint?: { readonly url: string; readonly token: string; readonly dialect?: string };
}

/** See the comment of the file. */
export interface World extends AsyncDisposable {
  /** The configuration directory. */
  readonly directory: string;
  readonly announced: Announcement;
  readonly tenant: TenantClient;
  target(kind?: SandboxTarget['kind']): TargetClient;
  sync(args?: readonly string[], options?: StartOptions): Promise<SyncRun>;
  /** The same without the start of a program, for runs that are not what is looked at. */
  syncHere(): Promise<SyncRun>;
}

/** Starts a sandbox; small unless asked otherwise. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const home = await mkdtemp(join(tmpdir(), 'scimsync-e2e-'));
  const directory = join(home, 'config');
  const program = startCli(['sandbox', '--write-config', directory, ...argumentsOf(options)]);
  try {
    const announced = JSON.parse(await program.firstLine) as Announcement;
    watchSecret('client secret', announced.graph.clientSecret);
    if (announced.target !== null) watchSecret('target token', announced.target.token);
    const kind = options.target === 'peakon' ? 'peakon' : 'rfc7644';
    return {
      directory,
      announced,
      tenant: makeTenantClient(announced.admin.url, announced.graph),
      target: (wanted) => makeTargetClient(announced.admin.url, wanted ?? kind),
      sync: (args, start) => syncNow(directory, args, start),
      syncHere: () => syncHere(directory),
      async [Symbol.asyncDispose]() {
        await program[Symbol.asyncDispose]();
        searchDirectory(directory);
        await rm(home, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await program[Symbol.asyncDispose]();
    await rm(home, { recursive: true, force: true });
    throw error;
  }
}

function argumentsOf(options: WorldOptions): string[] {
  const { users = 12, groups = 3, seed = 7, assigned = 'all', memberships, endpoint } = options;
  const args = [`--users=${users}`, `--groups=${groups}`, `--seed=${seed}`, `--assigned=${assigned}`];
  if (memberships !== undefined) args.push(`--memberships=${memberships}`);
  if (endpoint === undefined) args.push(`--target=${options.target ?? 'rfc7644'}`);
  else args.push(`--target-url=${endpoint.url}`, `--target-token=${endpoint.token}`);
  if (endpoint?.dialect !== undefined) args.push(`--dialect=${endpoint.dialect}`);
  return args;
}

/** Changes a YAML file of the configuration. */
async function editYaml(path: string, change: (content: Record<string, unknown>) => void): Promise<void> {
  const content = parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  change(content);
  await writeFile(path, stringify(content));
}

/** Changes scimsync.yaml. */
export function editMain(directory: string, change: (content: Record<string, unknown>) => void): Promise<void> {
  return editYaml(join(directory, 'scimsync.yaml'), change);
}

/** Changes a job of the configuration. */
export function editJob(directory: string, id: string, change: (job: Record<string, unknown>) => void): Promise<void> {
  return editYaml(join(directory, 'jobs', `${id}.yaml`), change);
}

/** Changes a part of a job or of the source that is a mapping of its own, for instance `target`. */
export function part(content: Record<string, unknown>, name: string): Record<string, unknown> {
  content[name] ??= {};
  return content[name] as Record<string, unknown>;
}

/** Changes the source of the configuration. */
export function editSource(directory: string, change: (source: Record<string, unknown>) => void): Promise<void> {
  return editMain(directory, (content) => change(part(part(content, 'sources'), 'sandbox')));
}

/** Replaces a secret: `graph`, or the token of a job by its id. */
export function writeSecret(directory: string, name: string, value: string): Promise<void> {
  watchSecret(name, value);
  return writeFile(join(directory, 'secrets', name), `${value}\n`, { mode: 0o600 });
}
