// Findings about deletion, errors, and what a run leaves behind.
import type { FindingEntry } from '../finding.ts';

export const DELETE_FINDINGS = {
  'delete-refused': {
    theme: 'delete',
    severity: 'warning',
    title: 'An account cannot be deleted',
    rfc: 'RFC 7644, section 3.6',
    entra:
      'Whoever is deleted in the directory for good stays disabled here; the log shows a failed delete. Microsoft counts it as optional.',
    mend: 'Support DELETE. A soft delete is enough, as long as the account is answered 404 from then on.',
  },
  'delete-not-204': {
    theme: 'delete',
    severity: 'note',
    title: 'A deletion is answered with another status than 204',
    rfc: 'RFC 7644, section 3.6',
    entra: 'Entra accepts any 2xx.',
    mend: 'Answer 204 without a body.',
  },
  'delete-again-not-404': {
    theme: 'delete',
    severity: 'warning',
    title: 'Deleting what is gone is not answered 404',
    rfc: 'RFC 7644, section 3.6',
    entra:
      'After an answer that was lost the deletion is retried until 404 says that it is done; 5xx is retried for days.',
    mend: 'Answer 404.',
  },
  'deleted-still-there': {
    theme: 'delete',
    severity: 'error',
    title: 'A deleted account is still shown',
    rfc: 'RFC 7644, section 3.6',
    entra: 'Somebody of the same name is matched with it, and gets the account of the one who left.',
    mend: 'Answer 404 by id, and leave it out of all lists.',
  },
  'name-stays-taken': {
    theme: 'delete',
    severity: 'warning',
    title: 'The userName of a deleted account stays taken',
    rfc: 'RFC 7644, section 3.6',
    entra: 'Somebody who comes back after a deletion is not found, and their creation fails with EntryConflict.',
    mend: 'Leave deleted accounts out of the check of uniqueness.',
  },
} as const satisfies Record<string, FindingEntry>;

export const ERROR_FINDINGS = {
  'server-error': {
    theme: 'errors',
    severity: 'error',
    title: 'A request that a client may send ends in a fault of the service',
    rfc: 'RFC 7644, section 3.12',
    entra:
      'Entra takes 5xx for passing (InternalServerError) and sends the same again in the next cycle, and in the next.',
    mend: 'Refuse what you do not support with 400 and a scimType, or 501.',
  },
  throttled: {
    theme: 'errors',
    severity: 'error',
    title: 'Requests are answered 429, for longer than the probe waits: what they ask was not looked at',
    rfc: 'RFC 6585, section 4',
    entra: 'Entra backs off and repeats the request; while it lasts nobody is provisioned.',
    mend: 'Raise the limit for this token while it is probed; Microsoft asks for 25 requests a second of an application in its gallery. Say in Retry-After how long it takes.',
  },
  'connection-dropped': {
    theme: 'errors',
    severity: 'error',
    title: 'A request ends without an answer',
    rfc: 'RFC 9110, section 15',
    entra: 'Entra logs Timeout or WebExceptionProtocolError, does not know what became of the request, and repeats it.',
    mend: 'Answer every request; look for an exception in the log of the service at this moment.',
  },
  'no-json': {
    theme: 'errors',
    severity: 'error',
    title: 'A successful answer is no JSON, or not said to be',
    rfc: 'RFC 7644, section 3.1',
    entra: 'Entra cannot read it (SystemForCrossDomainIdentityManagementServiceIncompatible).',
    mend: 'Answer with JSON and Content-Type application/scim+json.',
  },
  'error-body': {
    theme: 'errors',
    severity: 'note',
    title: 'Errors are not in the form of SCIM',
    rfc: 'RFC 7644, section 3.12',
    entra:
      'Entra shows detail of the SCIM error in its log; otherwise the administrator sees a status without a reason.',
    mend: 'Answer errors with schemas [urn:ietf:params:scim:api:messages:2.0:Error], status as a text, scimType and detail.',
  },
  'patch-unknown-path': {
    theme: 'errors',
    severity: 'note',
    title: 'A PATCH of an attribute that does not exist is answered as done',
    rfc: 'RFC 7644, section 3.5.2 (invalidPath)',
    entra: 'A mapping to a mistyped attribute is logged as success for ever.',
    mend: 'Answer 400 invalidPath.',
  },
  'patch-remove-without-path': {
    theme: 'errors',
    severity: 'warning',
    title: 'A remove without a path is accepted',
    rfc: 'RFC 7644, section 3.5.2.2 (noTarget)',
    entra: 'Entra does not send it; a faulty client may take away more than it meant.',
    mend: 'Answer 400 noTarget.',
  },
  'patch-without-schemas': {
    theme: 'errors',
    severity: 'note',
    title: 'A PATCH without schemas is accepted',
    rfc: 'RFC 7644, section 3.5.2',
    entra: 'Entra sends schemas.',
    mend: 'Nothing is needed; a strict service answers 400 invalidSyntax.',
  },
} as const satisfies Record<string, FindingEntry>;

export const CLEANUP_FINDINGS = {
  'left-behind': {
    theme: 'cleanup',
    severity: 'warning',
    title: 'Something that the probe made could not be removed',
    rfc: null,
    entra: 'Nothing: it is about this run.',
    mend: 'Remove what the report names by hand; all names begin with scimsync-probe-.',
  },
} as const satisfies Record<string, FindingEntry>;
