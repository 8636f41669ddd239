// Codes of faults that concern one object: a value, recorded and tried again, while everybody else goes on.
import type { ErrorEntry } from './error-entry.ts';

export const OBJECT_ERRORS = {
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
  TargetOwnedByOther: {
    scope: 'object',
    retry: 'ladder',
    cause: 'The matching account carries the externalId of somebody else, or another job keeps it for somebody else.',
    advice:
      "Look whose account it is. If it is this person's: clear its externalId in the target, or, when another service wrote them all, adoption: { otherOwner: allow }. If not: match on another attribute.",
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
  FilterUndecided: {
    scope: 'object',
    retry: 'ladder',
    cause: 'A scoping filter could not be judged for somebody who has an account; the account stays as it is.',
    advice: 'Read the message; make the pattern plainer, or correct the value.',
  },
  NoUniqueValue: {
    scope: 'object',
    retry: 'ladder',
    cause: 'Every candidate of SelectUniqueValue is taken by somebody else in the target.',
    advice: 'Add another candidate to the expression, or free one of the values in the target.',
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
    cause: 'The target refused a value (400), or its profile says that it would.',
    advice: 'Read the message and correct the source value or the mapping.',
  },
  MembershipLimit: {
    scope: 'object',
    retry: 'nextCycle',
    cause: 'The target takes no more members in this group, or no more groups for somebody; everybody else was added.',
    advice: 'Divide the group, or take people out of groups. If the vendor raised the limit, raise it in the profile.',
  },
  MembersMissing: {
    scope: 'object',
    retry: 'nextCycle',
    cause:
      'The target answered success, and members who were to be in the group are not there; everybody else was added.',
    advice:
      'Nothing to do if the next cycle succeeds: it adds them again. If it repeats: look whether the target takes these accounts into groups at all, and whether the group is full.',
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
    cause: 'The target does not allow this operation (405).',
    advice: 'Choose another lifecycle action, or set the profile of the target.',
  },
  NotImplemented: {
    scope: 'object',
    retry: 'ladder',
    cause: 'The target does not support this operation (501).',
    advice: 'Choose another lifecycle action, or set the profile of the target.',
  },
  LicenseLimitExceeded: {
    scope: 'object',
    retry: 'ladder',
    cause: 'The target wants to be paid for first, usually because no seat is left (402).',
    advice: 'Buy seats, or free some in the target; accounts that are disabled there may still count.',
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
    advice:
      'Report the answer to the vendor: it has to hold the resource with its id (RFC 7644 section 3.3), of a bulk request one entry for each operation (3.7.3).',
  },
  NotApplied: {
    scope: 'object',
    retry: 'ladder',
    cause: 'The target answered success but did not store the change.',
    advice: 'Compare the attribute with the schema of the target; it may be read-only or unknown there.',
  },
  DisabledInstead: {
    scope: 'object',
    retry: 'ladder',
    cause: 'The account was to be deleted; the target does not delete accounts, so it was disabled.',
    advice: 'Nothing is needed for access. Delete the account in the target by hand if it has to go.',
  },
  SystemForCrossDomainIdentityManagementServiceIncompatible: {
    scope: 'object',
    retry: 'ladder',
    cause: 'The target answered success with what cannot be used (in the dialects of Entra, which names it so).',
    advice: 'Correct the answer of the endpoint: a resource with its id, or a ListResponse of what was asked for.',
  },
  SystemForCrossDomainIdentityManagementMultipleEntriesInResponse: {
    scope: 'object',
    retry: 'ladder',
    cause: 'The target showed the members of a group that was asked for without them (in the dialects of Entra).',
    advice: 'Let the endpoint leave out what excludedAttributes names (RFC 7644 section 3.4.2.5).',
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
} as const satisfies Record<string, ErrorEntry>;
