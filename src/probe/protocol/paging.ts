// Pages (RFC 7644 section 3.4.2.4): whether all accounts can be read, each once. Three of the probe's own are there, so that
// there is more than one page in an empty endpoint as well.
import { type Check, observed, Unmet, type Verdict } from '../check.ts';
import { answerName, listed, numberIn, objectOf, type ProbeExchange, succeeded } from '../exchange.ts';
import type { Stage } from '../stage.ts';

/** From here on nobody is asked for all accounts at once. */
const MANY = 2000;

function page(stage: Stage, startIndex: string | null, count: string): Promise<ProbeExchange> {
  return stage.get('/Users', startIndex === null ? { count } : { startIndex, count });
}

/** `200 t44 s1 i2 n2`: status, totalResults, startIndex, itemsPerPage, and the number of resources. */
function described(exchange: ProbeExchange): string {
  const answered = answerName(exchange);
  if (!succeeded(exchange)) return answered;
  const isListed = Array.isArray(objectOf(exchange.json)?.['Resources']);
  const of = (name: string) => String(numberIn(exchange, name) ?? '-');
  const came = isListed ? String(listed(exchange)?.length ?? 0) : '–';
  return `${answered} t${of('totalResults')} s${of('startIndex')} i${of('itemsPerPage')} n${came}`;
}

function idsOf(exchange: ProbeExchange): unknown[] {
  return (listed(exchange) ?? []).map(({ id }) => id);
}

function pagingCheck(
  id: string,
  startIndex: string | null,
  count: string,
  judge: (exchange: ProbeExchange, stage: Stage) => Verdict | false,
): Check {
  const row = startIndex === null ? `count=${count}` : `startIndex=${startIndex}&count=${count}`;
  return {
    id,
    theme: 'paging',
    row,
    title: row,
    writes: false,
    async run(stage) {
      // What is asked here may be answered with everybody.
      if (startIndex === null && stage.total > MANY)
        throw new Unmet(`there are ${stage.total} accounts, and all might come`);
      const exchange = await page(stage, startIndex, count);
      stage.total = Math.max(stage.total, numberIn(exchange, 'totalResults') ?? 0);
      return observed(described(exchange), judge(exchange, stage));
    },
  };
}

function came(exchange: ProbeExchange): number {
  return listed(exchange)?.length ?? 0;
}

export const PAGING_CHECKS: readonly Check[] = [
  pagingCheck('paging.first', '1', '2', (exchange, stage) => {
    const total = numberIn(exchange, 'totalResults');
    if (!succeeded(exchange))
      return { finding: 'paging-refused', because: `expected 200, came ${answerName(exchange)}` };
    if (total === undefined)
      return {
        finding: 'paging-no-total',
        because: `${came(exchange)} accounts came, without totalResults as a number`,
      };
    if (came(exchange) > 2)
      return { finding: 'paging-count-ignored', because: `2 accounts were asked for, ${came(exchange)} came` };
    if (total < Math.max(came(exchange), stage.people.length))
      return {
        finding: 'paging-total',
        because: `totalResults is ${total}, and there are at least ${stage.people.length} accounts`,
      };
    const items = numberIn(exchange, 'itemsPerPage');
    return (
      items !== undefined &&
      items !== came(exchange) && {
        finding: 'paging-items',
        because: `itemsPerPage is ${items}, and ${came(exchange)} came`,
      }
    );
  }),
  {
    id: 'paging.next',
    theme: 'paging',
    row: null,
    title: 'the second page begins where the first one ended',
    writes: false,
    async run(stage) {
      const first = await page(stage, '1', '2');
      const second = await page(stage, '3', '2');
      const before = new Set(idsOf(first));
      const repeated = idsOf(second).filter((id) => before.has(id)).length;
      return observed(
        `${answerName(second)} n=${came(second)} repeated=${repeated}`,
        repeated > 0 && {
          finding: 'paging-repeats',
          because: `${repeated} of the ${came(second)} accounts from startIndex=3 were on the first page already`,
        },
      );
    },
  },
  {
    id: 'paging.only-result',
    theme: 'paging',
    row: null,
    title: 'a filter that one account fits, with startIndex=1',
    writes: true,
    async run(stage) {
      const filter = `userName eq ${JSON.stringify(stage.person(1).userName)}`;
      const exchange = await stage.get('/Users', { filter, startIndex: '1', count: '10' });
      const total = numberIn(exchange, 'totalResults') ?? 0;
      return observed(
        described(exchange),
        succeeded(exchange) &&
          came(exchange) < Math.min(total, 10) && {
            finding: 'paging-first-left-out',
            because: `totalResults is ${total}, and ${came(exchange)} came from startIndex=1`,
          },
      );
    },
  },
  pagingCheck('paging.start-zero', '0', '2', (exchange) =>
    succeeded(exchange)
      ? came(exchange) !== 2 &&
        (numberIn(exchange, 'totalResults') ?? 0) >= 2 && {
          finding: 'paging-start-zero',
          because: `2 accounts were asked for, ${came(exchange)} came`,
        }
      : { finding: 'paging-start-zero', because: `expected 200, came ${answerName(exchange)}` },
  ),
  pagingCheck('paging.beyond', '1000', '2', (exchange) => {
    const total = numberIn(exchange, 'totalResults') ?? 0;
    if (!succeeded(exchange))
      return { finding: 'paging-beyond-refused', because: `expected 200, came ${answerName(exchange)}` };
    return (
      total < 1000 &&
      came(exchange) > 0 && {
        finding: 'paging-repeats',
        because: `there are ${total} accounts, and from startIndex=1000 ${came(exchange)} came`,
      }
    );
  }),
  pagingCheck('paging.count-zero', null, '0', (exchange) =>
    succeeded(exchange)
      ? came(exchange) > 0 && { finding: 'paging-count-zero', because: `none were asked for, ${came(exchange)} came` }
      : { finding: 'paging-count-zero', because: `expected 200, came ${answerName(exchange)}` },
  ),
  pagingCheck('paging.count-negative', null, '-1', (exchange) =>
    succeeded(exchange)
      ? came(exchange) > 0 && {
          finding: 'paging-count-negative',
          because: `a negative count means 0, ${came(exchange)} came`,
        }
      : { finding: 'paging-count-negative', because: `expected 200, came ${answerName(exchange)}` },
  ),
  pagingCheck(
    'paging.count-large',
    null,
    '100000',
    (exchange) =>
      !succeeded(exchange) && {
        finding: 'paging-count-large',
        because: `expected 200 with as many as the endpoint gives at once, came ${answerName(exchange)}`,
      },
  ),
  pagingCheck('paging.count-text', null, 'abc', () => false),
];
