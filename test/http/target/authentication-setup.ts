// A client of a target that asks for access tokens, with virtual time, for the tests of this folder.
import { targetProfileSchema } from '../../../src/model/profile.ts';
import type { ClientProof, TargetCredential } from '../../../src/model/target-credential.ts';
import { agentsFor, type ConnectionSettings } from '../../../src/network/guarded-agents.ts';
import { createSecretValues } from '../../../src/observe/secret-values.ts';
import type { TokenMemory } from '../../../src/target/access-tokens.ts';
import { createAuthentication } from '../../../src/target/authentication.ts';
import { createScimTarget } from '../../../src/target/scim-target.ts';
import { aSecret } from '../../support/a-secret.ts';
import { VirtualClock } from './virtual-clock.ts';

export const SCIM = 'http://scim.test:8080';
export const LOGIN = 'http://login.test:8081';

/** How an authenticated client is made. */
export interface ClientOptions {
  readonly credential?: TargetCredential;
  readonly proof?: ClientProof;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, ReturnType<typeof aSecret>>>;
  readonly memory?: TokenMemory;
  readonly clock?: VirtualClock;
  readonly baseUrl?: string;
  readonly tokenUrl?: string;
  readonly connection?: Partial<ConnectionSettings>;
}

/** A client; by client credentials with a secret unless options say otherwise. */
export function aClient(options: ClientOptions = {}) {
  const { clock = new VirtualClock(), memory = { held: undefined }, baseUrl = `${SCIM}/scim` } = options;
  const secrets = createSecretValues();
  const proof = options.proof ?? { kind: 'clientSecret', secret: aSecret('s3cret-1'), sentIn: 'body' };
  const { tokenUrl = `${LOGIN}/oauth/token?tenant=t3nant-key`, parameters = {} } = options;
  const client = { tokenUrl, clientId: 'engine', proof, parameters };
  const connection: ConnectionSettings = { privateAddresses: 'allow', environment: {}, ...options.connection };
  const common = { clock, random: () => 1, timeoutSeconds: 30 };
  secrets.remember('s3cret-1');
  const authentication = createAuthentication({
    ...common,
    credential: options.credential ?? { kind: 'tokenClient', client },
    headers: new Map(Object.entries(options.headers ?? {})),
    agentsFor: (url) => agentsFor(url, connection),
    secrets,
    memory,
  });
  const target = createScimTarget({
    ...common,
    baseUrl,
    authorizer: authentication.authorizer,
    connection,
    redact: secrets.redact,
    profile: targetProfileSchema.parse({}),
  });
  return { target, authentication, clock, memory, secrets, signal: new AbortController().signal };
}
