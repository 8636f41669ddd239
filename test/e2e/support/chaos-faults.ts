// The faults that chaos draws from. Each happens once: what is believed only when it is seen twice must not be seen twice.
import type { Random } from '../../../src/sandbox/entra/random.ts';
import type { FaultRule } from '../../../src/sandbox/target/faults.ts';

/** A fault and the side that has it. */
export type ChaosFault =
  | { readonly side: 'graph'; readonly name: string; readonly rule: object }
  | { readonly side: 'tokens'; readonly name: string }
  | { readonly side: 'target'; readonly name: string; readonly rule: FaultRule };

const GRAPH_ACTIONS: Readonly<Record<string, object>> = {
  'graph 429': { status: 429, headers: { 'Retry-After': '1' } },
  'graph 500': { status: 500 },
  'graph 503': { status: 503, headers: { 'Retry-After': '0' } },
  'graph 401': { status: 401 },
  'graph reset': { reset: true },
  'graph cut': { truncate: true },
  'graph cut cleanly': { truncateClean: true },
  'graph web page': { html: true, status: 502 },
  'graph rows twice': { duplicateRows: true },
  'graph rows reversed': { reverseRows: true },
};

const TARGET_ACTIONS: Readonly<Record<string, FaultRule['action']>> = {
  'target 429': { status: 429, headers: { 'Retry-After': '1' } },
  'target 500': { status: 500 },
  'target 500 after applying': { status: 500, applyThenFail: true },
  'target reset': { reset: true },
  'target reset after applying': { reset: true, applyThenFail: true },
  'target cut': { truncate: true },
  'target without id': { omitId: true },
  'target 409': { status: 409 },
  'target 412': { status: 412 },
  'target 400': { status: 400 },
  'target 503': { status: 503, headers: { 'Retry-After': '1' } },
};

/** The name of the fault that shows a part of a list, without a sign. */
export const SHORT_LIST = 'a list that is not whole';

const ASSIGNMENTS = 'appRoleAssignedTo';
const MEMBERS = '/v1.0/groups/[^/]+/members';
const GRAPH_PATHS = [
  '/v1.0/users/delta',
  '/v1.0/groups/delta',
  '/v1.0/\\$batch',
  'servicePrincipals',
  ASSIGNMENTS,
  MEMBERS,
];

/** None to three faults. */
export function drawFaults(random: Random): ChaosFault[] {
  return Array.from({ length: random.below(4) }, () => drawFault(random));
}

function drawFault(random: Random): ChaosFault {
  const side = random.below(10);
  if (side === 0) return { side: 'tokens', name: 'delta links refused' };
  if (side === 1) {
    const action = random.pick([{ emptyValue: true }, { halfValue: true }]);
    return { side: 'graph', name: SHORT_LIST, rule: { match: { path: random.pick([ASSIGNMENTS, MEMBERS]) }, action } };
  }
  const nth = 1 + random.below(3);
  if (side < 5) {
    const name = random.pick(Object.keys(GRAPH_ACTIONS));
    const match = { path: random.pick(GRAPH_PATHS), nth };
    return { side: 'graph', name, rule: { match, action: GRAPH_ACTIONS[name] } };
  }
  const name = random.pick(Object.keys(TARGET_ACTIONS));
  const match = { method: random.pick(['POST', 'PATCH', 'PATCH', 'DELETE', 'GET']), nth };
  return { side: 'target', name, rule: { match, times: 1, action: TARGET_ACTIONS[name] ?? {} } };
}
