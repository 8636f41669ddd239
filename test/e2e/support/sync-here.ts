// `--sync-now --json` inside the test process: the same command without the start of a program, which costs several times
// as much as the cycle. For runs that lead to a situation or come after it; where the program itself is looked at, it runs.
import { ALL_CONDITIONS, exitCodeFor } from '../../../src/cli/exit-code.ts';
import { syncNow as runCommand, type SyncNowOptions } from '../../../src/cli/sync-now.ts';
import { plainPaint } from '../../../src/cli/terminal.ts';
import { searchLeaks } from './leaks.ts';
import { readRun, type SyncRun } from './sync-run.ts';

const MINUTE_MS = 60_000;

/** Runs one cycle of every job of the configuration directory. Rejects when the configuration has faults. */
export async function syncHere(directory: string, sync: Partial<SyncNowOptions> = {}): Promise<SyncRun> {
  const began = performance.now();
  let stdout = '';
  let stderr = '';
  const codes = await runCommand(
    { dryRun: false, waitMilliseconds: MINUTE_MS, ...sync },
    {
      config: directory,
      json: true,
      logLevel: 'error',
      color: false,
      readOnly: false,
      takeOver: false,
      tolerant: false,
      failOn: ALL_CONDITIONS,
    },
    {
      out: (text) => {
        stdout += text;
      },
      err: (text) => {
        stderr += text;
      },
      paint: plainPaint,
      paintErr: plainPaint,
      redraws: false,
      columns: 80,
    },
  );
  searchLeaks('stdout', stdout, 'in the test process');
  searchLeaks('stderr', stderr, 'in the test process');
  return readRun(
    { exitCode: exitCodeFor(codes, ALL_CONDITIONS), signal: null, stdout, stderr },
    (performance.now() - began) / 1000,
  );
}
