#!/usr/bin/env node
// The command line: which commands there are, the options of all of them, and the exit code. What a command does is in
// src/cli/, loaded when it is needed, so that --help is quick.
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { registerApprove } from './cli/approve.ts';
import { registerDaemon } from './cli/daemon.ts';
import { registerDemo } from './cli/demo.ts';
import { EXIT } from './cli/exit-code.ts';
import { addGlobalOptions } from './cli/global-options.ts';
import { registerLogs } from './cli/logs.ts';
import { nodeVersionProblem } from './cli/node-version.ts';
import { registerRoot } from './cli/root.ts';
import { registerSandbox } from './cli/sandbox.ts';
import { suitSmallHeap } from './cli/small-heap.ts';
import { registerStaged } from './cli/staged.ts';
import { registerStatus } from './cli/status.ts';
import { registerTestConnection } from './cli/test-connection.ts';
import { registerValidate } from './cli/validate.ts';

const problem = nodeVersionProblem(process.versions.node);
if (problem !== null) {
  process.stderr.write(`${problem}\n`);
  process.exit(EXIT.configuration);
}

suitSmallHeap();

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };

const program = new Command('scimsync');
program.exitOverride().enablePositionalOptions().showSuggestionAfterError();
registerRoot(program);
registerValidate(program);
registerTestConnection(program);
registerDaemon(program);
registerStatus(program);
registerLogs(program);
registerStaged(program);
registerApprove(program);
registerSandbox(program);
registerDemo(program);
for (const command of [program, ...program.commands]) addGlobalOptions(command, manifest.version);

// A reader that stops early (head) is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(process.exitCode);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.well : EXIT.configuration;
}
