// The file of a recording: complete after every exchange, for its owner only, never written over another one.
import fs, { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { RecordedExchange } from '../../../src/model/recorded-exchange.ts';
import { openHarFile } from '../../../src/target/har-file.ts';

const pair = z.strictObject({ name: z.string().min(1), value: z.string() });
/** HAR 1.2, as far as fields are required or used. */
const archive = z.strictObject({
  log: z.strictObject({
    version: z.literal('1.2'),
    creator: z.strictObject({ name: z.string(), version: z.string() }),
    pages: z.array(z.never()),
    comment: z.string(),
    _scimsync: z.unknown().optional(),
    entries: z.array(
      z.strictObject({
        startedDateTime: z.iso.datetime(),
        time: z.number().min(0),
        request: z.strictObject({
          method: z.string(),
          url: z.url(),
          httpVersion: z.string(),
          cookies: z.array(z.never()),
          headers: z.array(pair),
          queryString: z.array(pair),
          postData: z
            .strictObject({ mimeType: z.string(), text: z.string(), comment: z.string().optional() })
            .optional(),
          headersSize: z.int().min(-1),
          bodySize: z.int().min(-1),
        }),
        response: z.strictObject({
          status: z.int(),
          statusText: z.string(),
          httpVersion: z.string(),
          cookies: z.array(z.never()),
          headers: z.array(pair),
          content: z.strictObject({
            size: z.int(),
            mimeType: z.string(),
            text: z.string(),
            comment: z.string().optional(),
          }),
          redirectURL: z.string(),
          headersSize: z.int().min(-1),
          bodySize: z.int().min(-1),
        }),
        cache: z.strictObject({}),
        timings: z.strictObject({ send: z.number().min(0), wait: z.number().min(0), receive: z.number().min(0) }),
        comment: z.string().optional(),
        _error: z.string().optional(),
      }),
    ),
  }),
});

function anExchange(body: string, answered = true): RecordedExchange {
  return {
    job: 'acme',
    began: '2026-11-23T10:00:00.000Z',
    milliseconds: 12,
    request: {
      method: 'PATCH',
      url: 'https://scim.test/scim/Users/1?a=b%20c',
      headers: [{ name: 'Content-Type', value: 'application/scim+json' }],
      credentials: [{ header: 'Authorization', scheme: 'Bearer' }],
      body: { text: body, size: body.length, cut: false },
    },
    response: answered
      ? {
          status: 200,
          headers: [{ name: 'content-type', value: 'application/json' }],
          body: { text: '{}', size: 2, cut: false },
        }
      : null,
    failure: answered ? null : 'timeout: no complete answer within 60 s',
  };
}

function aPath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'scimsync-har-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return join(directory, 'out.har');
}

const read = (path: string) => archive.parse(JSON.parse(readFileSync(path, 'utf8'))).log;

// spec: recordings
it('is a valid archive before the first exchange and after each one', () => {
  const path = aPath();
  const file = openHarFile(path, '1.2.3');
  expect(read(path)).toMatchObject({ creator: { name: 'scimsync', version: '1.2.3' }, entries: [] });
  for (let count = 1; count <= 12; count += 1) {
    file.add(anExchange('{"displayName":"Zoë 😀"}', count % 2 === 1));
    const { entries, comment } = read(path);
    expect(entries).toHaveLength(count);
    expect(comment).toContain(`${count} exchange`);
  }
  file.close();
  const [answered, failed] = read(path).entries;
  expect(answered).toMatchObject({
    comment: 'job acme',
    request: { queryString: [{ name: 'a', value: 'b c' }], postData: { text: '{"displayName":"Zoë 😀"}' } },
    response: { status: 200, content: { text: '{}', mimeType: 'application/json' } },
  });
  expect(failed).toMatchObject({ response: { status: 0 }, _error: 'timeout: no complete answer within 60 s' });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('ends with what came of its exchanges, and takes no more then', () => {
  const path = aPath();
  const file = openHarFile(path, '1.2.3');
  file.add(anExchange('{}'));
  file.conclude({ probe: 1, findings: ['one </script> "two"'] });
  file.add(anExchange('{"later":true}'));
  const { entries, _scimsync: own } = read(path);
  expect(entries).toHaveLength(1);
  expect(own).toEqual({ probe: 1, findings: ['one </script> "two"'] });
  expect(file.count).toBe(1);
  file.close();
});

it('overwrites nothing', () => {
  const path = aPath();
  writeFileSync(path, 'mine');
  expect(() => openHarFile(path, '1')).toThrow('A recording overwrites nothing');
  expect(readFileSync(path, 'utf8')).toBe('mine');
  expect(() => openHarFile(join(path, 'below.har'), '1')).toThrow('cannot be written (ENOTDIR)');
});

it('stays complete when it would become too large, and says what is missing', () => {
  const path = aPath();
  const file = openHarFile(path, '1', 3000);
  for (let count = 0; count < 10; count += 1) file.add(anExchange('x'.repeat(400)));
  expect(file.count).toBeGreaterThan(0);
  expect(file.count).toBeLessThan(10);
  expect(file.problem).toBe('the file would be larger than 3000 bytes');
  expect(read(path).entries).toHaveLength(file.count);
  expect(read(path).comment).toContain('Later ones are missing');
  file.close();
});

it('stays complete when the disk is full, and keeps nobody from working', () => {
  const path = aPath();
  const file = openHarFile(path, '1');
  onTestFinished(() => file.close());
  file.add(anExchange('{}'));
  const { writeSync } = fs;
  let written = 0;
  const halfWritten = (...[target, ...rest]: Parameters<typeof writeSync>): number => {
    written += 1;
    if (written === 1) return writeSync(target, 'half of an entr', 200);
    fs.writeSync = writeSync;
    syncBuiltinESMExports();
    throw Object.assign(new Error(String(rest.length)), { code: 'ENOSPC' });
  };
  fs.writeSync = halfWritten as typeof writeSync;
  syncBuiltinESMExports();
  file.add(anExchange('{}'));
  expect(file).toMatchObject({ count: 1, problem: 'the file cannot be written (ENOSPC)' });
  expect(read(path).entries).toHaveLength(1);
  file.add(anExchange('{}'));
  expect(read(path).entries).toHaveLength(1);
});

it('takes nothing once it is closed', () => {
  const path = aPath();
  const file = openHarFile(path, '1');
  file.close();
  file.add(anExchange('{}'));
  expect(file.count).toBe(0);
  expect(read(path).entries).toEqual([]);
});
