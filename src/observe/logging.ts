// Log lines of the process as JSON on stderr (pino). Not the provisioning log, which is a table. No line carries a secret,
// and with `personalData: ids` no line names a person in a field of its own, or quotes what a target said.
import { type DestinationStream, destination, type Logger, pino } from 'pino';
import { harmlessJson } from '../model/harmless-json.ts';
import { quotedHere } from './foreign-text.ts';
import { secretsInUse } from './secret-values.ts';

/** Levels as configured; `silent` writes nothing. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** How much is logged, and how much of it about people. */
export interface LoggingSettings {
  readonly level: LogLevel;
  readonly personalData: 'ids' | 'full';
  /** Where lines go; stderr when absent. */
  readonly stream?: DestinationStream;
}

const SECRET_KEYS = [
  'token',
  'accessToken',
  'access_token',
  'refresh_token',
  'secret',
  'clientSecret',
  'client_secret',
  'client_assertion',
  'password',
  'authorization',
  'Authorization',
  'cookie',
] as const;

const PERSONAL_KEYS = [
  'displayName',
  'userName',
  'userPrincipalName',
  'mail',
  'email',
  'givenName',
  'surname',
] as const;

/** A key at the top, and inside one or two levels of objects. */
function atEveryDepth(keys: readonly string[]): string[] {
  return keys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);
}

/**
 * The logger of this process. Lines are written synchronously, so that none is lost when the process ends.
 */
export function createLogger(settings: LoggingSettings): Logger {
  const idsOnly = settings.personalData === 'ids';
  const personal = idsOnly ? atEveryDepth(PERSONAL_KEYS) : [];
  const clean = (line: string): string => {
    const withoutSecrets = secretsInUse.redact(line);
    return idsOnly ? quotedHere.withhold(withoutSecrets) : withoutSecrets;
  };
  return pino(
    {
      level: settings.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: [...atEveryDepth(SECRET_KEYS), ...personal], censor: '[redacted]' },
      serializers: { err: describeError },
      // Whatever a line quotes, from whomever: no secret that is in use leaves by it.
      hooks: { streamWrite: (line) => harmlessJson(clean(line)) },
    },
    settings.stream ?? stderrStream(),
  );
}

/** Lines wait in memory, up to this many bytes, until they can be written: a full disk keeps nobody from being provisioned. */
const MOST_WAITING = 1024 * 1024;

function stderrStream(): DestinationStream {
  const stream = destination({ dest: 2, sync: true, maxLength: MOST_WAITING });
  stream.on('error', () => undefined);
  return stream;
}

/** What is safe to log of an error: libraries hang requests with credentials onto theirs. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  return {
    type: error.name,
    message: error.message,
    ...('code' in error ? { code: String(error.code) } : {}),
    stack: error.stack,
  };
}
