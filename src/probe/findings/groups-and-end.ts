// Findings about groups and their members, deletion, errors, and what a run leaves behind.
import type { FindingEntry } from '../finding.ts';

export const GROUP_FINDINGS = {
  'group-create-refused': {
    theme: 'groups',
    severity: 'error',
    title: 'A group is not created',
    rfc: 'RFC 7644, section 3.3; RFC 7643, section 4.2',
    entra: 'Groups and their memberships do not arrive; Microsoft requires groups for the gallery.',
    mend: 'Serve /Groups, or leave Group out of /ResourceTypes and say so to administrators.',
  },
  'group-duplicate-accepted': {
    theme: 'groups',
    severity: 'note',
    title: 'Two groups may have the same displayName',
    rfc: null,
    entra: 'Entra matches groups by displayName: with two of a name the group fails with DuplicateTargetEntries.',
    mend: 'Answer 409 uniqueness, unless two groups of one name make sense in your product.',
  },
  'group-not-found-by-name': {
    theme: 'groups',
    severity: 'error',
    title: 'A group is not found by its displayName',
    rfc: 'RFC 7644, sections 3.4.2.2 and 3.4.2.5',
    entra:
      'It is how Entra matches groups, with excludedAttributes=members. Not found, the group is created again in every cycle that plans it.',
    mend: 'Support displayName eq "…" together with excludedAttributes.',
  },
  'group-entra-schema-refused': {
    theme: 'groups',
    severity: 'warning',
    title: "A group with Entra's schema beside the core one is refused",
    rfc: null,
    entra:
      'Entra names http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group in every group it creates: none arrives.',
    mend: 'Ignore schemas that you do not know and of which no attribute is present.',
  },
  'group-members-at-creation': {
    theme: 'groups',
    severity: 'note',
    title: 'Members of a new group are not kept',
    rfc: 'RFC 7644, section 3.3; RFC 7643, section 4.2',
    entra: 'Entra creates groups without members and adds them by PATCH; other clients send both at once.',
    mend: 'Keep members of a POST.',
  },
  'group-rename': {
    theme: 'groups',
    severity: 'error',
    title: 'A group cannot be renamed',
    rfc: 'RFC 7644, section 3.5.2.3',
    entra: 'A group that is renamed in the directory keeps its old name; the change is retried for 28 days.',
    mend: 'Support replace of displayName.',
  },
  'group-member-filter': {
    theme: 'groups',
    severity: 'note',
    title: 'Groups are not found by their members',
    rfc: 'RFC 7644, section 3.4.2.2',
    entra: 'Entra does not read memberships back; some clients ask in this form whether somebody is a member.',
    mend: 'Support the filter, or refuse it with 400 invalidFilter.',
  },
} as const satisfies Record<string, FindingEntry>;

export const MEMBER_FINDINGS = {
  'members-add': {
    theme: 'members',
    severity: 'error',
    title: 'A member is not added',
    rfc: 'RFC 7644, section 3.5.2.1',
    entra: 'Nobody gets what the group grants; the log shows the group as failed, or as done where it was answered so.',
    mend: 'Support add with the path members and a list of values.',
  },
  'members-capital-op': {
    theme: 'members',
    severity: 'error',
    title: '"Add" with a capital letter is refused',
    rfc: null,
    entra: 'It is what Entra sends unless the tenant URL has aadOptscim062020: no membership arrives.',
    mend: 'Read op without case.',
  },
  'members-add-present': {
    theme: 'members',
    severity: 'warning',
    title: 'Adding somebody who is a member already is refused',
    rfc: 'RFC 7644, section 3.5.2.1',
    entra: 'After an answer that was lost the whole group fails, with everybody else in the same request.',
    mend: 'Answer 204 and change nothing.',
  },
  'members-twice': {
    theme: 'members',
    severity: 'warning',
    title: 'Somebody is listed twice as a member',
    rfc: 'RFC 7644, section 3.5.2.1',
    entra: 'Entra does not read members; removing them once may leave the second entry, and the access with it.',
    mend: 'Keep members as a set by value.',
  },
  'members-unknown-accepted': {
    theme: 'members',
    severity: 'note',
    title: 'An id that no account has is accepted as a member',
    rfc: null,
    entra: 'Entra sends only ids that it got from you.',
    mend: 'Refuse with 400 or 404 what is no account of yours.',
  },
  'members-remove-path': {
    theme: 'members',
    severity: 'error',
    title: 'A member is not removed by members[value eq "…"]',
    rfc: 'RFC 7644, section 3.5.2.2',
    entra:
      'It is the form of the RFC, and of Entra with aadOptscim062020: whoever leaves a group keeps what it grants.',
    mend: 'Support remove with a path that has a filter in brackets.',
  },
  'members-remove-absent': {
    theme: 'members',
    severity: 'note',
    title: 'Removing somebody who is no member is refused',
    rfc: 'RFC 7644, section 3.5.2.2',
    entra: 'A repeated request fails although nothing is left to do.',
    mend: 'Answer 204.',
  },
  'members-remove-value': {
    theme: 'members',
    severity: 'warning',
    title: '"Remove" of members with the member as value does not remove them',
    rfc: null,
    entra:
      'It is what Entra sends unless the tenant URL has aadOptscim062020: whoever leaves a group keeps what it grants.',
    mend: 'Remove the members that the value lists, or tell administrators to append ?aadOptscim062020 to the tenant URL.',
  },
  'members-remove-wipes': {
    theme: 'members',
    severity: 'error',
    title: '"Remove" of one member as value removes all members',
    rfc: null,
    entra:
      'It is what Entra sends for each person who leaves a group: everybody loses what it grants, and Entra does not send them again.',
    mend: 'Where a remove of members has a value, remove only those, or refuse it with 400. Never all.',
  },
  'members-no-path': {
    theme: 'members',
    severity: 'note',
    title: 'Members are not added by an operation without a path',
    rfc: 'RFC 7644, section 3.5.2.1',
    entra: 'Entra names the path; other clients do not.',
    mend: 'Support {"members": […]} as the value of an add without a path.',
  },
  'members-value-object': {
    theme: 'members',
    severity: 'note',
    title: 'One member as an object, not as a list, is not added',
    rfc: null,
    entra: 'Entra sends a list.',
    mend: 'Read an object as a list of one.',
  },
  'members-replace': {
    theme: 'members',
    severity: 'warning',
    title: 'The list of members cannot be replaced',
    rfc: 'RFC 7644, section 3.5.2.3',
    entra: 'Entra does not send it; other clients repair a group in this way.',
    mend: 'Set the members to exactly those of the value.',
  },
  'members-remove-all': {
    theme: 'members',
    severity: 'note',
    title: 'All members cannot be removed at once',
    rfc: 'RFC 7644, section 3.5.2.2',
    entra: 'Entra does not send it.',
    mend: 'Support remove with the path members and no value.',
  },
  'members-several-operations': {
    theme: 'members',
    severity: 'warning',
    title: 'Several operations on members in one request are not all carried out',
    rfc: 'RFC 7644, section 3.5.2',
    entra: 'Microsoft recommends several members in a request; part of a group is missing without a word in the log.',
    mend: 'Apply all operations, or none of them.',
  },
  'members-not-shown': {
    theme: 'members',
    severity: 'warning',
    title: 'A group does not show its members',
    rfc: 'RFC 7644, section 3.4.1; RFC 7643, section 4.2',
    entra:
      'Entra does not read them. Whether memberships arrive cannot be seen from outside, neither by an audit nor by this probe.',
    mend: 'Return members from GET /Groups/{id}, unless excludedAttributes leaves them out.',
  },
} as const satisfies Record<string, FindingEntry>;

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
