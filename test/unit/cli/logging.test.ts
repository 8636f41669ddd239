import { spawnSync } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createLogger, type LoggingSettings } from '../../../src/observe/logging.ts';

function logged(settings: Omit<LoggingSettings, 'stream'>, fields: object): string {
  let text = '';
  const stream = {
    write: (line: string) => {
      text += line;
    },
  };
  const log = createLogger({ ...settings, stream });
  log.info(fields, 'message');
  return text;
}

describe('createLogger', () => {
  it('writes JSON lines with time and level by name', () => {
    expect(JSON.parse(logged({ level: 'info', personalData: 'ids' }, { jobId: 'a' }))).toMatchObject({
      level: 'info',
      jobId: 'a',
      msg: 'message',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
    });
  });

  // spec: secrets
  it.each([
    'token',
    'access_token',
    'secret',
    'clientSecret',
    'client_secret',
    'password',
    'authorization',
    'Authorization',
  ])('never writes %s, at three depths', (key) => {
    const fields = { [key]: 'S3CR3T', a: { [key]: 'S3CR3T', b: { [key]: 'S3CR3T' } } };
    const text = logged({ level: 'info', personalData: 'full' }, fields);
    expect(text).not.toContain('S3CR3T');
    expect(text).toContain('[redacted]');
  });

  // spec: nameless-log
  it('names people only when that is configured', () => {
    const fields = {
      displayName: 'Ana Ruiz',
      person: { userName: 'ana@example.com', mail: 'ana@example.com' },
      id: 'u1',
    };
    const ids = logged({ level: 'info', personalData: 'ids' }, fields);
    expect(ids).not.toMatch(/ana/i);
    expect(ids).toContain('u1');
    expect(logged({ level: 'info', personalData: 'full' }, fields)).toContain('Ana Ruiz');
  });

  it('writes of an error its message, not what a library hung onto it', () => {
    const error = Object.assign(new Error('refused'), { config: { headers: { Authorization: 'Bearer S3CR3T' } } });
    const text = logged({ level: 'info', personalData: 'ids' }, { err: error });
    expect(text).toContain('refused');
    expect(text).not.toContain('S3CR3T');
  });

  it('honours the level', () => {
    expect(logged({ level: 'warn', personalData: 'ids' }, {})).toBe('');
  });

  it('writes characters that a terminal acts on, or that change the order of others, as escapes', () => {
    const line = logged({ level: 'info', personalData: 'full' }, { detail: 'a\u009b31m\u202eb\u2028\u007f' });
    expect(line).not.toMatch(/[\u007f-\u009f\u2028\u2029\p{Bidi_Control}]/u);
    expect(JSON.parse(line)).toMatchObject({ detail: 'a\u009b31m\u202eb\u2028\u007f' });
  });

  it.skipIf(!existsSync('/dev/full'))('keeps nobody from working when its lines cannot be written', () => {
    const source = new URL('../../../src/observe/logging.ts', import.meta.url).href;
    const program = `const { createLogger } = await import(${JSON.stringify(source)});
      const log = createLogger({ level: 'info', personalData: 'ids' });
      for (let line = 0; line < 3; line += 1) log.info('a line');
      console.log('went on');`;
    const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', openSync('/dev/full', 'w')],
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([0, 'went on\n']);
  });
});
