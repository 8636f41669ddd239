// Findings about discovery, access, and the creation of accounts.
import type { FindingEntry } from '../finding.ts';

const NO_DISCOVERY =
  'Entra does not need it for a custom application; for the gallery Microsoft requires /Schemas, /ResourceTypes and /ServiceProviderConfig.';

export const DISCOVERY_FINDINGS = {
  'no-match-refused': {
    theme: 'discovery',
    severity: 'error',
    title: 'A filter that matches nobody is not answered with an empty list',
    rfc: 'RFC 7644, section 3.4.2',
    entra:
      'Test connection sends exactly this with a random value and fails; in a cycle the job goes into quarantine (SystemForCrossDomainIdentityManagementServiceIncompatible).',
    mend: 'Answer 200 with a ListResponse: totalResults 0, Resources [], startIndex 1. Keep 404 for ids.',
  },
  'filter-ignored': {
    theme: 'matching',
    severity: 'error',
    title: 'A filter is ignored: accounts come that it does not describe',
    rfc: 'RFC 7644, section 3.4.2.2',
    entra:
      'With one account in the answer Entra takes it for the match and overwrites somebody else; with several it reports DuplicateTargetEntries for everybody.',
    mend: 'Evaluate the filter, or refuse it with 400 invalidFilter. Never answer as if there were none.',
  },
  'access-open': {
    theme: 'discovery',
    severity: 'error',
    title: 'Accounts are shown to whoever asks, without credentials',
    rfc: 'RFC 7644, section 2',
    entra: 'Entra does not notice: it always sends a token.',
    mend: 'Answer 401 with WWW-Authenticate to every request without a valid token, lists included.',
  },
  'access-open-here': {
    theme: 'discovery',
    severity: 'note',
    title: 'Nobody is asked for credentials, on this machine',
    rfc: 'RFC 7644, section 2',
    entra: 'Entra always sends a token, and does not notice when nobody looks at it.',
    mend: 'Nothing while you develop. Before others can reach it, answer 401 with WWW-Authenticate to every request without a valid token; a run with a token, or on another host, takes this for an error.',
  },
  'access-status': {
    theme: 'discovery',
    severity: 'warning',
    title: 'A request without credentials is refused with another status than 401',
    rfc: 'RFC 7644, section 2; RFC 6750, section 3.1',
    entra:
      'Only 401 tells Entra that the secret token is wrong (InvalidCredentials); with anything else the administrator reads of a fault of the service.',
    mend: 'Answer 401 where the token is missing, unknown or expired, and 403 only where it is valid and not enough.',
  },
  'no-service-provider-config': {
    theme: 'discovery',
    severity: 'warning',
    title: 'There is no /ServiceProviderConfig',
    rfc: 'RFC 7644, section 4',
    entra: NO_DISCOVERY,
    mend: 'Serve the document that says whether patch, bulk, filter, sort and etag are supported (RFC 7643, section 5).',
  },
  'no-resource-types': {
    theme: 'discovery',
    severity: 'warning',
    title: 'There is no /ResourceTypes',
    rfc: 'RFC 7644, section 4',
    entra: NO_DISCOVERY,
    mend: 'Serve a ListResponse with User and Group, their endpoints, schemas and extensions (RFC 7643, section 6).',
  },
  'no-schemas': {
    theme: 'discovery',
    severity: 'warning',
    title: 'There is no /Schemas',
    rfc: 'RFC 7644, section 4',
    entra: `${NO_DISCOVERY} Without it a gallery application has no attributes of its own to map.`,
    mend: 'Serve a ListResponse with a Schema resource for User, Group and each extension (RFC 7643, section 7).',
  },
  'discovery-no-list': {
    theme: 'discovery',
    severity: 'warning',
    title: 'A discovery endpoint does not answer with a ListResponse',
    rfc: 'RFC 7644, sections 3.4.2 and 4',
    entra: 'Entra reads schemas only from a ListResponse with Resources, and finds no attributes otherwise.',
    mend: 'Wrap the resources: schemas, totalResults, Resources.',
  },
  'unknown-id-not-404': {
    theme: 'discovery',
    severity: 'error',
    title: 'An id that does not exist is not answered 404',
    rfc: 'RFC 7644, section 3.12',
    entra:
      'A linked account that was deleted is recognised by 404 (InvalidAnchor). With another answer Entra retries for 28 days, and creates nobody anew.',
    mend: 'Answer 404 to GET, PATCH, PUT and DELETE of an id that you do not know, whatever its form.',
  },
  'unknown-endpoint-not-404': {
    theme: 'discovery',
    severity: 'note',
    title: 'An endpoint that does not exist is not answered 404',
    rfc: 'RFC 7644, section 3.12',
    entra: 'Entra does not ask for it; a mistyped tenant URL is harder to find.',
    mend: 'Answer 404 to paths that you do not serve.',
  },
} as const satisfies Record<string, FindingEntry>;

export const CREATE_FINDINGS = {
  'create-refused': {
    theme: 'create',
    severity: 'error',
    title: 'An ordinary account is not created',
    rfc: 'RFC 7644, section 3.3',
    entra: 'Every new person fails, is put into escrow and retried; above 40 % the job goes into quarantine.',
    mend: 'Accept core and enterprise attributes. Ignore attributes that you do not keep, rather than refuse the account.',
  },
  'create-without-id': {
    theme: 'create',
    severity: 'error',
    title: 'The answer to a creation holds no id',
    rfc: 'RFC 7644, section 3.3; RFC 7643, section 3.1',
    entra:
      'Entra has nothing to link: the account is created, the log says failure, and the next try meets it as a duplicate.',
    mend: 'Answer with the whole account as it was created, its id included.',
  },
  'create-not-201': {
    theme: 'create',
    severity: 'warning',
    title: 'A creation is answered with another status than 201',
    rfc: 'RFC 7644, section 3.3',
    entra: 'Entra accepts 200 and 201; other clients take anything but 201 for a failure.',
    mend: 'Answer 201 Created.',
  },
  'answer-media-type': {
    theme: 'create',
    severity: 'warning',
    title: 'An answer is of another type than application/scim+json',
    rfc: 'RFC 7644, sections 3.1 and 8.1',
    entra:
      'What Entra does with it is not documented; a client may take the answer for a web page and read nothing of it.',
    mend: 'Send Content-Type: application/scim+json with every body; application/json is understood as well.',
  },
  'create-without-location': {
    theme: 'create',
    severity: 'note',
    title: 'The answer to a creation has no Location',
    rfc: 'RFC 7644, section 3.3',
    entra: 'Entra builds addresses from the id and does not read it.',
    mend: 'Set Location to the address of the account, the same as meta.location.',
  },
  'created-not-readable': {
    theme: 'create',
    severity: 'error',
    title: 'An account that was just created cannot be read by its id',
    rfc: 'RFC 7644, section 3.4.1',
    entra:
      'Entra reads the account before each change. Answered 404, it takes the account for deleted and creates it again.',
    mend: 'Serve GET /Users/{id} at once after the answer of the creation; read from the same place as you write to.',
  },
  'create-loses-attributes': {
    theme: 'create',
    severity: 'warning',
    title: 'Attributes of a new account are accepted and not kept',
    rfc: 'RFC 7644, section 3.3',
    entra: 'The log says success with these values. Entra sends them again only when they change in the directory.',
    mend: 'Keep and return these attributes, or leave them out of /Schemas so that nobody maps them.',
  },
  'duplicate-accepted': {
    theme: 'create',
    severity: 'error',
    title: 'Two accounts may have the same userName',
    rfc: 'RFC 7643, section 4.1.1; RFC 7644, section 3.3',
    entra:
      'After an answer that was lost Entra creates the person again. From then on the match finds two, and the person fails with DuplicateTargetEntries.',
    mend: 'Make userName unique in the data base and answer 409 with scimType uniqueness.',
  },
  'duplicate-not-409': {
    theme: 'create',
    severity: 'warning',
    title: 'A duplicate is refused with another status than 409',
    rfc: 'RFC 7644, sections 3.3 and 3.12',
    entra: 'Entra shows EntryConflict only for 409; with another status nobody sees that the account is there already.',
    mend: 'Answer 409 with scimType uniqueness.',
  },
  'duplicate-without-uniqueness': {
    theme: 'create',
    severity: 'note',
    title: 'The 409 for a duplicate does not say uniqueness',
    rfc: 'RFC 7644, section 3.12',
    entra: 'Entra goes by the status.',
    mend: 'Add "scimType": "uniqueness" to the body.',
  },
  'duplicate-other-case-accepted': {
    theme: 'create',
    severity: 'warning',
    title: 'Two accounts may have the same userName in another case',
    rfc: 'RFC 7643, section 4.1.1 (caseExact false)',
    entra:
      'When somebody types a name differently a second account comes about, and matching then finds both or the wrong one.',
    mend: 'Compare userName without case, in the unique index as well as in filters.',
  },
  'required-not-checked': {
    theme: 'create',
    severity: 'warning',
    title: 'An account without userName is created',
    rfc: 'RFC 7643, section 4.1.1 (required)',
    entra: 'A mapping that yields nothing for somebody creates an account that no match ever finds again.',
    mend: 'Answer 400 with scimType invalidValue.',
  },
  'email-required': {
    theme: 'create',
    severity: 'warning',
    title: 'An account without an e-mail address is not created',
    rfc: 'RFC 7643, section 4.1.2 (optional)',
    entra:
      'People without a mailbox fail, and are retried for 28 days; accounts of services and guests often have none.',
    mend: 'Accept accounts without e-mail addresses, or say in your guide that mail has to be mapped to something that everybody has.',
  },
  'unknown-attribute-refused': {
    theme: 'create',
    severity: 'note',
    title: 'An account with an unknown attribute is refused',
    rfc: null,
    entra: 'Each mapped attribute that you do not know fails the whole person (SchemaAttributeNotFound or a 400).',
    mend: 'Ignore what you do not know, or describe all you know in /Schemas.',
  },
  'application-json-refused': {
    theme: 'create',
    severity: 'note',
    title: 'A body of type application/json is refused',
    rfc: 'RFC 7644, section 3.1',
    entra: 'Entra sends application/scim+json; other clients send application/json.',
    mend: 'Accept both, as the RFC recommends.',
  },
  'create-active-text-refused': {
    theme: 'create',
    severity: 'note',
    title: 'active as the text "True" is refused at creation',
    rfc: null,
    entra: 'Entra sends a boolean here; a mapping of active to a text sends a text.',
    mend: 'Nothing for Entra. To be lenient, read "True" and "False" as booleans; never keep them as texts.',
  },
  'create-as-entra-refused': {
    theme: 'create',
    severity: 'error',
    title: 'An account in the form that Entra creates it is refused',
    rfc: 'RFC 7643, section 3.1 (meta is ignored when a client sends it)',
    entra: 'Entra sends meta.resourceType and an empty list of roles with every account: nobody is created.',
    mend: 'Ignore meta in requests, and accept an empty list for a multi-valued attribute.',
  },
} as const satisfies Record<string, FindingEntry>;
