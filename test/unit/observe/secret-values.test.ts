import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runFault } from '../../../src/cli/run-fault.ts';
import { createLogger } from '../../../src/observe/logging.ts';
import { createSecretValues, secretsInUse } from '../../../src/observe/secret-values.ts';

const NEVER = new AbortController().signal;

function redacted(text: string, ...values: readonly string[]): string {
  const secrets = createSecretValues();
  for (const value of values) secrets.remember(value);
  return secrets.redact(text);
}

describe('secret values in use', () => {
  it.each([
    ['nothing is known', [], 'nothing is known'],
    ['token abc-12345 is wrong', ['abc-12345'], 'token *** is wrong'],
    ['xabc-12345x', ['abc-12345'], 'x***x'],
    ['a.c+1$2^3 and abcc1$2^3', ['a.c+1$2^3'], '*** and abcc1$2^3'],
    ['"say \\"hello\\" now"', ['say "hello" now'], '"***"'],
    ['client_secret=a%2Fb+c~12', ['a/b c~12'], 'client_secret=***'],
    ['client_secret=a%2Fb%20c~12', ['a/b c~12'], 'client_secret=***'],
    ['short and abcd12345678', ['abcd1234', 'abcd12345678'], 'short and ***'],
    ['the test of tested tests', ['test'], 'the *** of tested tests'],
    ['a t is no secret', ['t'], 'a t is no secret'],
  ])('%s without %j', (text, values, shown) => {
    expect(redacted(text, ...values)).toBe(shown);
  });

  it('leaves nothing of a value, whatever it is and wherever it stands', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8, unit: 'grapheme' }), fc.string(), fc.string(), (value, before, after) => {
        fc.pre(!`${before}***${after}`.includes(value) && !'***'.includes(value));
        expect(redacted(`${before}${value}`, value)).not.toContain(value);
        expect(redacted(JSON.stringify({ said: value }), value)).not.toContain(JSON.stringify(value).slice(1, -1));
      }),
    );
  });

  it('forgets the oldest of very many', () => {
    const values = Array.from({ length: 250 }, (_, index) => `value-number-${index}!`);
    const shown = redacted(values.join(' '), ...values);
    expect(shown).toContain('value-number-0!');
    expect(shown).not.toContain('value-number-60!');
    expect(shown).not.toContain('value-number-249!');
  });

  it('keeps one that is remembered again, however many came in between', () => {
    const secrets = createSecretValues();
    for (let cycle = 0; cycle < 500; cycle += 1) {
      secrets.remember('token-of-the-target');
      secrets.remember(`access-token-of-cycle-${cycle}`);
      expect(secrets.redact('says token-of-the-target')).toBe('says ***');
    }
  });

  // spec: secrets
  it('are in no log line, whoever wrote them into it', () => {
    secretsInUse.remember('q"uite-secret-1');
    const lines: string[] = [];
    const log = createLogger({ level: 'info', personalData: 'full', stream: { write: (line) => lines.push(line) } });
    log.warn({ detail: 'q"uite-secret-1', err: new Error('says q"uite-secret-1') }, 'it was q"uite-secret-1');
    expect(lines.join('')).not.toContain('uite-secret-1');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: 'it was ***', detail: '***' });
  });

  // spec: secrets
  it('are in no fault of a job, even when a library wrote the text', () => {
    secretsInUse.remember('quite-secret-2');
    const fault = runFault(new Error('request failed: Authorization: Bearer quite-secret-2'), NEVER);
    expect(fault).toMatchObject({ code: 'InternalError', message: 'request failed: Authorization: Bearer ***' });
  });
});
