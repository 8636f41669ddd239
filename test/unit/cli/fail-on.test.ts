// --fail-on: which conditions make an exit code.
import { describe, expect, it } from 'vitest';
import { ALL_CONDITIONS, type ExitCode, exitCodeFor, parseFailOn } from '../../../src/cli/exit-code.ts';

describe('exitCodeFor', () => {
  it.each<[readonly ExitCode[], string, ExitCode]>([
    [[3, 2], 'config,job,held,objects', 3],
    [[3, 2], 'objects', 2],
    [[3, 2], 'config, job', 0],
    [[1, 4], 'job', 4],
    [[1], 'job,held,objects', 0],
    [[4, 3, 2, 1], 'none', 0],
    [[0], 'config', 0],
  ])('%j with --fail-on %s -> %i', (codes, text, code) => {
    expect(exitCodeFor(codes, parseFailOn(text))).toBe(code);
  });

  it('tells everything unless asked otherwise', () => {
    expect([...ALL_CONDITIONS]).toEqual(['config', 'job', 'held', 'objects']);
  });
});

describe('parseFailOn', () => {
  it.each(['people', '', 'held,', 'none,held', 'Held'])('refuses %j and names the conditions', (text) => {
    expect(() => parseFailOn(text)).toThrow(/none of config, job, held, objects, none/);
  });
});
