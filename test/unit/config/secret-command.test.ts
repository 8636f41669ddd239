import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandOutput } from '../../../src/config/secret-command.ts';
import { inspectSecret, readSecret } from '../../../src/config/secrets.ts';
import { temporaryConfiguration } from './temporary-configuration.ts';

const NODE = process.execPath;
const environment = { PATH: process.env['PATH'] };

/** A reference to a program of this text, run by Node. */
const script = (text: string) => ({ fromCommand: [NODE, '-e', text] });

async function reading(text: string, seen: Readonly<Record<string, string | undefined>> = environment) {
  const { directory } = await temporaryConfiguration({});
  return readSecret(script(text), directory, seen);
}

describe('fromCommand', () => {
  it.each([
    ['process.stdout.write("s3cret")', 's3cret'],
    ['console.log("  s3cret  \\n\\n")', 's3cret'],
    ['console.log("a b"); console.error("a warning")', 'a b'],
    ['console.log(process.argv.length + process.argv.slice(1).join())', '1'],
  ])('reads what %s prints', async (text, value) => {
    expect(await reading(text)).toEqual({ ok: true, value });
  });

  it('gives the program the environment and the configuration directory', async () => {
    const { directory } = await temporaryConfiguration({ 'vault.txt': 'from the vault' });
    const text = 'console.log(require("fs").readFileSync("vault.txt", "utf8") + process.env.WHERE)';
    expect(await readSecret(script(text), directory, { ...environment, WHERE: '!' })).toEqual({
      ok: true,
      value: 'from the vault!',
    });
  });

  it('involves no shell: arguments arrive as they are written', async () => {
    const { directory } = await temporaryConfiguration({});
    const command = [NODE, '-e', 'console.log(process.argv[1])', '$(id); "quoted" | cat'];
    expect(await readSecret({ fromCommand: command }, directory, environment)).toEqual({
      ok: true,
      value: '$(id); "quoted" | cat',
    });
  });

  it('finds a program with a slash from the configuration directory, and others in PATH', async () => {
    const { directory } = await temporaryConfiguration({ 'bin/ask': `#!${NODE}\nconsole.log("asked")\n` });
    await chmod(join(directory, 'bin/ask'), 0o700);
    expect(await readSecret({ fromCommand: ['bin/ask'] }, directory, environment)).toMatchObject({ value: 'asked' });
    const path = { PATH: `/nowhere:${join(directory, 'bin')}` };
    expect(await readSecret({ fromCommand: ['ask'] }, '/', path)).toMatchObject({ value: 'asked' });
  });

  it('does not wait for an answer from the keyboard', async () => {
    const text = 'process.stdin.on("end", () => console.log("nobody there")).resume()';
    expect(await reading(text)).toEqual({ ok: true, value: 'nobody there' });
  });

  // spec: secrets
  it.each([
    ['console.log("leaked"); console.error("leaked"); process.exit(3)', 'ended with exit code 3.'],
    [
      'console.error("leaked"); process.kill(process.pid, "SIGTERM"); setInterval(() => 0, 1000)',
      'was ended by SIGTERM.',
    ],
    ['console.log("leaked".repeat(20000)); setInterval(() => 0, 1000)', 'printed more than 64 KiB.'],
    ['', 'The secret is empty.'],
    ['console.log("leaked\\nleaked")', 'has a line break or control character in it.'],
  ])('refuses %s and shows nothing of it', async (text, message) => {
    const read = await reading(text);
    expect(read).toMatchObject({ ok: false, message: expect.stringContaining(message) });
    expect(JSON.stringify(read)).not.toContain('leaked');
  });

  it('ends a program that takes too long', async () => {
    const { directory } = await temporaryConfiguration({});
    const surroundings = { directory, environment, seconds: 0.2 };
    const output = await commandOutput([NODE, '-e', 'setInterval(() => 0, 1000)'], surroundings);
    expect(output).toMatchObject({ ok: false, message: expect.stringContaining('did not end within 0.2 seconds.') });
  });

  it.each([
    [['./missing'], 'The command ./missing does not exist.'],
    [['./plain'], 'The command ./plain is no executable file.'],
    [['.'], 'The command named here is no executable file.'],
    [['az'], 'The command az does not exist.'],
    [['Hunter2-a-token'], 'The command named here does not exist.'],
    [[''], 'The command named here does not exist.'],
  ])('refuses %j when it is checked and when it is read', async (fromCommand, message) => {
    const { directory } = await temporaryConfiguration({});
    await writeFile(join(directory, 'plain'), '', { mode: 0o600 });
    expect(await inspectSecret({ fromCommand }, directory, { PATH: directory })).toMatchObject({ ok: false, message });
    expect(await readSecret({ fromCommand }, directory, { PATH: directory })).toMatchObject({ ok: false, message });
  });

  it('is not run when the configuration is checked', async () => {
    const { directory } = await temporaryConfiguration({});
    expect(await inspectSecret(script('process.exit(1)'), directory, environment)).toEqual({ ok: true });
  });
});
