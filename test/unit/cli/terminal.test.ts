// What reaches the streams of the process: nothing that a terminal acts on, except the colours that were asked for.
import { expect, it, onTestFinished, vi } from 'vitest';
import { processTerminal } from '../../../src/cli/terminal.ts';

const NAME = 'a\u009b31m\u202eb\u2028\u007f';

it.each(['stdout', 'stderr'] as const)('%s gets JSON that no terminal acts on and that means the same', (name) => {
  let written = '';
  const write = vi.spyOn(process[name], 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
  onTestFinished(() => write.mockRestore());
  const terminal = processTerminal(false, {});
  (name === 'stdout' ? terminal.out : terminal.err)(`${JSON.stringify({ name: NAME })}\n`);
  write.mockRestore();
  expect(written).not.toMatch(/[\u007f-\u009f\u2028\u2029\p{Bidi_Control}]/u);
  expect(JSON.parse(written)).toEqual({ name: NAME });
});
