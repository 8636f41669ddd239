// A target of a sandbox as a test looks at it and breaks it: log, accounts and faults, through the admin address.
import type { FaultRule } from '../../../src/sandbox/target/faults.ts';
import type { RequestLogEntry } from '../../../src/sandbox/target/request-log.ts';
import type { SandboxTarget } from '../../../src/sandbox/target/scim-server.ts';
import { type Json, list, requestJson } from './http-json.ts';

/** See the comment of the file. */
export interface TargetClient {
  users(): Promise<readonly Json[]>;
  groups(): Promise<readonly Json[]>;
  requests(): Promise<readonly RequestLogEntry[]>;
  clearLog(): Promise<void>;
  addFaults(rules: FaultRule | readonly FaultRule[]): Promise<void>;
  clearFaults(): Promise<void>;
  /** Forgets everything. */
  reset(): Promise<void>;
  /** Accounts that somebody else made. */
  seed(resources: readonly Json[]): Promise<void>;
}

/** The client of a target that runs in the sandbox's process. */
export function makeTargetClient(adminUrl: string, kind: SandboxTarget['kind']): TargetClient {
  const ask = (method: string, path: string, body?: unknown): Promise<unknown> =>
    requestJson(method, `${adminUrl}/_emu/target/${kind}/${path}`, body);
  return {
    users: async () => list(await ask('GET', 'users?count=1000000'), 'Resources'),
    groups: async () => list(await ask('GET', 'groups?count=1000000'), 'Resources'),
    requests: async () => ((await ask('GET', 'log')) as { entries: readonly RequestLogEntry[] }).entries,
    clearLog: async () => void (await ask('DELETE', 'log')),
    addFaults: async (rules) => void (await ask('POST', 'faults', rules)),
    clearFaults: async () => void (await ask('DELETE', 'faults')),
    reset: async () => void (await ask('POST', 'reset')),
    seed: async (resources) => void (await ask('POST', 'users', resources)),
  };
}

/** Requests that change something. */
export function writes(requests: readonly RequestLogEntry[]): readonly RequestLogEntry[] {
  return requests.filter(({ method }) => method !== 'GET');
}
