// The one table of error codes: what happened, whom it concerns, when it is tried again, and what to do.
// Codes are Entra's where Entra documents one (provisioning log error codes); docs/errors.md is checked against it.

/** Whom a fault concerns: one object (a value, recorded and retried), the whole job (thrown), or the configuration. */
export type ErrorScope = 'object' | 'job' | 'config';

/** When a fault is tried again: inside the call, with the next cycle, or only after somebody changed something. */
export type RetryPolicy = 'nextCycle' | 'ladder' | 'never';

interface ErrorEntry {
  readonly scope: ErrorScope;
  readonly retry: RetryPolicy;
  /** What happened, in general terms; the fault itself carries the particulars. */
  readonly cause: string;
  /** What the reader can do next. */
  readonly advice: string;
}

const table = {
  // one object
  EntryConflict: {
    scope: 'object',
    retry: 'ladder',
    cause: 'The target says another account already holds one of these values (409).',
    advice: 'Find the account that holds the value in the target, or add a matching attribute that finds it.',
  },
  DuplicateTargetEntries: {
    scope: 'object',
    retry: 'ladder',
    cause: 'More than one account in the target has the matching value.',
    advice: 'Remove or rename the surplus account in the target, or match on a unique attribute.',
  },
  DuplicateSourceEntries: {
    scope: 'object',
    retry: 'ladder',
    cause: 'The matching account is already linked to another person or group.',
    advice: 'Give the two source objects different matching values.',
  },
  ImportSkipped: {
    scope: 'object',
    retry: 'ladder',
    cause: 'No matching attribute has a value for this object.',
    advice: 'Fill the source attribute, or map the matching attribute from one that everybody has.',
  },
  ExpressionFailed: {
    scope: 'object',
    retry: 'ladder',
    cause: 'An attribute-mapping expression could not be evaluated for this object.',
    advice: 'Read the message, correct the expression or the source value.',
  },
  SchemaPropertyCanOnlyAcceptValue: {
    scope: 'object',
    retry: 'ladder',
    cause: 'Several values were mapped to an attribute that holds one.',
    advice: 'Choose one with Item(...) or join them with Join(...).',
  },
  SchemaAttributeNotFound: {
    scope: 'object',
    retry: 'ladder',
    cause: 'The target does not know an attribute that is mapped.',
    advice: 'Create the attribute in the target, or remove the mapping.',
  },
  InvalidValue: {
    scope: 'object',
    retry: 'ladder',
    cause: 'The target refused a value (400).',
    advice: 'Read what the target said and correct the source value or the mapping.',
  },
  UnprocessableEntity: {
    scope: 'object',
    retry: 'ladder',
    cause: 'The target could not use the request (422 or another unexpected answer).',
    advice: 'Read what the target said; compare the request with its documentation.',
  },
  InsufficientRights: {
    scope: 'object',
    retry: 'ladder',
    cause: 'The target accepted the credentials but refuses this operation (403).',
    advice: 'Give the token the right to write users and groups.',
  },
  MethodNotAllowed: {
    scope: 'object',
    retry: 'ladder',
    cause: 'The target does not support this operation (405 or 501).',
    advice: 'Choose another lifecycle action, or set the profile of the target.',
  },
  InvalidAnchor: {
    scope: 'object',
    retry: 'nextCycle',
    cause: 'The linked account no longer exists in the target (404).',
    advice: 'Nothing to do: it is matched again with the next cycle.',
  },
  IncompatibleAnswer: {
    scope: 'object',
    retry: 'ladder',
    cause: 'The target answered success without a usable resource (for instance no id).',
    advice: 'Report the answer to the vendor: RFC 7644 section 3.3 asks for the resource with its id.',
  },
  NotApplied: {
    scope: 'object',
    retry: 'ladder',
    cause: 'The target answered success but did not store the change.',
    advice: 'Compare the attribute with the schema of the target; it may be read-only or unknown there.',
  },
  InternalServerError: {
    scope: 'object',
    retry: 'nextCycle',
    cause: 'The target failed inside (5xx).',
    advice: 'It is tried again with the next cycle; if it stays, ask the vendor with the time and the object.',
  },
  TooManyRequests: {
    scope: 'object',
    retry: 'nextCycle',
    cause: 'The target asked to wait longer than this cycle may.',
    advice: 'It is tried again with the next cycle; lower the rate in target.rateLimits if it repeats.',
  },
  Timeout: {
    scope: 'object',
    retry: 'nextCycle',
    cause: 'The target did not answer in time.',
    advice: 'It is tried again with the next cycle; raise target.timeoutSeconds if the target is slow.',
  },
  WebExceptionProtocolError: {
    scope: 'object',
    retry: 'nextCycle',
    cause: 'The connection to the target broke during the request.',
    advice: 'It is tried again with the next cycle, after reading what arrived.',
  },
  // the job
  TargetCredentialsInvalid: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The target refused the token (401).',
    advice: 'Put a valid token where target.auth.token points; then run test-connection.',
  },
  TargetUnreachable: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The target could not be reached.',
    advice: 'Check target.baseUrl, DNS, firewall and proxy; then run test-connection.',
  },
  TargetIncompatible: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The target does not answer as a SCIM 2.0 service.',
    advice: 'Check that target.baseUrl is the SCIM root (without /Users); run test-connection.',
  },
  TargetChanged: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The job points at another target than the one its accounts belong to.',
    advice: 'Put the former target.baseUrl back, or give the job a new id to begin afresh with the new target.',
  },
  TargetTlsFailed: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The TLS certificate of the target could not be verified.',
    advice: 'Install a valid certificate, or name the issuing authority in target.caFile.',
  },
  SourceCredentialsInvalid: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'Microsoft Entra refused the client credentials.',
    advice: 'Check clientId and the secret of the source.',
  },
  SourceSecretExpired: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The client secret of the source has expired (AADSTS7000222).',
    advice: 'Create a new client secret for the app registration and put it where clientSecret points.',
  },
  SourceTenantUnknown: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'Microsoft Entra does not know this tenant (AADSTS90002).',
    advice: 'Check tenantId, and that the cloud of the source is the right one.',
  },
  SourceClientUnknown: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'This tenant does not know the application (AADSTS700016).',
    advice: 'Check clientId, and that the application is registered in this tenant.',
  },
  SourceUnreachable: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'Microsoft Graph or the token service could not be reached.',
    advice: 'Check network, proxy and caFile; nothing was changed.',
  },
  SourcePermissionMissing: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The application lacks a Microsoft Graph permission.',
    advice: 'Grant the named application permission and give admin consent.',
  },
  SourceRequestRefused: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'Microsoft Graph refused a request as wrong.',
    advice: 'Usually a mapped attribute that does not exist in this tenant; compare the message with the mappings.',
  },
  SourceProtocolError: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'An answer from Microsoft Graph was not usable.',
    advice: 'Often a proxy in between; nothing is concluded from it, and the next cycle reads again.',
  },
  ServicePrincipalNotFound: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The enterprise application does not exist in this tenant.',
    advice: 'Check source.servicePrincipalId: it is the object id of the enterprise application.',
  },
  SourceIncomplete: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The source answered incompletely, so nothing was concluded from it.',
    advice: 'Nothing to do if the next cycle succeeds.',
  },
  LeaseLost: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'Another process took over this job.',
    advice: 'Nothing to do; the other process goes on.',
  },
  JobBusy: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'Another process is running a cycle of this job.',
    advice: 'Wait for it, or raise --wait.',
  },
  StoreUnavailable: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'The store could not be read or written.',
    advice: 'Check disk space and permissions of the database file.',
  },
  InternalError: {
    scope: 'job',
    retry: 'nextCycle',
    cause: 'scimsync failed unexpectedly.',
    advice: 'Please report it with the message and the version.',
  },
  // configuration
  ConfigurationInvalid: {
    scope: 'config',
    retry: 'never',
    cause: 'The configuration has faults.',
    advice: 'Correct the places named; scimsync validate checks all files at once.',
  },
} as const satisfies Record<string, ErrorEntry>;

/** The name of one row of the table. */
export type ErrorCode = keyof typeof table;

/** All codes with cause, advice, scope and retry policy. */
export const ERROR_TABLE: Readonly<Record<ErrorCode, ErrorEntry>> = table;

/** The fault of one object: a value that ends up in the provisioning log and in escrow. */
export interface ObjectFault {
  readonly code: ErrorCode;
  /** What happened to this object, with names and values but never a secret. */
  readonly message: string;
  readonly status?: number;
  readonly scimType?: string;
  /** True when the request may have been carried out although the answer says otherwise (reset, timeout, 5xx on a write). */
  readonly ambiguous?: boolean;
}

/** The fault of a job: thrown, ends the cycle, leaves watermark and pending changes as they are. */
export class JobFault extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'JobFault';
    this.code = code;
  }
}

/** Thrown while a feed is read when its stored link is no longer accepted (410, syncStateNotFound): a full round is due. */
export class ResyncRequired extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ResyncRequired';
  }
}
