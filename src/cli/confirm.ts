// Asks before something that cannot be taken back. Without a terminal there is nobody to ask: then it has to be said.
import { createInterface } from 'node:readline/promises';
import { CommandFault } from './command-fault.ts';
import type { Terminal } from './terminal.ts';

/**
 * Goes on when `--yes` was given or the person at the terminal says so; `meaning` is shown before the question.
 * @throws CommandFault when nobody can be asked, or the answer is no.
 */
export async function confirm(
  meaning: string,
  question: string,
  yes: boolean,
  terminal: Pick<Terminal, 'err'>,
): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new CommandFault(`${meaning}\nNobody can be asked here: add --yes. Nothing was changed.`);
  terminal.err(`${meaning}\n`);
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await reader.question(`${question} Type yes: `);
    if (answer.trim().toLowerCase() !== 'yes') throw new CommandFault('Nothing was changed.');
  } finally {
    reader.close();
  }
}
