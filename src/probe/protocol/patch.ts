// Changing attributes with PATCH, in the forms that clients write them (RFC 7644 section 3.5.2), and with PUT.
import { type Check, observed } from '../check.ts';
import { answerName, objectOf, succeeded } from '../exchange.ts';
import { ENTERPRISE_SCHEMA, PATCH_SCHEMA, pathOf, type Resource } from '../stage.ts';
import { enterprise, type PatchCase, patchCheck, refusedCheck } from './patch-check.ts';

function department(account: Resource): unknown {
  return enterprise(account, 'department', ENTERPRISE_SCHEMA);
}

/** The manager's id; a manager that is shown as a text is none. */
function manager(account: Resource): unknown {
  const shown = enterprise(account, 'manager', ENTERPRISE_SCHEMA);
  return objectOf(shown)?.['value'];
}

const CASES: readonly PatchCase[] = [
  {
    id: 'patch.replace',
    theme: 'patch',
    row: 'PATCH replace, path',
    operations: () => [{ op: 'replace', path: 'displayName', value: 'Probe One' }],
    applied: ({ displayName }) => displayName === 'Probe One',
    refused: 'patch-replace',
    ignored: 'patch-ignored',
  },
  {
    id: 'patch.capital-replace',
    theme: 'patch',
    row: 'PATCH "Replace"',
    operations: () => [{ op: 'Replace', path: 'displayName', value: 'Probe Two' }],
    applied: ({ displayName }) => displayName === 'Probe Two',
    refused: 'patch-capital-op',
    ignored: 'patch-ignored',
  },
  {
    id: 'patch.no-path',
    theme: 'patch',
    row: 'no path, core attrs',
    operations: () => [{ op: 'replace', value: { displayName: 'Probe Three', title: 'Chief Prober' } }],
    applied: ({ displayName, title }) => displayName === 'Probe Three' && title === 'Chief Prober',
    refused: 'patch-no-path',
    ignored: 'patch-ignored',
  },
  {
    id: 'patch.dotted-key',
    theme: 'patch',
    row: 'no path, "name.givenName" key',
    operations: () => [{ op: 'replace', value: { 'name.givenName': 'Dotted' } }],
    applied: ({ name }) => objectOf(name)?.['givenName'] === 'Dotted',
    refused: 'patch-dotted-key',
    ignored: 'patch-ignored',
  },
  {
    id: 'patch.urn-key',
    theme: 'patch',
    row: 'no path, "urn..:department" key',
    operations: () => [{ op: 'replace', value: { [`${ENTERPRISE_SCHEMA}:department`]: 'By key' } }],
    applied: (account) => department(account) === 'By key',
    refused: 'patch-urn-key',
    ignored: 'patch-ignored',
  },
  {
    id: 'patch.urn-object',
    theme: 'patch',
    row: 'no path, urn object',
    operations: () => [{ op: 'replace', value: { [ENTERPRISE_SCHEMA]: { department: 'By object' } } }],
    applied: (account) => department(account) === 'By object',
    kept: (account) => enterprise(account, 'employeeNumber', ENTERPRISE_SCHEMA),
    refused: 'patch-urn-object',
    ignored: 'patch-ignored',
  },
  {
    id: 'patch.urn-path',
    theme: 'patch',
    row: 'path urn..:department',
    operations: () => [{ op: 'replace', path: `${ENTERPRISE_SCHEMA}:department`, value: 'By path' }],
    applied: (account) => department(account) === 'By path',
    refused: 'patch-urn-path',
    ignored: 'patch-ignored',
  },
  {
    id: 'patch.manager-text',
    theme: 'patch',
    row: 'manager = string',
    operations: (stage) => [{ op: 'replace', path: `${ENTERPRISE_SCHEMA}:manager`, value: stage.person(1).id }],
    applied: (account, stage) => manager(account) === stage.person(1).id,
    refused: 'patch-manager-text',
    ignored: 'patch-ignored',
  },
  {
    id: 'patch.manager-object',
    theme: 'patch',
    row: 'manager = {value}',
    operations: (stage) => [
      { op: 'replace', path: `${ENTERPRISE_SCHEMA}:manager`, value: { value: stage.person(2).id } },
    ],
    applied: (account, stage) => manager(account) === stage.person(2).id,
    refused: 'patch-manager-object',
    ignored: 'patch-ignored',
  },
  {
    id: 'patch.manager-as-entra',
    theme: 'patch',
    row: null,
    title: '"Add" manager with a list of one, without the name of the extension',
    operations: (stage) => [{ op: 'Add', path: 'manager', value: [{ $ref: null, value: stage.person(1).id }] }],
    applied: (account, stage) => manager(account) === stage.person(1).id,
    refused: 'patch-manager-as-entra',
    ignored: 'patch-manager-as-entra',
  },
];

const REMOVALS: readonly PatchCase[] = [
  {
    id: 'patch.remove',
    theme: 'patch',
    row: 'remove an attribute',
    operations: () => [{ op: 'remove', path: 'title' }],
    applied: ({ title }) => title === undefined || title === null || title === '',
    refused: 'patch-remove',
    ignored: 'patch-ignored',
  },
  {
    id: 'patch.remove-absent',
    theme: 'patch',
    row: 'remove an absent attribute',
    operations: () => [{ op: 'remove', path: 'nickName' }],
    applied: () => true,
    refused: 'patch-remove-absent',
    ignored: null,
  },
];

const PUT: Check = {
  id: 'patch.put',
  theme: 'patch',
  row: 'PUT',
  title: 'PUT of the whole account',
  writes: true,
  async run(stage) {
    const path = pathOf('Users', stage.person(1));
    const { id: _id, meta: _meta, groups: _groups, ...account } = objectOf((await stage.get(path)).json) ?? {};
    const exchange = await stage.send({ method: 'PUT', path, body: { ...account, displayName: 'Probe Put' } });
    const answered = answerName(exchange);
    if (!succeeded(exchange))
      return observed(answered, { finding: 'put-refused', because: `expected 200, came ${answered}` });
    const kept = objectOf((await stage.get(path)).json)?.['displayName'] === 'Probe Put';
    return observed(
      kept ? answered : `${answered} †`,
      !kept && {
        finding: 'patch-ignored',
        because: `PUT answered ${answered}, and displayName is as before`,
        exchange,
      },
    );
  },
};

/** PATCH requests that are to be refused. */
const REFUSED: readonly Check[] = [
  refusedCheck(
    'patch',
    'patch.taken-user-name',
    'userName to a taken one',
    (stage) => {
      const operations = [{ op: 'replace', path: 'userName', value: stage.person(2).userName }];
      return stage.patch(pathOf('Users', stage.person(3)), operations);
    },
    409,
    { accepted: 'rename-to-taken', other: 'rename-not-409' },
  ),
  {
    id: 'errors.unknown-path',
    theme: 'errors',
    row: 'unknown path',
    title: 'PATCH of an attribute that no schema has',
    writes: true,
    async run(stage) {
      const operations = [{ op: 'replace', path: 'probeUnknown', value: 'x' }];
      const exchange = await stage.patch(pathOf('Users', stage.person(1)), operations);
      const answered = answerName(exchange);
      // Whatever was kept of it is no attribute of an account.
      return observed(
        succeeded(exchange) ? `${answered} †` : answered,
        succeeded(exchange) && { finding: 'patch-unknown-path', because: `expected 400, came ${answered}` },
      );
    },
  },
  refusedCheck(
    'errors',
    'errors.remove-without-path',
    'remove without path',
    (stage) => stage.patch(pathOf('Users', stage.person(1)), [{ op: 'remove' }]),
    400,
    { accepted: 'patch-remove-without-path', other: null },
  ),
  refusedCheck(
    'errors',
    'errors.no-operations',
    'Operations: []',
    (stage) => stage.patch(pathOf('Users', stage.person(1)), []),
    400,
    { accepted: null, other: null },
  ),
  refusedCheck(
    'errors',
    'errors.patch-without-schemas',
    'PATCH without schemas',
    (stage) =>
      stage.send({
        method: 'PATCH',
        path: pathOf('Users', stage.person(1)),
        body: { Operations: [{ op: 'replace', path: 'displayName', value: 'Probe Bare' }] },
      }),
    400,
    { accepted: 'patch-without-schemas', other: null },
  ),
  refusedCheck(
    'errors',
    'errors.patch-unknown-id',
    'PATCH unknown id',
    (stage) =>
      stage.send({
        method: 'PATCH',
        path: `/Users/${stage.unknownId()}`,
        body: { schemas: [PATCH_SCHEMA], Operations: [{ op: 'replace', path: 'displayName', value: 'x' }] },
      }),
    404,
    { accepted: 'unknown-id-not-404', other: 'unknown-id-not-404' },
  ),
];

export const PATCH_CHECKS: readonly Check[] = [...CASES, ...REMOVALS].map(patchCheck);
export const PUT_CHECKS: readonly Check[] = [PUT];
export const REFUSED_PATCH_CHECKS: readonly Check[] = REFUSED;
