// A target that the test runs itself, behind the same interface as one in the sandbox's process.
import { isScimJson } from '../../../src/sandbox/target/scim-json.ts';
import type { SandboxTarget } from '../../../src/sandbox/target/scim-server.ts';
import type { TargetClient } from './target-client.ts';

/** The client of a target of the test's own. */
export function endpointClient(endpoint: SandboxTarget): TargetClient {
  return {
    users: () => Promise.resolve(endpoint.users()),
    groups: () => Promise.resolve(endpoint.groups()),
    requests: () => Promise.resolve(endpoint.log.all()),
    clearLog: () => Promise.resolve(endpoint.log.clear()),
    addFaults: (rules) => Promise.resolve(endpoint.faults.add(rules)),
    clearFaults: () => Promise.resolve(endpoint.faults.clear()),
    reset: () => Promise.resolve(endpoint.reset()),
    seed: (resources) => Promise.resolve(endpoint.seed(resources.filter(isScimJson))),
  };
}
