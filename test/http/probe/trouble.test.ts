// Endpoints that do not answer, or not in time, or ask to wait: a run ends all the same, and says what it did not look at.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { openSuite } from '../../../src/cli/probe-suites.ts';
import type { Check } from '../../../src/probe/check.ts';
import { givenSecret, notReachable, openSession } from '../../../src/probe/connect.ts';
import { loadCheck } from '../../../src/probe/load.ts';
import type { Session } from '../../../src/probe/session.ts';
import { startScimTarget } from '../../../src/sandbox/target/scim-server.ts';
import { found, NAMES, probe } from './probe-world.ts';

type Trouble = 'hang' | 'drop' | 'throttle' | undefined;

interface Place {
  readonly url: string;
  readonly session: Session;
  readonly users: () => readonly object[];
  /** Requests that met trouble. */
  readonly troubled: () => number;
}

/** A target of the sandbox that asks nobody for credentials, and answers some requests as `trouble` says. */
async function troubled(trouble: (request: IncomingMessage, number: number) => Trouble): Promise<Place> {
  const target = await startScimTarget({ kind: 'rfc7644', token: 'inner' });
  let [number, met] = [0, 0];
  let deadline = new AbortController();
  const nextDeadline = (): AbortSignal => {
    deadline = new AbortController();
    return deadline.signal;
  };
  const door = createServer((request, response) => {
    number += 1;
    const what = trouble(request, number);
    if (what !== undefined) met += 1;
    if (what === 'hang') {
      deadline.abort();
      return;
    }
    if (what === 'drop') {
      response.destroy();
      return;
    }
    if (what === 'throttle') {
      response.writeHead(429, { 'retry-after': '3600' }).end();
      return;
    }
    const pass = async (): Promise<void> => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const came = await fetch(`${target.url}${request.url}`, {
        method: request.method ?? 'GET',
        headers: { authorization: 'Bearer inner', 'content-type': 'application/scim+json' },
        ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
      });
      response.writeHead(came.status, { 'content-type': 'application/scim+json' });
      response.end(await came.text());
    };
    pass().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    door.closeAllConnections();
    door.close();
    await target.close();
  });
  const url = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
  return { url, session: sessionOf(url, { deadline: nextDeadline }), users: () => target.users(), troubled: () => met };
}

/** As the command opens it, but a request that hangs has failed at once. */
function sessionOf(root: string, { token, deadline }: { token?: string; deadline?: () => AbortSignal } = {}): Session {
  return openSession({
    root,
    credential: token === undefined ? { kind: 'none' } : { kind: 'bearer', token: givenSecret(token) },
    mayWrite: true,
    prefix: NAMES.prefix,
    timeoutSeconds: 10,
    ...(deadline === undefined ? {} : { deadline }),
    version: '0',
    environment: {},
    secrets: { remember: () => undefined, redact: (text) => text },
    clock: { now: () => new Date(), sleep: () => Promise.resolve() },
    record: undefined,
  });
}

async function run({ url, session }: Place, checks?: readonly Check[]) {
  return probe({ url, token: '', session, ...(checks === undefined ? {} : { checks }) });
}

it('nobody is asked for credentials: a note on this machine where none were given, an error everywhere else', async () => {
  const place = await troubled(() => undefined);
  const here = found(await run(place));
  expect(here.filter((each) => each.includes('access-open'))).toEqual(['note access-open-here discovery.no-token']);
  const withToken = found(await run({ ...place, session: sessionOf(place.url, { token: 'given' }) }));
  expect(withToken.filter((each) => each.includes('access-open'))).toEqual(['error access-open discovery.no-token']);
  expect(sessionOf('https://app.example/scim').mayBeOpen).toBe(false);
});

it('an endpoint that falls silent is given up, and is not told what it did not say', async () => {
  const place = await troubled((_request, number) => (number > 20 ? 'hang' : undefined));
  const result = await run(place);
  // Five of the run, four of the deletions, one that disables.
  expect(place.troubled()).toBeLessThanOrEqual(10);
  const about = result.checks.filter(({ findings }) => findings.some(({ id }) => id === 'connection-dropped'));
  expect(about.length).toBeGreaterThan(0);
  for (const { findings } of about) expect(findings.map(({ id }) => id)).toEqual(['connection-dropped']);
  expect(result.checks.at(-1)?.skipped).toMatch(/^the last 5 requests were not answered/);
  expect(result.leftovers.length).toBe(place.users().length);
});

it('requests of one kind that hang are left alone, and everything else is looked at', async () => {
  const place = await troubled(({ method }) => (method === 'PATCH' ? 'hang' : undefined));
  const result = await run(place);
  expect(place.troubled(), 'three for accounts, three for groups').toBeLessThanOrEqual(6);
  const skipped = result.checks.find(({ id }) => id === 'active.enable')?.skipped;
  expect(skipped).toBe('3 requests PATCH /Users were not answered in time, so no more of them are sent');
  expect(result.checks.find(({ id }) => id === 'delete.account')?.skipped).toBeNull();
  expect(place.users()).toEqual([]);
});

it('a creation whose answer never came, and that nobody can be asked about, is named as perhaps left behind', async () => {
  let isSilent = false;
  const place = await troubled(({ method }) => {
    isSilent ||= method === 'POST';
    return isSilent ? 'hang' : undefined;
  });
  const result = await run(place);
  expect(result.leftovers[0]).toMatchObject({ kind: 'Users', id: null });
  const told = result.findings.find(({ id }) => id === 'left-behind');
  expect(told?.because).toMatch(/^still there: perhaps scimsync-probe-/);
});

it('deletions that hang leave no active account behind', async () => {
  const place = await troubled(({ method }) => (method === 'DELETE' ? 'hang' : undefined));
  const result = await run(place);
  expect(result.leftovers.length).toBeGreaterThan(3);
  const active = place.users().filter((user) => 'active' in user && user.active === true);
  expect(active).toEqual([]);
});

it('429 for an hour is one finding, not a hundred', async () => {
  const place = await troubled((_request, number) => (number > 20 ? 'throttle' : undefined));
  const result = await run(place);
  const late = result.checks.find(({ id }) => id === 'patch.replace');
  expect(late).toMatchObject({ outcome: null, findings: [{ id: 'throttled', severity: 'error' }] });
  expect(late?.skipped).toContain('429 with Retry-After: 3600');
  expect(found(result).filter((each) => each.includes('patch-replace'))).toEqual([]);

  const never = await troubled(() => 'throttle');
  const reason = await notReachable(never.session, NAMES, new AbortController().signal);
  expect(reason).toMatch(/^It answers 429 to the first request, with Retry-After: 3600\./);
});

it('the first connection that is closed is no wrong port', async () => {
  const place = await troubled(() => 'drop');
  const reason = await notReachable(place.session, NAMES, new AbortController().signal);
  expect(reason).toContain('closes the connection without an answer');
});

it('a life ends where the endpoint falls silent', async () => {
  const place = await troubled((_request, number) => (number > 20 ? 'hang' : undefined));
  const { signal } = new AbortController();
  await using suite = await openSuite({ suite: 'entra-cycle', dialect: 'rfc7644' }, place.session, NAMES, signal);
  const result = await run(place, suite.checks);
  expect(place.troubled()).toBeLessThanOrEqual(10);
  const firstDay = result.checks.find(({ id }) => id === 'life.first-cycle');
  expect(firstDay?.skipped).toContain('were not answered');
  expect(result.checks.at(-1)?.skipped).toContain('were not answered');
});

const AT_ONCE = { now: () => new Date(0), sleep: () => Promise.resolve() };

it('load that is not answered is a failure of all that were meant to be sent', async () => {
  const place = await troubled(() => 'drop');
  const { checks } = await run(place, [loadCheck(10, AT_ONCE)]);
  expect(checks[0]?.findings[0]).toMatchObject({
    id: 'load-failed',
    because: '50 of 50 were not answered with success',
  });
});

it('load that is stopped in the middle ends, and what was made is removed', async () => {
  const place = await troubled(() => 'hang');
  const stop = new AbortController();
  let waits = 0;
  const clock = {
    now: () => new Date(0),
    async sleep() {
      waits += 1;
      if (waits === 3) stop.abort(new Error('stopped'));
      // Requests that were broken off reject now, while the check still waits for its turn.
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
      stop.signal.throwIfAborted();
    },
  };
  const result = await probe({
    url: place.url,
    token: '',
    session: place.session,
    checks: [loadCheck(10, clock)],
    signal: stop.signal,
  });
  expect(result).toMatchObject({ interrupted: true, checks: [] });
});
