// The real engine for a suite of the probe: a configuration in a directory of its own, opened exactly as --sync-now does, with
// the tenant of the probe as source and its relay as target. Guards and thresholds are out of the way: an endpoint that fails in
// everything is to be seen failing to the end.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unrecorded } from '../compose-recording.ts';
import type { Dialect } from '../model/dialect.ts';
import { JobFault } from '../model/errors.ts';
import type { CycleFacts, LifeEntry, RunCycle } from '../probe/entra/life-world.ts';
import type { LifeTenant } from '../probe/entra/tenant.ts';
import type { StoredLogEntry } from '../store/provisioning-log.ts';
import { type DemoEngine, type DemoRun, startDemoEngine } from './demo-engine.ts';

export interface ProbeEngine extends AsyncDisposable {
  readonly cycle: RunCycle;
}

export interface EngineOptions {
  /** Where it sends its requests, and with which token. */
  readonly url: string;
  readonly token: string;
  readonly dialect: Dialect;
  readonly signal: AbortSignal;
}

const JOB = 'probe';
const MANY = 1_000_000;
/** As in the template, and a manager who is taken away is taken away in the endpoint as well: Microsoft tests it. */
const MANAGER = {
  targetAttributeName: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager',
  source: '[manager]',
  whenNull: 'clear',
};
const GUARDS = ['leavers', 'scopeLosses', 'memberships', 'groupDeletes', 'creates', 'identity'];

/** Opens the engine; disposing of it removes its directory, store and secrets included. */
export async function startProbeEngine(tenant: LifeTenant, options: EngineOptions): Promise<ProbeEngine> {
  const { writeSandboxConfiguration } = await import('../sandbox/write-config.ts');
  const directory = await mkdtemp(join(tmpdir(), 'scimsync-probe-'));
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true });
  let engine: DemoEngine | undefined;
  try {
    const { url, token, signal } = options;
    const target = { jobId: JOB, template: 'scim-entra-default', url, token };
    await writeSandboxConfiguration(directory, tenant.entra, [target]);
    // JSON is YAML.
    await writeFile(join(directory, 'jobs', `${JOB}.yaml`), JSON.stringify(jobOf(tenant, options)));
    engine = await unrecorded(() => startDemoEngine(directory, signal));
  } catch (error) {
    await remove();
    throw error;
  }
  const running = engine;
  return {
    async cycle(selection) {
      let runs: readonly DemoRun[];
      try {
        runs = await running.runAll(selection);
      } catch (error) {
        if (error instanceof JobFault && !options.signal.aborted) return faultFacts(error);
        throw error;
      }
      const [run] = runs;
      if (run === undefined) throw new Error('the configuration of the probe has no job');
      const { counts } = run.summary;
      const { created, updated, enabled, disabled, deleted, failed, held, memberships } = counts;
      const entries = await running.log(run);
      return {
        counts: { created, updated, enabled, disabled, deleted, failed, held },
        memberships,
        failures: entries.flatMap(failureOf),
        log: entries.map(entryOf),
      };
    },
    async [Symbol.asyncDispose]() {
      await running.close();
      await remove();
    },
  };
}

function jobOf(tenant: LifeTenant, { url, dialect }: EngineOptions) {
  return {
    id: JOB,
    tenant: 'sandbox',
    template: 'scim-entra-default',
    mode: 'enforce',
    source: { use: 'sandbox', servicePrincipalId: tenant.entra.servicePrincipalId },
    target: {
      baseUrl: url,
      dialect,
      auth: { type: 'bearer', token: { fromFile: `secrets/${JOB}` } },
      timeoutSeconds: 60,
      concurrency: 1,
    },
    guards: {
      ...Object.fromEntries(GUARDS.map((name) => [name, { count: MANY, percent: 100, from: MANY }])),
      irreversible: 'allow',
    },
    objectMappings: { user: { attributeMappings: [MANAGER] }, group: { enabled: tenant.groups.length > 0 } },
    escrowThresholds: { percent: 100, from: MANY, count: MANY, total: MANY },
  };
}

/** A fault of the whole job is one failure: Entra would show it on the overview of the application. */
function faultFacts(error: JobFault): CycleFacts {
  const none = { created: 0, updated: 0, enabled: 0, disabled: 0, deleted: 0, failed: 1, held: 0 };
  const failure = { sourceId: '', name: 'the job', action: 'cycle', code: error.code, reason: error.message };
  return { counts: none, memberships: { added: 0, removed: 0 }, failures: [failure], log: [] };
}

function failureOf({ entry }: StoredLogEntry): CycleFacts['failures'] {
  const { errorInformation } = entry.provisioningStatusInfo;
  if (errorInformation === undefined || entry.provisioningStatusInfo.status !== 'failure') return [];
  const name = entry.sourceIdentity.displayName ?? entry.sourceIdentity.id;
  const { errorCode: code, reason } = errorInformation;
  return [{ sourceId: entry.sourceIdentity.id, name, action: entry.provisioningAction, code, reason }];
}

function entryOf({ entry }: StoredLogEntry): LifeEntry {
  return {
    sourceId: entry.sourceIdentity.id,
    action: entry.provisioningAction,
    status: entry.provisioningStatusInfo.status,
    modified: entry.modifiedProperties.map(({ displayName: name, oldValue, newValue }) => ({
      name,
      oldValue,
      newValue,
    })),
  };
}
