// How a running command tells what happens meanwhile: redrawn lines for somebody at a terminal, JSON log lines otherwise.
import type { JobSurroundings } from '../compose.ts';
import type { LoadedConfiguration } from '../config/load.ts';
import type { EngineLog, Progress } from '../engine/context.ts';
import type { GlobalOptions } from './global-options.ts';
import type { LogLevelName } from './log-level.ts';
import { createProgressLines } from './progress-line.ts';
import type { Terminal } from './terminal.ts';
import { printable } from './terminal-text.ts';

/** Log and progress of a command. */
export interface Reporting {
  readonly log: EngineLog;
  readonly progress: (progress: Progress) => void;
  readonly finished: (jobId: string) => void;
  /** A sentence for whoever watches. */
  readonly note: (text: string) => void;
}

/** Lines on a terminal; log lines elsewhere, with --json, and whenever a log level was asked for. */
export async function createReporting(
  options: GlobalOptions,
  configuration: LoadedConfiguration,
  terminal: Terminal,
): Promise<Reporting> {
  if (terminal.redraws && !options.json && options.logLevel === undefined) return onTerminal(terminal);
  const { createLogger } = await import('../observe/logging.ts');
  const { level, personalData } = configuration.logging;
  const log = createLogger({ level: options.logLevel ?? (level as LogLevelName | undefined) ?? 'info', personalData });
  return {
    log: {
      info: (fields, message) => log.info(fields, message),
      warn: (fields, message) => log.warn(fields, message),
    },
    progress: ({ jobId, stage, done, total }) => log.debug({ jobId, stage, done, total }, 'progress'),
    finished: () => undefined,
    note: (text) => log.info(text),
  };
}

/** What a job runs in when a command runs it; `signal` ends it. */
export function surroundingsOf({ log, progress }: Reporting, signal: AbortSignal): JobSurroundings {
  return { environment: process.env, log, signal, progress };
}

function onTerminal(terminal: Terminal): Reporting {
  const lines = createProgressLines(terminal.err, () => terminal.columns, Date.now);
  return {
    log: {
      info: () => undefined,
      warn: (fields, message) => {
        const job = typeof fields['jobId'] === 'string' ? `${fields['jobId']}  ` : '';
        lines.above(`${terminal.paintErr('yellow', '!')} ${printable(`${job}${message}`)}`);
      },
    },
    progress: lines.update,
    finished: lines.finish,
    note: (text) => lines.above(printable(text)),
  };
}
