// A secret as those who use it see it: a value that may be replaced while they run. Where it is kept, and how it is read,
// is the configuration's affair.

/** One secret, for the time of one cycle. `read` rejects with a JobFault when it cannot be read. */
export interface SecretProvider {
  /** The value in use. */
  read(): Promise<string>;
  /**
   * After `refused` was refused: reads the secret again where it is kept. The value to try instead, or undefined when
   * there is none (unchanged, or unreadable now).
   */
  reread(refused: string): Promise<string | undefined>;
}

/** Takes every secret value in use out of a text that came from outside. */
export interface Redact {
  (text: string): string;
  /** Called with what of such a text is quoted in messages: it may name people. */
  readonly quoted?: (text: string) => void;
}

/** What an application proves its identity to Microsoft Entra with. Secrets are asked for when a token is requested. */
export type SourceCredential =
  | { readonly kind: 'clientSecret'; readonly secret: SecretProvider }
  /** `pem` is the certificate and its private key, opened. */
  | { readonly kind: 'certificate'; readonly pem: SecretProvider }
  /** A token of another issuer (Kubernetes, for instance) that the application trusts. */
  | { readonly kind: 'workloadIdentity'; readonly assertion: SecretProvider }
  /** The identity of the Azure machine; `clientId` names a user-assigned one. */
  | { readonly kind: 'managedIdentity'; readonly clientId?: string }
  /** Whoever is signed in with `az login`; for trying out. */
  | { readonly kind: 'azureCli' };
