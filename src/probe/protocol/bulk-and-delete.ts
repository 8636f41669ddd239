// Bulk (RFC 7644 section 3.7), and the end of an account (section 3.6). They come last: what they take away is not needed any
// more.
import { type Check, observed, statusCheck } from '../check.ts';
import { answerName, listed, objectOf, succeeded } from '../exchange.ts';
import { pathOf, userBody } from '../stage.ts';

/** The status of the first operation of a bulk answer: "201", 201 and {"code": "201"} are all seen. */
function statusOfOperation(json: unknown): string {
  const operations = objectOf(json)?.['Operations'];
  const status = Array.isArray(operations) ? objectOf(operations[0])?.['status'] : undefined;
  const code = objectOf(status)?.['code'] ?? status;
  return typeof code === 'string' || typeof code === 'number' ? String(code) : '';
}

export const BULK_CHECKS: readonly Check[] = [
  {
    id: 'bulk.create',
    theme: 'bulk',
    row: 'Bulk',
    title: 'POST /Bulk with one creation',
    writes: true,
    async run(stage) {
      const isClaimed = objectOf(stage.provider?.['bulk'])?.['supported'] === true;
      const body = {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
        Operations: [{ method: 'POST', path: '/Users', bulkId: 'one', data: userBody(stage.newName()) }],
      };
      const exchange = await stage.send({ method: 'POST', path: '/Bulk', body });
      const answered = answerName(exchange);
      if (!succeeded(exchange))
        return observed(answered, {
          finding: isClaimed ? 'bulk-claimed' : 'bulk-missing',
          because: `expected 200, came ${answered}`,
        });
      const status = statusOfOperation(exchange.json);
      return observed(
        answered,
        status !== '201' && {
          finding: 'bulk-operation-failed',
          because: `the operation's status is ${status === '' ? 'missing' : status}, expected "201"`,
        },
      );
    },
  },
];

export const DELETE_CHECKS: readonly Check[] = [
  {
    id: 'delete.account',
    theme: 'delete',
    row: 'DELETE',
    title: 'DELETE of an account',
    writes: true,
    async run(stage) {
      const exchange = await stage.send({ method: 'DELETE', path: pathOf('Users', stage.person(0)) });
      const answered = answerName(exchange);
      if (!succeeded(exchange))
        return observed(answered, { finding: 'delete-refused', because: `expected 204, came ${answered}` });
      return observed(
        answered,
        exchange.status !== 204 && { finding: 'delete-not-204', because: `expected 204, came ${answered}` },
      );
    },
  },
  statusCheck(
    { id: 'delete.again', theme: 'delete', row: 'DELETE again', title: 'DELETE of what is gone', writes: true },
    (stage) => {
      const id = stage.session.own.invented(stage.person(0).id);
      return stage.send({ method: 'DELETE', path: pathOf('Users', { id }) });
    },
    404,
    'delete-again-not-404',
  ),
  statusCheck(
    { id: 'delete.read', theme: 'delete', row: 'GET deleted', title: 'GET of what is gone', writes: true },
    (stage) => stage.get(pathOf('Users', stage.person(0))),
    404,
    'deleted-still-there',
  ),
  {
    id: 'delete.find',
    theme: 'delete',
    row: null,
    title: 'a filter for what is gone',
    writes: true,
    async run(stage) {
      const exchange = await stage.find('Users', `userName eq ${JSON.stringify(stage.person(0).userName)}`);
      const found = (listed(exchange) ?? []).filter(({ id }) => id === stage.person(0).id).length;
      return observed(
        `${answerName(exchange)} n=${found}`,
        found > 0 && { finding: 'deleted-still-there', because: 'the filter still finds it' },
      );
    },
  },
  statusCheck(
    {
      id: 'delete.create-again',
      theme: 'delete',
      row: 're-create same userName',
      title: 'the userName of a deleted account, once more',
      writes: true,
    },
    (stage) => stage.send({ method: 'POST', path: '/Users', body: userBody(stage.person(0).userName) }),
    'success',
    'name-stays-taken',
  ),
];
