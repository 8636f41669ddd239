// Runs a suite of the probe in this process against a target of the sandbox or a server of the test's own.
import { randomUUID } from 'node:crypto';
import type { Check } from '../../../src/probe/check.ts';
import { givenSecret, openSession } from '../../../src/probe/connect.ts';
import { PROTOCOL_CHECKS } from '../../../src/probe/protocol/suite.ts';
import { runSuite, type SuiteResult } from '../../../src/probe/run.ts';
import type { Session } from '../../../src/probe/session.ts';

const PREFIX = 'scimsync-probe-00c0ffee-';
export const NAMES = { prefix: PREFIX, domain: 'probe.example' };

export interface ProbeSettings {
  readonly url: string;
  readonly token: string;
  readonly mayWrite?: boolean;
  readonly checks?: readonly Check[];
  /** Another session than one of its own. */
  readonly session?: Session;
  readonly signal?: AbortSignal;
  readonly progress?: (check: Check) => void;
}

export function sessionFor({ url, token, mayWrite = true }: ProbeSettings): Session {
  return openSession({
    root: url,
    credential: { kind: 'bearer', token: givenSecret(token) },
    mayWrite,
    prefix: PREFIX,
    timeoutSeconds: 10,
    version: '0',
    environment: {},
    secrets: { remember: () => undefined, redact: (text) => text },
    clock: { now: () => new Date(), sleep: () => Promise.resolve() },
    record: undefined,
  });
}

export async function probe(settings: ProbeSettings): Promise<SuiteResult> {
  return runSuite({
    checks: settings.checks ?? PROTOCOL_CHECKS,
    session: settings.session ?? sessionFor(settings),
    names: NAMES,
    uuid: randomUUID,
    signal: settings.signal ?? new AbortController().signal,
    now: () => performance.now(),
    progress: (check, result) => {
      if (result === null) settings.progress?.(check);
    },
  });
}

/** Outcomes by check. */
export function outcomes({ checks }: SuiteResult): Record<string, string | null> {
  return Object.fromEntries(checks.map(({ id, outcome }) => [id, outcome]));
}

/** `severity id check` of everything that was found. */
export function found({ checks, findings }: SuiteResult): string[] {
  return [...checks.flatMap((check) => check.findings), ...findings].map(
    ({ severity, id, check }) => `${severity} ${id} ${check}`,
  );
}
