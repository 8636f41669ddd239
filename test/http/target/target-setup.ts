// A client with virtual time and a fixed jitter, for the tests of this folder.
import { type TargetProfile, targetProfileSchema } from '../../../src/model/profile.ts';
import type { SecretProvider } from '../../../src/model/secret.ts';
import type { ConnectionSettings } from '../../../src/network/guarded-agents.ts';
import { createSecretValues } from '../../../src/observe/secret-values.ts';
import { bearerAuthorizer } from '../../../src/target/authorizer.ts';
import { createScimTarget, type ScimTargetOptions } from '../../../src/target/scim-target.ts';
import { aSecret } from '../../support/a-secret.ts';
import { VirtualClock } from './virtual-clock.ts';

const secrets = createSecretValues();
secrets.remember('tok-123456-secret');
const ROOT = 'http://scim.test:8080/scim/v2';
export const TOKEN = 'tok-123456-secret';

export interface Setup {
  readonly target: ReturnType<typeof createScimTarget>;
  readonly clock: VirtualClock;
  readonly signal: AbortSignal;
}

/** A client of `ROOT` unless options say otherwise; `random` is 1, so back-off takes its longest. */
export function aTarget({
  token = aSecret(TOKEN),
  connection = {},
  ...options
}: Partial<Omit<ScimTargetOptions, 'profile' | 'clock' | 'connection'>> & {
  profile?: Partial<TargetProfile>;
  token?: SecretProvider;
  connection?: Partial<ConnectionSettings>;
} = {}): Setup {
  const clock = new VirtualClock();
  const environment = process.env;
  const target = createScimTarget({
    baseUrl: ROOT,
    authorizer: bearerAuthorizer(token),
    connection: { privateAddresses: 'allow', environment, ...connection },
    redact: secrets.redact,
    timeoutSeconds: 30,
    random: () => 1,
    ...options,
    profile: targetProfileSchema.parse(options.profile ?? {}),
    clock,
  });
  return { target, clock, signal: new AbortController().signal };
}

/** Everything that an async iterable yields. */
export async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
