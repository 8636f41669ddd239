import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveSecret } from '../../../src/config/secrets.ts';
import { JobFault } from '../../../src/model/errors.ts';
import { temporaryConfiguration } from './temporary-configuration.ts';

describe('resolveSecret', () => {
  it.each([
    ['plain', 'plain'],
    ['one line break\n', 'one line break'],
    ['windows\r\n', 'windows'],
    [' blanks stay ', ' blanks stay '],
  ])('reads %j', async (content, value) => {
    const files = await temporaryConfiguration({ token: content });
    await expect(resolveSecret({ fromFile: 'token' }, files.directory, {})).resolves.toBe(value);
    await expect(resolveSecret({ fromFile: join(files.directory, 'token') }, '/nowhere', {})).resolves.toBe(value);
    await expect(resolveSecret({ fromEnv: 'A' }, '/nowhere', { A: content })).resolves.toBe(value);
  });

  // spec: secrets
  it.each([
    ['', 'The secret is empty.'],
    [' \n', 'The secret is empty.'],
    ['two\nlines-of-it', 'The secret has a line break or control character in it.'],
    ['a\u0000lines-of-it', 'The secret has a line break or control character in it.'],
    ['two trailing breaks lines-of-it\n\n', 'The secret has a line break or control character in it.'],
  ])('refuses %j without repeating it', async (content, message) => {
    const refused = resolveSecret({ fromEnv: 'A' }, '/nowhere', { A: content });
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.not.toThrow('lines-of-it');
    await expect(refused).rejects.toBeInstanceOf(JobFault);
  });

  it.each([
    [{ fromEnv: 'UNSET' }, 'The environment variable UNSET is not set.'],
    [{ fromEnv: 'toString' }, 'The environment variable named here is not set.'],
    [{ fromFile: './missing' }, 'missing does not exist.'],
    [{ fromFile: '.' }, 'The secret file named here is not a file.'],
  ])('refuses %j', async (reference, message) => {
    const files = await temporaryConfiguration({ a: '' });
    await expect(resolveSecret(reference, files.directory, {})).rejects.toMatchObject({
      code: 'ConfigurationInvalid',
      message: expect.stringContaining(message),
    });
  });

  it.skipIf(process.platform === 'win32')(
    'refuses a pipe that nobody writes into, and does not wait for it',
    async () => {
      const files = await temporaryConfiguration({});
      execFileSync('mkfifo', [join(files.directory, 'pipe')]);
      await expect(resolveSecret({ fromFile: './pipe' }, files.directory, {})).rejects.toThrow('is not a file');
    },
  );

  it('refuses a file above 64 KiB', async () => {
    const files = await temporaryConfiguration({});
    await writeFile(join(files.directory, 'large'), 'x'.repeat(64 * 1024 + 1));
    await expect(resolveSecret({ fromFile: 'large' }, files.directory, {})).rejects.toThrow('larger than 64 KiB');
  });
});
