// A request as a curl command: whatever it holds, a real shell hands curl exactly the request, and nothing else happens.
import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RecordedExchange } from '../../../src/model/recorded-exchange.ts';
import { curlCommand, quoted } from '../../../src/target/curl.ts';

/** What curl is called with when a shell runs the text; `curl` is a function that shows its words. */
function wordsOf(text: string): string[] {
  const shown = `curl() { printf '%s\\0' "$@"; }\n${text}\n`;
  const { stdout, stderr, status } = spawnSync('/bin/sh', ['-s'], {
    input: shown,
    env: { SCIM_TOKEN: 'the token', X_KEY: 'the key' },
    encoding: 'utf8',
  });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout.split('\0').slice(0, -1);
}

// A shell cannot hold NUL; no URL and no JSON text holds one either.
const text = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.string({
      unit: fc.constantFrom("'", '"', '\\', '$', '`', '!', '\n', '\r', ' ', '(', '#', '*', '~', '@', '\u202e'),
    }),
  )
  .map((value) => value.toWellFormed().replaceAll('\0', ''));

it('any text is one word of a shell, as it is', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 12 }), (values) => {
      expect(wordsOf(`curl ${values.map(quoted).join(' ')}`)).toEqual(values);
    }),
    { numRuns: 40 },
  );
});

// spec: recordings
it('a request keeps its method, address, headers and body, and takes credentials from variables', () => {
  fc.assert(
    fc.property(text, text, text, (path, value, header) => {
      const url = `https://scim.test/scim/Users?filter=${encodeURIComponent(path)}`;
      const body = JSON.stringify({ value });
      const request: RecordedExchange['request'] = {
        method: 'PATCH',
        url,
        headers: [{ name: 'X-Note', value: `n${header}` }],
        credentials: [
          { header: 'Authorization', scheme: 'Bearer' },
          { header: 'X-Key', scheme: null },
        ],
        body: { text: body, size: body.length, cut: false },
      };
      const words = wordsOf(curlCommand({ request }));
      const sent = words.at(-1) ?? '';
      expect(words.slice(0, -1)).toEqual([
        '-sS',
        '-i',
        '-X',
        'PATCH',
        '--globoff',
        url,
        '-H',
        'Authorization: Bearer the token',
        '-H',
        'X-Key: the key',
        '-H',
        `X-Note: n${header}`,
        '-H',
        'User-Agent:',
        '--data-raw',
      ]);
      expect(JSON.parse(sent)).toEqual({ value });
      expect(sent).not.toMatch(/[\u202a-\u202e]/);
    }),
    { numRuns: 40 },
  );
});
