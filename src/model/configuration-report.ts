// What is said about a changed configuration that a job does not work with.

/** A configuration that is held, or would be by a cycle that writes. */
export interface ConfigurationReport {
  readonly state: 'held' | 'rejected' | 'wouldBeHeld';
  /** When it was refused first (ISO); null while it is not held. */
  readonly since: string | null;
  /** Since when the job works with the accepted one (ISO). */
  readonly acceptedSince: string | null;
  /** The classes that tripped, each with the sentence that says why. */
  readonly reasons: readonly { readonly guardClass: string; readonly because: string }[];
}
