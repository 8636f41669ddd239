#!/usr/bin/env node
// The command line: which commands there are, the options of all of them, and the exit code. What a command does is in
// src/cli/, loaded when it is needed, so that --help is quick.
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { registerApply } from './cli/apply.ts';
import { registerDaemon } from './cli/daemon.ts';
import { registerDecisions } from './cli/decide.ts';
import { registerDemo } from './cli/demo.ts';
import { registerDiscover } from './cli/discover.ts';
import { registerEval } from './cli/eval.ts';
import { EXIT } from './cli/exit-code.ts';
import { registerExplain } from './cli/explain.ts';
import { registerGallery } from './cli/gallery.ts';
import { addGlobalOptions } from './cli/global-options.ts';
import { registerJob } from './cli/job.ts';
import { registerLinks } from './cli/links.ts';
import { registerLogs } from './cli/logs.ts';
import { nodeVersionProblem } from './cli/node-version.ts';
import { registerNotify } from './cli/notify.ts';
import { registerPause } from './cli/pause.ts';
import { registerPlan } from './cli/plan.ts';
import { registerProbe } from './cli/probe.ts';
import { detectProgramName, isExecutable, setProgramName } from './cli/program-name.ts';
import { registerProvision } from './cli/provision.ts';
import { readerGone } from './cli/reader-gone.ts';
import { registerReconcile } from './cli/reconcile.ts';
import { registerReport } from './cli/report.ts';
import { registerRestart } from './cli/restart.ts';
import { registerRoot } from './cli/root.ts';
import { registerSandbox } from './cli/sandbox.ts';
import { registerSchema } from './cli/schema.ts';
import { registerScope } from './cli/scope.ts';
import { suitSmallHeap } from './cli/small-heap.ts';
import { registerStaged } from './cli/staged.ts';
import { registerStatus } from './cli/status.ts';
import { registerStore } from './cli/store.ts';
import { registerTest } from './cli/test.ts';
import { registerTestConnection } from './cli/test-connection.ts';
import { registerUndo } from './cli/undo.ts';
import { registerValidate } from './cli/validate.ts';

const problem = nodeVersionProblem(process.versions.node);
if (problem !== null) {
  process.stderr.write(`${problem}\n`);
  process.exit(EXIT.configuration);
}

suitSmallHeap();
setProgramName(detectProgramName(process.env, isExecutable));

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };

const program = new Command('scimsync');
program.exitOverride().enablePositionalOptions().showSuggestionAfterError();
registerRoot(program);
registerValidate(program);
registerGallery(program);
registerSchema(program);
registerTestConnection(program);
registerPlan(program);
registerApply(program);
registerUndo(program);
registerDaemon(program);
registerStatus(program);
registerExplain(program);
registerLogs(program);
registerReport(program);
registerStaged(program);
registerDecisions(program);
registerJob(program);
registerProvision(program);
registerLinks(program);
registerDiscover(program);
registerReconcile(program);
registerPause(program);
registerRestart(program);
registerStore(program);
registerNotify(program);
registerTest(program);
registerEval(program);
registerScope(program);
registerProbe(program);
registerSandbox(program);
registerDemo(program);
for (const command of [program, ...program.commands, ...program.commands.flatMap((each) => each.commands)])
  addGlobalOptions(command, manifest.version);

// A reader that stops early (head) is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') {
    if (readerGone()) return;
    process.exit(process.exitCode);
  }
  process.stderr.write(`The result cannot be written (${error.code ?? 'unknown'}).\n`);
  process.exit(EXIT.configuration);
});
// Messages that nobody can read keep no job from running.
process.stderr.on('error', () => undefined);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.well : EXIT.configuration;
}
