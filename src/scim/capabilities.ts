// What discovery said about a target (RFC 7643 sections 5-7), reduced to what decisions need. Remembered in the store as JSON.

/** Type of a target attribute as its schema states it. */
export type ScimAttributeType =
  | 'string'
  | 'boolean'
  | 'decimal'
  | 'integer'
  | 'dateTime'
  | 'binary'
  | 'reference'
  | 'complex';

/** One attribute of a discovered schema, sub-attributes flattened (`name.givenName`). */
export interface DiscoveredAttribute {
  /** Full name: `userName`, `name.givenName`, or `urn:…:User:department` for extensions. */
  readonly name: string;
  readonly type: ScimAttributeType;
  readonly multiValued: boolean;
  readonly caseExact: boolean;
  readonly readOnly: boolean;
}

/** What the target said about itself; fields are null when it did not say. */
export interface Capabilities {
  readonly patch: boolean | null;
  readonly filter: boolean | null;
  readonly filterMaxResults: number | null;
  /** False when the target says that it does not support it. */
  readonly bulk: { readonly maxOperations: number; readonly maxPayloadSize: number } | false | null;
  readonly etag: boolean | null;
  /** Attributes by resource kind; null when /Schemas did not answer usably. */
  readonly attributes: {
    readonly User: readonly DiscoveredAttribute[];
    readonly Group: readonly DiscoveredAttribute[];
  } | null;
}

/** What is assumed of a target that says nothing about itself. */
export const NO_DISCOVERY: Capabilities = {
  patch: null,
  filter: null,
  filterMaxResults: null,
  bulk: null,
  etag: null,
  attributes: null,
};
