// Findings about filters, pages, bulk and ETags.
import type { FindingEntry } from '../finding.ts';

export const MATCHING_FINDINGS = {
  'match-user-name': {
    theme: 'matching',
    severity: 'error',
    title: 'userName eq does not find the account',
    rfc: 'RFC 7644, section 3.4.2.2',
    entra:
      'It is how Entra matches unless told otherwise. Not found, everybody is created: a second account each, or 409 and EntryConflict.',
    mend: 'Support userName eq "…" and return exactly this account.',
  },
  'match-case-sensitive': {
    theme: 'matching',
    severity: 'error',
    title: 'userName eq distinguishes case',
    rfc: 'RFC 7643, section 4.1.1 (caseExact false); RFC 7644, section 3.4.2.2',
    entra:
      'An account that was made under another spelling is not found. Entra creates, is answered 409, reports EntryConflict and retries for 28 days; or a twin comes about.',
    mend: 'Compare userName and e-mail addresses without case, in filters as in the unique index.',
  },
  'filter-operator-case': {
    theme: 'matching',
    severity: 'note',
    title: 'Names of attributes and operators are distinguished by case',
    rfc: 'RFC 7644, section 3.4.2.2',
    entra: 'Entra writes userName eq, externalId eq, as in the schema.',
    mend: 'Parse attribute names and operators without case.',
  },
  'match-external-id': {
    theme: 'matching',
    severity: 'warning',
    title: 'externalId eq does not find the account',
    rfc: 'RFC 7644, section 3.4.2.2; RFC 7643, section 3.1',
    entra:
      'Where externalId is a matching attribute nobody is found and everybody is created; people who are renamed lose their account.',
    mend: 'Keep externalId and support eq on it. A filter that you do not support is to be refused with 400, not answered with nobody.',
  },
  'match-id': {
    theme: 'matching',
    severity: 'warning',
    title: 'id eq does not find the account',
    rfc: 'RFC 7644, section 3.4.2.2',
    entra:
      'Before a manager is written Entra asks with id eq "…" and manager eq "…" whether it is there already; unanswered, it is sent again.',
    mend: 'Support eq on id.',
  },
  'match-work-email': {
    theme: 'matching',
    severity: 'warning',
    title: 'emails[type eq "work"].value eq does not find the account',
    rfc: 'RFC 7644, section 3.4.2.2 (value path)',
    entra:
      "It is Entra's form of matching by e-mail address; where it is configured, people fail or are created twice.",
    mend: 'Support this form, or refuse it with 400 invalidFilter and say that people are to be matched by userName.',
  },
  'match-email-forms': {
    theme: 'matching',
    severity: 'note',
    title: 'Another form of a filter by e-mail address does not find the account',
    rfc: 'RFC 7644, section 3.4.2.2',
    entra: 'Entra does not write this form; other clients do.',
    mend: 'Support emails.value eq and emails[… and …], or refuse them with 400 invalidFilter.',
  },
  'filter-and': {
    theme: 'matching',
    severity: 'warning',
    title: 'Two conditions joined by and do not find the account',
    rfc: 'RFC 7644, section 3.4.2.2',
    entra:
      'Entra writes and for its check of managers and of members; unanswered, references are sent again in every cycle.',
    mend: 'Support and between eq conditions.',
  },
  'match-manager': {
    theme: 'matching',
    severity: 'warning',
    title: 'Whether somebody has a manager cannot be asked by a filter',
    rfc: 'RFC 7644, section 3.4.2.2',
    entra:
      'Before a manager is written Entra is documented to ask id eq "…" and manager eq "…", for the id only. Refused, the manager may never be written.',
    mend: 'Support eq on manager beside id, and answer an empty list where it does not hold.',
  },
  'filter-logic': {
    theme: 'matching',
    severity: 'note',
    title: 'or, not and parentheses are not supported',
    rfc: 'RFC 7644, section 3.4.2.2',
    entra: 'Entra does not use them.',
    mend: 'Refuse with 400 invalidFilter what you do not support; never answer it with nobody.',
  },
  'filter-escape': {
    theme: 'matching',
    severity: 'warning',
    title: 'A value with an escaped quotation mark is not understood',
    rfc: 'RFC 7644, section 3.4.2.2 (values are JSON)',
    entra: 'People and groups with a quotation mark in a matching attribute fail.',
    mend: 'Parse the value as a JSON string.',
  },
  'filter-injection': {
    theme: 'matching',
    severity: 'error',
    title: 'What stands behind an escaped quotation mark is read as a filter',
    rfc: 'RFC 7644, sections 3.4.2.2 and 7',
    entra: "Whoever may choose a name in the directory may choose somebody else's account to be matched.",
    mend: 'Parse the value as a JSON string, and pass it to the data base as a parameter.',
  },
  'search-missing': {
    theme: 'matching',
    severity: 'note',
    title: 'POST /.search is not supported',
    rfc: 'RFC 7644, section 3.4.3',
    entra: 'Entra does not use it.',
    mend: 'Nothing for Entra. It keeps names of people out of the logs of proxies.',
  },
} as const satisfies Record<string, FindingEntry>;

export const PAGING_FINDINGS = {
  'paging-refused': {
    theme: 'paging',
    severity: 'error',
    title: 'A page is refused',
    rfc: 'RFC 7644, section 3.4.2.4',
    entra: "Entra's account discovery and Microsoft's pagination test read pages with startIndex and count.",
    mend: 'Support startIndex and count.',
  },
  'paging-count-ignored': {
    theme: 'paging',
    severity: 'warning',
    title: 'count is ignored',
    rfc: 'RFC 7644, section 3.4.2.4',
    entra: "Microsoft's pagination test asks for 5 of 11 and fails.",
    mend: 'Return at most count resources.',
  },
  'paging-total': {
    theme: 'paging',
    severity: 'error',
    title: 'totalResults is smaller than the number of accounts',
    rfc: 'RFC 7644, section 3.4.2',
    entra: 'Whoever goes by it stops after the first page and takes everybody else for absent.',
    mend: 'Count all matches before cutting the page.',
  },
  'paging-no-total': {
    theme: 'paging',
    severity: 'error',
    title: 'A list does not say totalResults',
    rfc: 'RFC 7644, section 3.4.2 (required)',
    entra:
      'Whoever reads pages does not know that there are more, and takes everybody else for absent; an empty list cannot be told from an answer that is none.',
    mend: 'Return totalResults in every ListResponse: the number of all matches, not of those in the page.',
  },
  'paging-first-left-out': {
    theme: 'paging',
    severity: 'error',
    title: 'The first result is left out of the first page',
    rfc: 'RFC 7644, section 3.4.2.4',
    entra:
      'startIndex=1 is the first result. Left out, the only match of a filter is never found, and somebody is missing from every list.',
    mend: 'startIndex counts from 1: skip startIndex - 1 results.',
  },
  'paging-items': {
    theme: 'paging',
    severity: 'note',
    title: 'itemsPerPage is not the number of resources in the page',
    rfc: 'RFC 7644, section 3.4.2.4',
    entra: 'Entra does not go by it.',
    mend: 'Set itemsPerPage to the number of resources returned.',
  },
  'paging-repeats': {
    theme: 'paging',
    severity: 'error',
    title: 'Pages do not advance: accounts come again',
    rfc: 'RFC 7644, section 3.4.2.4',
    entra: "Account discovery does not end, or misses people; Microsoft's pagination test fails.",
    mend: 'Apply startIndex (it counts from 1) in a stable order, for instance by id, and return nothing beyond the end.',
  },
  'paging-start-zero': {
    theme: 'paging',
    severity: 'note',
    title: 'startIndex=0 does not mean 1',
    rfc: 'RFC 7644, section 3.4.2.4',
    entra: 'Entra counts from 1.',
    mend: 'Read a startIndex below 1 as 1.',
  },
  'paging-beyond-refused': {
    theme: 'paging',
    severity: 'warning',
    title: 'A page beyond the end is refused',
    rfc: 'RFC 7644, section 3.4.2.4',
    entra: 'Accounts that are deleted while somebody reads pages end the reading with a fault.',
    mend: 'Answer 200 with no resources.',
  },
  'paging-count-zero': {
    theme: 'paging',
    severity: 'note',
    title: 'count=0 does not mean no resources',
    rfc: 'RFC 7644, section 3.4.2.4',
    entra: 'Entra does not ask for it.',
    mend: 'Answer 200 with totalResults and no resources.',
  },
  'paging-count-negative': {
    theme: 'paging',
    severity: 'note',
    title: 'A negative count does not mean 0',
    rfc: 'RFC 7644, section 3.4.2.4',
    entra: 'Entra does not send it.',
    mend: 'Read a negative count as 0.',
  },
  'paging-count-large': {
    theme: 'paging',
    severity: 'warning',
    title: 'A large count is refused',
    rfc: 'RFC 7644, section 3.4.2.4',
    entra: 'Entra asks for small pages; other clients ask for all at once.',
    mend: 'Return as many as you give at once; a page may be smaller than count.',
  },
} as const satisfies Record<string, FindingEntry>;

export const BULK_FINDINGS = {
  'bulk-missing': {
    theme: 'bulk',
    severity: 'note',
    title: 'There is no /Bulk',
    rfc: 'RFC 7644, section 3.7 (optional)',
    entra: 'Entra does not use it; Microsoft recommends it for the gallery.',
    mend: 'Nothing is needed. /ServiceProviderConfig should say bulk.supported false.',
  },
  'bulk-claimed': {
    theme: 'bulk',
    severity: 'warning',
    title: '/ServiceProviderConfig says bulk, and /Bulk does not work',
    rfc: 'RFC 7644, section 3.7; RFC 7643, section 5',
    entra: 'Entra does not use it; clients that believe the document fail.',
    mend: 'Say bulk.supported false, or mend /Bulk.',
  },
  'bulk-operation-failed': {
    theme: 'bulk',
    severity: 'warning',
    title: 'An operation of a bulk request does not say that it succeeded',
    rfc: 'RFC 7644, section 3.7.3',
    entra: 'Entra does not use it; clients that do must take it for failed.',
    mend: 'Return one operation for each, with "status" as a text such as "201".',
  },
} as const satisfies Record<string, FindingEntry>;

export const ETAG_FINDINGS = {
  'etag-claimed': {
    theme: 'etag',
    severity: 'warning',
    title: '/ServiceProviderConfig says etag, and accounts have none',
    rfc: 'RFC 7644, section 3.14; RFC 7643, section 5',
    entra: 'Entra does not use ETags.',
    mend: 'Say etag.supported false, or set the ETag header and meta.version.',
  },
  'etag-if-none-match': {
    theme: 'etag',
    severity: 'note',
    title: 'If-None-Match with the same version is not answered 304',
    rfc: 'RFC 7644, section 3.14',
    entra: 'Entra does not use ETags.',
    mend: 'Compare the header with the version, and answer 304.',
  },
  'etag-stale-accepted': {
    theme: 'etag',
    severity: 'warning',
    title: 'A change of an older version is carried out',
    rfc: 'RFC 7644, section 3.14',
    entra: 'Entra does not use ETags; a client that relies on them overwrites what somebody else wrote meanwhile.',
    mend: 'Compare If-Match with the present version, and answer 412 where it differs.',
  },
} as const satisfies Record<string, FindingEntry>;
