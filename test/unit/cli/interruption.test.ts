// A signal ends a command in words, wherever the command looks at it.
import { expect, it } from 'vitest';
import { CommandFault } from '../../../src/cli/command-fault.ts';
import { EXIT } from '../../../src/cli/exit-code.ts';
import { listenForInterruption } from '../../../src/cli/interruption.ts';

it('is no fault of the program', () => {
  let first = 0;
  using interruption = listenForInterruption(() => {
    first += 1;
  }, ['SIGUSR2']);
  process.emit('SIGUSR2');
  expect(first).toBe(1);
  expect(interruption.signal.reason).toBeInstanceOf(CommandFault);
  expect(interruption.signal.reason).toMatchObject({ message: 'Stopped by a signal.', exitCode: EXIT.jobFailed });
});
