// Runs the checks of a suite one after the other, and cleans up after them whatever happened: also when a check failed, and when
// somebody stopped the run.
import { type Check, Unmet, type Verdict } from './check.ts';
import { cleanUp, type Leftover } from './cleanup.ts';
import { answerName, objectOf, type ProbeExchange, succeeded } from './exchange.ts';
import type { Finding } from './finding.ts';
import { FINDINGS } from './finding-table.ts';
import type { Session } from './session.ts';
import { type ProbeNames, Stage } from './stage.ts';

/** What became of one check. */
export interface CheckResult {
  readonly id: string;
  readonly theme: Check['theme'];
  readonly row: string | null;
  readonly title: string;
  /** In short; null when it was not made. */
  readonly outcome: string | null;
  /** Why it was not made. */
  readonly skipped: string | null;
  readonly findings: readonly Finding[];
  readonly requests: number;
  readonly milliseconds: number;
}

/** What became of a suite. */
export interface SuiteResult {
  readonly checks: readonly CheckResult[];
  /** About the run as a whole. */
  readonly findings: readonly Finding[];
  readonly removed: number;
  readonly leftovers: readonly Leftover[];
  /** True when somebody stopped it. */
  readonly interrupted: boolean;
}

export interface SuiteOptions {
  readonly checks: readonly Check[];
  readonly session: Session;
  readonly names: ProbeNames;
  readonly uuid: () => string;
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Told before and after each check. */
  readonly progress: (check: Check, result: CheckResult | null) => void;
}

/** Runs all checks; never rejects because of an endpoint. */
export async function runSuite(options: SuiteOptions): Promise<SuiteResult> {
  const { checks, session, signal, names, uuid } = options;
  const stage = new Stage(session, signal, names, uuid);
  const results: CheckResult[] = [];
  try {
    for (const check of checks) {
      if (signal.aborted) break;
      options.progress(check, null);
      const result = await runCheck(check, stage, options.now);
      if (result === undefined) break;
      results.push(result);
      options.progress(check, result);
    }
  } finally {
    // What was made is removed although the run was stopped, or a check has a fault of its own.
    if (session.mayWrite) await cleanUp(session);
  }
  // Nobody could say whether the doubtful ones are there: they are named as well.
  const leftovers = [...session.own.remaining(), ...session.own.doubtful()];
  return {
    checks: results,
    findings: [...errorBodies(stage.seen), ...leftBehind(leftovers)],
    removed: session.own.removed,
    leftovers,
    interrupted: signal.aborted,
  };
}

/** Undefined when the run was stopped meanwhile. */
async function runCheck(check: Check, stage: Stage, now: () => number): Promise<CheckResult | undefined> {
  const { id, theme, row, title } = check;
  const began = now();
  stage.begin();
  const done = (outcome: string | null, skipped: string | null, verdicts: readonly Verdict[]): CheckResult => ({
    id,
    theme,
    row,
    title,
    outcome,
    skipped,
    findings: findingsOf(check, [...verdicts, ...faultsOf(stage.exchanges, theme === 'load')], stage.exchanges),
    requests: stage.exchanges.length,
    milliseconds: now() - began,
  });
  const { session, exchanges } = stage;
  if (check.writes && !session.mayWrite) return done(null, 'it writes, and this run only reads', []);
  if (session.gaveUp.aborted) return done(null, reasonOf(session.gaveUp), []);
  try {
    const { outcome, verdicts } = await check.run(stage);
    if (TELLS_ITSELF.has(theme)) return done(outcome, null, verdicts);
    const throttled = exchanges.find(isThrottled);
    if (throttled !== undefined) return done(null, throttledBecause(throttled), []);
    return done(
      outcome,
      null,
      verdicts.filter(({ exchange = exchanges.at(-1) }) => (exchange?.failure ?? null) === null),
    );
  } catch (error) {
    if (error instanceof Unmet) return done(null, error.message, []);
    if (stage.signal.aborted) return undefined;
    if (session.gaveUp.aborted) return done(null, reasonOf(session.gaveUp), []);
    throw error;
  }
}

/** Where a step is more than one request, and says itself what it came to. Elsewhere no answer says nothing about the question. */
const TELLS_ITSELF: ReadonlySet<Check['theme']> = new Set(['life', 'gallery', 'load']);

function reasonOf({ reason }: AbortSignal): string {
  return reason instanceof Error ? reason.message : String(reason);
}

/** Still 429 after the probe has waited, or for longer than it waits. */
function isThrottled({ status }: ProbeExchange): boolean {
  return status === 429;
}

function throttledBecause({ headers }: ProbeExchange): string {
  const after = headers['retry-after'];
  return `it was answered 429${after === undefined ? '' : ` with Retry-After: ${after}`}, which the probe does not wait for`;
}

/** Faults of the service that are one whatever was asked. */
function faultsOf(exchanges: readonly ProbeExchange[], isLoad: boolean): Verdict[] {
  const throttled = isLoad ? undefined : exchanges.find(isThrottled);
  const server = exchanges.find(({ status }) => status >= 500 && status !== 501);
  const dropped = exchanges.find(({ failure }) => failure !== null);
  const unreadable = exchanges.find(
    (exchange) => succeeded(exchange) && exchange.text.trim() !== '' && objectOf(exchange.json) === undefined,
  );
  return [
    ...(server === undefined
      ? []
      : [{ finding: 'server-error' as const, because: `it was answered ${answerName(server)}`, exchange: server }]),
    ...(throttled === undefined
      ? []
      : [{ finding: 'throttled' as const, because: throttledBecause(throttled), exchange: throttled }]),
    ...(dropped === undefined
      ? []
      : [{ finding: 'connection-dropped' as const, because: dropped.detail, exchange: dropped }]),
    ...(unreadable === undefined
      ? []
      : [{ finding: 'no-json' as const, because: 'the body is no JSON object', exchange: unreadable }]),
  ];
}

function findingsOf(
  check: Check,
  verdicts: readonly Verdict[],
  exchanges: readonly ProbeExchange[],
): readonly Finding[] {
  return verdicts.map(({ finding, because, exchange = exchanges.at(-1) ?? null }) => ({
    id: finding,
    severity: FINDINGS[finding].severity,
    check: check.id,
    because,
    exchange,
  }));
}

const ERROR_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** One finding for all errors that are not in the form of SCIM. */
function errorBodies(exchanges: readonly ProbeExchange[]): Finding[] {
  const errors = exchanges.filter(({ status, headers }) => status >= 400 && headers['www-authenticate'] === undefined);
  const foreign = errors.filter(({ json }) => !hasErrorSchema(json));
  const [first] = foreign;
  if (first === undefined) return [];
  const because = `${foreign.length} of ${errors.length} errors have no body with schemas [${ERROR_SCHEMA}]`;
  return [
    { id: 'error-body', severity: FINDINGS['error-body'].severity, check: 'errors.bodies', because, exchange: first },
  ];
}

function hasErrorSchema(json: unknown): boolean {
  const schemas = objectOf(json)?.['schemas'];
  return Array.isArray(schemas) && schemas.includes(ERROR_SCHEMA);
}

function leftBehind(leftovers: readonly Leftover[]): Finding[] {
  if (leftovers.length === 0) return [];
  const named = leftovers.map(({ kind, id, name }) =>
    id === null ? `perhaps ${name ?? 'one without a name'}` : `/${kind}/${id} (${name ?? 'without a name'})`,
  );
  const because = `still there: ${named.join(', ')}`;
  const { severity } = FINDINGS['left-behind'];
  return [{ id: 'left-behind', severity, check: 'cleanup', because, exchange: null }];
}
