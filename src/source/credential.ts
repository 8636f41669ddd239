// The ways an unattended application can prove to Microsoft Entra who it is, and how each becomes a credential of the
// identity library. The only file that knows the library. Must not log or put a secret into a message.
import { AsyncLocalStorage } from 'node:async_hooks';
import { rootCertificates } from 'node:tls';
import type { ClientSecretCredentialOptions, TokenCredential } from '@azure/identity';
import type { SourceCredential } from '../model/secret.ts';

/** A step of the library's HTTP pipeline. */
export type Policy = NonNullable<ClientSecretCredentialOptions['additionalPolicies']>[number]['policy'];

/** Whose credential, towards which authority. */
export interface CredentialSettings {
  readonly tenantId: string;
  readonly clientId: string;
  readonly credential: SourceCredential;
  readonly authorityHost: string;
  /** PEM of an authority that is trusted beside the public ones. */
  readonly ca?: string;
  readonly disableInstanceDiscovery: boolean;
  readonly timeoutSeconds: number;
}

/** A credential with the values it was made of. */
export interface BuiltCredential {
  readonly instance: TokenCredential;
  /** Whether the secrets it was made of have been replaced since; they are read again for that. */
  isOutdated(): Promise<boolean>;
}

const SAFETY_MARGIN_MILLISECONDS = 300_000;

/** Who is asked for a token, for messages. */
export function tokenServiceName({ credential, authorityHost }: CredentialSettings): string {
  if (credential.kind === 'managedIdentity') return 'the managed identity endpoint of this machine';
  return credential.kind === 'azureCli' ? 'the Azure CLI' : authorityHost;
}

/** Makes the library's credential. Throws JobFault `ConfigurationInvalid` when a secret cannot be read. */
export async function buildCredential(settings: CredentialSettings, observe: Policy): Promise<BuiltCredential> {
  const { tenantId, clientId, credential } = settings;
  const library = await import('@azure/identity');
  const options = {
    authorityHost: settings.authorityHost,
    disableInstanceDiscovery: settings.disableInstanceDiscovery,
    retryOptions: { maxRetries: 0 },
    additionalPolicies: [{ policy: observe, position: 'perRetry' as const }],
    ...(settings.ca === undefined ? {} : { tlsOptions: { ca: [...rootCertificates, settings.ca] } }),
  };
  switch (credential.kind) {
    case 'clientSecret': {
      const secret = await credential.secret.read();
      const instance = new library.ClientSecretCredential(tenantId, clientId, secret, options);
      return { instance, isOutdated: async () => (await credential.secret.reread(secret)) !== undefined };
    }
    case 'certificate': {
      const certificate = await credential.pem.read();
      const instance = new library.ClientCertificateCredential(tenantId, clientId, { certificate }, options);
      return { instance, isOutdated: async () => (await credential.pem.reread(certificate)) !== undefined };
    }
    case 'workloadIdentity': {
      let used = await credential.assertion.read();
      const assertion = async () => {
        used = await credential.assertion.read();
        return used;
      };
      const instance = new library.ClientAssertionCredential(tenantId, clientId, assertion, options);
      return { instance, isOutdated: async () => (await credential.assertion.reread(used)) !== undefined };
    }
    case 'managedIdentity': {
      const { clientId: assigned } = credential;
      const instance = new library.ManagedIdentityCredential({
        retryOptions: { maxRetries: 0 },
        ...(assigned === undefined ? {} : { clientId: assigned }),
      });
      addPolicy(instance, DISPATCH);
      return { instance: observed(instance, observe), isOutdated: async () => false };
    }
    case 'azureCli': {
      const processTimeoutInMs = settings.timeoutSeconds * 1000;
      const instance = new library.AzureCliCredential({ tenantId, processTimeoutInMs });
      return { instance: kept(instance), isOutdated: async () => false };
    }
    default:
      return credential satisfies never;
  }
}

/**
 * The library keeps the HTTP client of the first managed identity for all later ones of the process, so that a step of one
 * would see the requests of another. The step in its pipeline asks whose call it is.
 */
const calls = new AsyncLocalStorage<Policy>();
const DISPATCH: Policy = {
  name: 'scimsyncManagedIdentityTraffic',
  sendRequest: (request, next) => calls.getStore()?.sendRequest(request, next) ?? next(request),
};

function observed(instance: TokenCredential, observe: Policy): TokenCredential {
  return { getToken: (scopes, options) => calls.run(observe, () => instance.getToken(scopes, options)) };
}

/** The library takes no policies for managed identities, so the step goes into the pipeline of its HTTP client. */
function addPolicy(instance: object, policy: Policy): void {
  const client: unknown = Reflect.get(instance, 'identityClient');
  if (typeof client !== 'object' || client === null || !('pipeline' in client)) return;
  const { pipeline } = client;
  if (typeof pipeline !== 'object' || pipeline === null || !('addPolicy' in pipeline)) return;
  if (typeof pipeline.addPolicy === 'function') pipeline.addPolicy(policy, { afterPhase: 'Retry' });
}

/** The command line tool is started for every token, so one is kept while it is good. */
function kept(instance: TokenCredential): TokenCredential {
  let latest: Awaited<ReturnType<TokenCredential['getToken']>> = null;
  return {
    async getToken(scopes, options) {
      const goodUntil = (latest?.expiresOnTimestamp ?? 0) - SAFETY_MARGIN_MILLISECONDS;
      if (latest !== null && Date.now() < goodUntil) return latest;
      // It refuses claims; what it issues afterwards is a new token anyway.
      const { claims: _unused, ...others } = options ?? {};
      latest = await instance.getToken(scopes, others);
      return latest;
    },
  };
}
