// A virtual clock and a source with public endpoints, for tests in which nock plays Entra and Graph.
import nock from 'nock';
import type { Clock } from '../../../src/engine/ports.ts';
import { createSecretValues } from '../../../src/observe/secret-values.ts';
import { CLOUDS } from '../../../src/source/clouds.ts';
import { createGraphSource, type GraphSource, type GraphSourceOptions } from '../../../src/source/graph-source.ts';
import { aSecret } from '../../support/a-secret.ts';

export const TENANT = '11111111-2222-3333-4444-555555555555';
export const GRAPH = 'https://graph.microsoft.com';
export const LOGIN = 'https://login.microsoftonline.com';
export const NEVER = new AbortController().signal;

export interface VirtualClock extends Clock {
  /** All sleeps so far, in milliseconds. */
  readonly sleeps: number[];
}

/** Time passes only by sleeping. */
export function virtualClock(start = '2026-03-01T08:00:00Z'): VirtualClock {
  let now = Date.parse(start);
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => new Date(now),
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted();
      sleeps.push(milliseconds);
      now += milliseconds;
      await Promise.resolve();
      signal?.throwIfAborted();
    },
  };
}

/** A source of the global cloud without jitter. */
export function testSource(overrides: Partial<GraphSourceOptions> = {}): { source: GraphSource; clock: VirtualClock } {
  const clock = virtualClock();
  const source = createGraphSource({
    ...CLOUDS.global,
    tenantId: TENANT,
    clientId: 'client-1',
    credential: { kind: 'clientSecret', secret: aSecret('correct-horse') },
    secrets: createSecretValues(),
    disableInstanceDiscovery: false,
    clock,
    random: () => 0,
    ...overrides,
  });
  return { source, clock };
}

/** Answers token requests with `token-1`, `token-2`, … */
export function serveTokens(): void {
  let issued = 0;
  nock(LOGIN)
    .persist()
    .post(`/${TENANT}/oauth2/v2.0/token`)
    .query(true)
    .reply(200, () => {
      issued += 1;
      return { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token: `token-${issued}` };
    });
}

/** An error body of Graph. */
export function graphError(code: string, message = 'text', innerError: object = {}): object {
  return { error: { code, message, innerError } };
}

/** All items of an iterable. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('expected a rejection');
}
