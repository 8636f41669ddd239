// Faults that a target is told to have: which requests they hit and what happens to them. Decides only; the server
// (exchange.ts) carries them out. Rules come from tests, a file or the admin face and are validated here.
import { z } from 'zod';

function isPattern(text: string): boolean {
  try {
    return new RegExp(text).source !== '';
  } catch {
    return false;
  }
}

const pattern = z.string().max(500).refine(isPattern, 'must be a regular expression');

const actionSchema = z.strictObject({
  /** Answer this status instead of carrying the request out. */
  status: z.int().min(200).max(599).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  /** Body of that answer: text as it is, anything else as JSON. */
  body: z.unknown().optional(),
  /** Cut the connection without an answer. */
  reset: z.boolean().optional(),
  /** Wait first. */
  delayMs: z.int().min(0).max(600_000).optional(),
  /** Carry the request out, then answer `status` (500 unless given) or cut the connection: an ambiguous write. */
  applyThenFail: z.boolean().optional(),
  /** Never answer. */
  hang: z.boolean().optional(),
  /** Answer an HTML page as a proxy in between would (502 unless a status is given). */
  html: z.boolean().optional(),
  /** Carry the request out, but leave `id` out of the answer. */
  omitId: z.boolean().optional(),
  /** Carry the request out, send half of the answer, cut the connection. */
  truncate: z.boolean().optional(),
  /** Carry the request out and send the answer byte by byte, ten a second. */
  drip: z.boolean().optional(),
  /** Carry the request out and make the answer this many bytes long (true: 32 MiB). */
  oversize: z.union([z.boolean(), z.int().min(1).max(268_435_456)]).optional(),
});

const ruleSchema = z.strictObject({
  match: z
    .strictObject({
      method: z.string().optional(),
      /** Regular expression on the path below the SCIM root, such as `^/Users/`. */
      path: pattern.optional(),
      /** Regular expression on the decoded query. */
      query: pattern.optional(),
      /** Only the n-th request that fits, from 1. */
      nth: z.int().min(1).optional(),
      /** Every n-th request that fits. */
      every: z.int().min(1).optional(),
    })
    .default({}),
  /** How often the rule fires; unlimited if left out. */
  times: z.int().min(1).optional(),
  action: actionSchema,
});

/** What happens to a request that a rule hits. */
export type FaultAction = z.infer<typeof actionSchema>;
/** A rule as it is written. */
export type FaultRule = z.input<typeof ruleSchema>;

/** The rules of a target. The first that fires wins; every rule counts the requests that fit it. */
export interface TargetFaults {
  list(): readonly FaultRule[];
  /** Adds one rule or a list; throws an error that names what is wrong. */
  add(rules: unknown): void;
  clear(): void;
}

/** The rules with the side that the server asks. */
export interface FaultDecider extends TargetFaults {
  decide(method: string, path: string, query: string): FaultAction | undefined;
}

interface ActiveRule {
  readonly rule: z.output<typeof ruleSchema>;
  readonly path: RegExp | undefined;
  readonly query: RegExp | undefined;
  seen: number;
  fired: number;
}

function decodeQuery(query: string): string {
  return new URLSearchParams(query).toString() === ''
    ? ''
    : [...new URLSearchParams(query)].map(([name, value]) => `${name}=${value}`).join('&');
}

function activate(rule: z.output<typeof ruleSchema>): ActiveRule {
  const { path, query } = rule.match;
  return {
    rule,
    path: path === undefined ? undefined : new RegExp(path),
    query: query === undefined ? undefined : new RegExp(query),
    seen: 0,
    fired: 0,
  };
}

function fits(active: ActiveRule, method: string, path: string, query: string): boolean {
  const wanted = active.rule.match.method;
  if (wanted !== undefined && wanted.toUpperCase() !== method) return false;
  if (active.path && !active.path.test(path)) return false;
  return !active.query || active.query.test(query);
}

function isDue(active: ActiveRule): boolean {
  const { match, times } = active.rule;
  if (times !== undefined && active.fired >= times) return false;
  if (match.nth !== undefined && active.seen !== match.nth) return false;
  return match.every === undefined || active.seen % match.every === 0;
}

/** Makes an empty set of rules. */
export function createFaults(): FaultDecider {
  let rules: ActiveRule[] = [];
  return {
    list: () => rules.map(({ rule }) => rule),
    add(input) {
      const parsed = z.array(ruleSchema).safeParse(Array.isArray(input) ? input : [input]);
      if (!parsed.success) throw new Error(`The faults cannot be used: ${z.prettifyError(parsed.error)}`);
      rules = [...rules, ...parsed.data.map(activate)];
    },
    clear() {
      rules = [];
    },
    decide(method, path, query) {
      const decoded = rules.length === 0 ? '' : decodeQuery(query);
      let chosen: FaultAction | undefined;
      for (const active of rules) {
        if (!fits(active, method, path, decoded)) continue;
        active.seen += 1;
        if (chosen || !isDue(active)) continue;
        active.fired += 1;
        chosen = active.rule.action;
      }
      return chosen;
    },
  };
}
