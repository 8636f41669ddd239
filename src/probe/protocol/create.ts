// Creating accounts: what has to be accepted, what has to be refused (RFC 7644 section 3.3), and what is kept of it.
import { type Check, observed, statusCheck, type Verdict } from '../check.ts';
import { answerName, objectOf, type ProbeExchange, scimTypeOf, succeeded } from '../exchange.ts';
import type { FindingId } from '../finding-table.ts';
import { ENTERPRISE_SCHEMA, pathOf, type Resource, type Stage, USER_SCHEMA, userBody } from '../stage.ts';

const DEPARTMENT = 'Probes';

/** A first account with everything that mappings usually send. */
function fullAccount(email: string): Resource {
  return {
    schemas: [USER_SCHEMA, ENTERPRISE_SCHEMA],
    title: 'Prober',
    emails: [
      { type: 'work', value: email, primary: true },
      { type: 'home', value: `home-${email}` },
    ],
    [ENTERPRISE_SCHEMA]: { department: DEPARTMENT, employeeNumber: '4711' },
  };
}

function createdFaults(exchange: ProbeExchange): Verdict[] {
  const answered = answerName(exchange);
  if (!succeeded(exchange)) return [{ finding: 'create-refused', because: `expected 201, came ${answered}`, exchange }];
  const id = objectOf(exchange.json)?.['id'];
  const faults: Verdict[] = [];
  if (typeof id !== 'string' || id === '')
    faults.push({ finding: 'create-without-id', because: 'the answer holds no id', exchange });
  if (exchange.status !== 201)
    faults.push({ finding: 'create-not-201', because: `expected 201, came ${answered}`, exchange });
  const type = exchange.headers['content-type'] ?? 'none';
  if (exchange.text !== '' && !/^application\/(scim\+)?json\b/i.test(type))
    faults.push({ finding: 'answer-media-type', because: `the Content-Type is ${type.slice(0, 80)}`, exchange });
  if (exchange.headers['location'] === undefined)
    faults.push({ finding: 'create-without-location', because: 'the answer has no Location', exchange });
  return faults;
}

/** Names of attributes that were sent and are not there when the account is read. */
function lost(account: Resource | undefined): string[] {
  const name = objectOf(account?.['name']);
  const enterprise = objectOf(account?.[ENTERPRISE_SCHEMA]);
  const emails = account?.['emails'];
  const present: Readonly<Record<string, boolean>> = {
    externalId: typeof account?.['externalId'] === 'string',
    active: account?.['active'] === true,
    displayName: account?.['displayName'] === 'Probe Account',
    title: account?.['title'] === 'Prober',
    'name.givenName': name?.['givenName'] === 'Probe',
    'name.familyName': name?.['familyName'] === 'Account',
    'emails (work and home)': Array.isArray(emails) && emails.length >= 2,
    'department (enterprise extension)': enterprise?.['department'] === DEPARTMENT,
  };
  return Object.entries(present).flatMap(([attribute, isThere]) => (isThere ? [] : [attribute]));
}

/** A creation that must be refused with 409, or another status. */
function refusalCheck(
  id: string,
  row: string,
  body: (stage: Stage) => Resource,
  accepted: FindingId | null,
  refused: FindingId | null,
  expected = 409,
): Check {
  return {
    id,
    theme: 'create',
    row,
    title: row,
    writes: true,
    async run(stage) {
      const exchange = await stage.send({ method: 'POST', path: '/Users', body: body(stage) });
      const answered = answerName(exchange);
      if (succeeded(exchange))
        return observed(
          answered,
          accepted !== null && { finding: accepted, because: `expected ${expected}, came ${answered}` },
        );
      if (exchange.status !== expected)
        return observed(
          answered,
          refused !== null && { finding: refused, because: `expected ${expected}, came ${answered}` },
        );
      return observed(
        answered,
        expected === 409 &&
          scimTypeOf(exchange) !== 'uniqueness' && {
            finding: 'duplicate-without-uniqueness',
            because: `the 409 has ${scimTypeOf(exchange) === '' ? 'no scimType' : `scimType ${scimTypeOf(exchange)}`}`,
          },
      );
    },
  };
}

/** A creation that should be accepted. */
function acceptanceCheck(
  id: string,
  row: string | null,
  title: string,
  finding: FindingId,
  request: (stage: Stage) => { readonly body: Resource; readonly contentType?: string },
): Check {
  return statusCheck(
    { id, theme: 'create', row, title, writes: true },
    (stage) => stage.send({ method: 'POST', path: '/Users', ...request(stage) }),
    'success',
    finding,
  );
}

export const CREATE_CHECKS: readonly Check[] = [
  {
    id: 'create.account',
    theme: 'create',
    row: 'create (core+enterprise, 2 emails)',
    title: 'an account with core and enterprise attributes and two e-mail addresses',
    writes: true,
    async run(stage) {
      const exchange = await stage.createPerson(fullAccount);
      const verdicts = createdFaults(exchange);
      const [person] = stage.people;
      if (person !== undefined) {
        const read = await stage.get(pathOf('Users', person));
        const missing = lost(objectOf(read.json));
        if (!succeeded(read))
          verdicts.push({ finding: 'created-not-readable', because: `expected 200, came ${answerName(read)}` });
        else if (missing.length > 0)
          verdicts.push({
            finding: 'create-loses-attributes',
            because: `accepted, and not there when read: ${missing.join(', ')}`,
          });
      }
      return { outcome: answerName(exchange), verdicts };
    },
  },
  refusalCheck(
    'create.duplicate',
    'duplicate userName',
    (stage) => userBody(stage.person(0).userName, fullAccount(stage.person(0).userName)),
    'duplicate-accepted',
    'duplicate-not-409',
  ),
  refusalCheck(
    'create.duplicate-other-case',
    'duplicate userName, other case',
    (stage) => {
      const { userName } = stage.person(0);
      return userBody(userName.toUpperCase(), { ...fullAccount(userName), externalId: `${stage.prefix}case` });
    },
    'duplicate-other-case-accepted',
    'duplicate-not-409',
  ),
  refusalCheck(
    'create.without-user-name',
    'create without userName',
    (stage) => {
      const { userName: _userName, ...rest } = userBody(stage.newName());
      return rest;
    },
    'required-not-checked',
    null,
    400,
  ),
  acceptanceCheck(
    'create.unknown-attribute',
    'create with an unknown attribute',
    'an account with an attribute that no schema has',
    'unknown-attribute-refused',
    (stage) => ({ body: userBody(stage.newName(), { probeUnknown: 'x' }) }),
  ),
  acceptanceCheck(
    'create.application-json',
    'create with application/json',
    'an account sent as application/json',
    'application-json-refused',
    (stage) => ({ body: userBody(stage.newName()), contentType: 'application/json' }),
  ),
  acceptanceCheck(
    'create.active-text',
    'create active:"True"',
    'an account whose active is the text "True"',
    'create-active-text-refused',
    (stage) => ({ body: userBody(stage.newName(), { active: 'True' }) }),
  ),
  acceptanceCheck(
    'create.as-entra',
    null,
    'an account with meta.resourceType and an empty list of roles, as Entra sends it',
    'create-as-entra-refused',
    (stage) => ({ body: userBody(stage.newName(), { meta: { resourceType: 'User' }, roles: [] }) }),
  ),
  {
    id: 'create.three-more',
    theme: 'create',
    row: null,
    title: 'three more accounts, one of them without an e-mail address',
    writes: true,
    async run(stage) {
      const exchanges = [await stage.createPerson(), await stage.createPerson()];
      const bare = await stage.createPerson(() => ({ emails: undefined }));
      // Later checks need as many accounts, with or without.
      if (!succeeded(bare)) exchanges.push(await stage.createPerson());
      const failed = exchanges.find((exchange) => !succeeded(exchange));
      const verdicts: Verdict[] = [];
      if (failed !== undefined)
        verdicts.push({
          finding: 'create-refused',
          because: `expected 201, came ${answerName(failed)}`,
          exchange: failed,
        });
      else if (!succeeded(bare))
        verdicts.push({ finding: 'email-required', because: `expected 201, came ${answerName(bare)}`, exchange: bare });
      return { outcome: [...exchanges, bare].map(answerName).join(','), verdicts };
    },
  },
];
