// The real client of a sandbox target, for engine tests over real connections.
import { targetProfileSchema } from '../../src/model/profile.ts';
import type { SandboxTarget } from '../../src/sandbox/target/scim-server.ts';
import type { Adaptation } from '../../src/target/adaptation.ts';
import { bearerAuthorizer } from '../../src/target/authorizer.ts';
import { createScimTarget } from '../../src/target/scim-target.ts';
import { aSecret } from './a-secret.ts';
import type { World } from './world.ts';

/** A client of its own, as a program has one for each cycle. */
export function clientOf(
  endpoint: SandboxTarget,
  { clock }: World,
  timeoutSeconds: number,
  adapted: (use: Adaptation) => void = () => undefined,
) {
  return createScimTarget({
    baseUrl: endpoint.url,
    authorizer: bearerAuthorizer(aSecret(endpoint.token)),
    connection: { privateAddresses: 'allow', environment: {} },
    redact: (text) => text,
    profile: targetProfileSchema.parse({}),
    timeoutSeconds,
    clock,
    random: () => 0,
    adapted,
  });
}
