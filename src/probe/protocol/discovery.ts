// Discovery and access: what answers without an account being made (RFC 7644 sections 2 and 4).
import { type Check, observed, statusCheck } from '../check.ts';
import { answerName, listed, numberIn, objectOf, succeeded } from '../exchange.ts';
import type { FindingId } from '../finding-table.ts';

function discoveryCheck(name: string, id: string, finding: FindingId): Check {
  return {
    id,
    theme: 'discovery',
    row: `GET ${name}`,
    title: `GET /${name}`,
    writes: false,
    async run(stage) {
      const exchange = await stage.get(`/${name}`);
      const answered = answerName(exchange);
      if (!succeeded(exchange)) return observed(answered, { finding, because: `expected 200, came ${answered}` });
      if (name === 'ServiceProviderConfig') stage.provider = objectOf(exchange.json);
      else if (listed(exchange) === undefined)
        return observed(answered, { finding: 'discovery-no-list', because: `/${name} is no ListResponse` });
      return observed(answered);
    },
  };
}

export const DISCOVERY_CHECKS: readonly Check[] = [
  {
    id: 'discovery.no-match',
    theme: 'discovery',
    row: null,
    title: 'a filter that matches nobody',
    writes: false,
    async run(stage) {
      const exchange = await stage.find('Users', `userName eq "${stage.address('nobody')}"`);
      const answered = answerName(exchange);
      const list = listed(exchange);
      if (!succeeded(exchange) || list === undefined)
        return observed(answered, {
          finding: 'no-match-refused',
          because: `expected 200 with an empty ListResponse, came ${answered}${succeeded(exchange) ? ' without one' : ''}`,
        });
      const total = numberIn(exchange, 'totalResults') ?? list.length;
      const outcome = `${answered} n=${total}`;
      const found = Math.max(total, list.length);
      return observed(
        outcome,
        found > 0 && {
          finding: 'filter-ignored',
          because: `a userName that nobody has was asked for, and ${found} came`,
        },
      );
    },
  },
  {
    id: 'discovery.no-token',
    theme: 'discovery',
    row: 'no token',
    title: 'a request without credentials',
    writes: false,
    async run(stage) {
      const query = { startIndex: '1', count: '1' };
      const exchange = await stage.send({ method: 'GET', path: '/Users', query, anonymous: true });
      const answered = answerName(exchange);
      if (succeeded(exchange)) {
        const came = `came ${answered}${listed(exchange)?.length === 0 ? '' : ' with accounts'}`;
        return observed(
          answered,
          stage.session.mayBeOpen
            ? {
                finding: 'access-open-here',
                because: `no token was given to this run, and none was asked for: ${came}`,
              }
            : { finding: 'access-open', because: `expected 401, ${came}` },
        );
      }
      return observed(
        answered,
        exchange.status !== 401 && { finding: 'access-status', because: `expected 401, came ${answered}` },
      );
    },
  },
  discoveryCheck('ServiceProviderConfig', 'discovery.service-provider-config', 'no-service-provider-config'),
  discoveryCheck('ResourceTypes', 'discovery.resource-types', 'no-resource-types'),
  discoveryCheck('Schemas', 'discovery.schemas', 'no-schemas'),
  statusCheck(
    {
      id: 'discovery.unknown-id',
      theme: 'discovery',
      row: 'GET unknown id',
      title: 'GET of an account that does not exist',
      writes: false,
    },
    (stage) => stage.get(`/Users/${stage.unknownId()}`),
    404,
    'unknown-id-not-404',
  ),
  statusCheck(
    {
      id: 'discovery.unknown-endpoint',
      theme: 'discovery',
      row: 'GET /Nope',
      title: 'GET of an endpoint that does not exist',
      writes: false,
    },
    (stage) => stage.get('/Nope'),
    404,
    'unknown-endpoint-not-404',
  ),
  {
    id: 'discovery.me',
    theme: 'discovery',
    row: 'GET /Me',
    title: 'GET /Me',
    writes: false,
    async run(stage) {
      return observed(answerName(await stage.get('/Me')));
    },
  },
];
