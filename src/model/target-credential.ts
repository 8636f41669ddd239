// What proves to a target who is asking, with the secrets as those who use them see them: values that may be replaced while
// they run. How it is written in the configuration says target-auth.ts.
import type { SecretProvider } from './secret.ts';
import type { AssertionAlgorithm } from './target-auth.ts';

/** What proves a client to a token endpoint. */
export type ClientProof =
  | { readonly kind: 'clientSecret'; readonly secret: SecretProvider; readonly sentIn: 'body' | 'header' }
  | {
      readonly kind: 'privateKey';
      /** PEM of the private key without password, and of its certificate where there is one. */
      readonly pem: SecretProvider;
      readonly keyId: string | undefined;
      readonly algorithm: AssertionAlgorithm | undefined;
      /** Whom the assertion is for; the token endpoint when undefined. */
      readonly audience: string | undefined;
    }
  /** The client certificate of the connection. */
  | { readonly kind: 'mtls' }
  /** An assertion that somebody else issues, for instance Microsoft Entra. */
  | { readonly kind: 'assertion'; readonly issue: (signal: AbortSignal) => Promise<string> };

/** A client that asks for access tokens (OAuth 2.0 client credentials). */
export interface TokenClient {
  readonly tokenUrl: string;
  /** What messages call the address; the key of a job where it is left out. */
  readonly tokenUrlName?: string;
  readonly clientId: string;
  readonly proof: ClientProof;
  /** Further parameters of the token request, scope included. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The closed list of what goes into the Authorization header. */
export type TargetCredential =
  | { readonly kind: 'bearer'; readonly token: SecretProvider }
  | { readonly kind: 'basic'; readonly username: string; readonly password: SecretProvider }
  | { readonly kind: 'tokenClient'; readonly client: TokenClient }
  | { readonly kind: 'none' };
