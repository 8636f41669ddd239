// Something the person at the terminal can put right: shown as text without a stack trace.
import { EXIT, type ExitCode } from './exit-code.ts';

/** Ends a command with a message and an exit code. The message may have several lines and is shown as it is. */
export class CommandFault extends Error {
  readonly exitCode: ExitCode;
  constructor(message: string, exitCode: ExitCode = EXIT.configuration) {
    super(message);
    this.name = 'CommandFault';
    this.exitCode = exitCode;
  }
}
