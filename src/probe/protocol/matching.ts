// Matching: the filters by which an account is looked for before one is created (RFC 7644 section 3.4.2.2). The probe knows
// which of its accounts each of them has to find.
import { type Check, observed, statusCheck, type Verdict } from '../check.ts';
import { answerName, listed, numberIn, type ProbeExchange, succeeded } from '../exchange.ts';
import type { FindingId } from '../finding-table.ts';
import type { Stage } from '../stage.ts';

interface FilterCase {
  readonly id: string;
  readonly row: string | null;
  readonly title?: string;
  readonly filter: (stage: Stage) => string;
  /** Ids that have to be among the hits, by person. */
  readonly finds: readonly number[];
  /** When it is refused, or does not find what it should. */
  readonly finding: FindingId | null;
}

/** Everybody of the probe has a name that begins with its prefix: whoever else is found was not asked for. */
function strangers(stage: Stage, exchange: ProbeExchange): number {
  const found = listed(exchange) ?? [];
  return found.filter(({ userName }) => typeof userName === 'string' && !isOwn(stage, userName)).length;
}

function isOwn(stage: Stage, userName: string): boolean {
  return userName.toLowerCase().startsWith(stage.prefix.toLowerCase());
}

function hits(exchange: ProbeExchange): number {
  return numberIn(exchange, 'totalResults') ?? listed(exchange)?.length ?? 0;
}

function filterCheck({ id, row, title, filter, finds, finding }: FilterCase): Check {
  return {
    id,
    theme: 'matching',
    row,
    title: title ?? row ?? id,
    writes: true,
    async run(stage) {
      stage.person(0);
      const exchange = await stage.find('Users', filter(stage));
      const answered = answerName(exchange);
      if (!succeeded(exchange))
        return observed(answered, finding !== null && { finding, because: `expected 200, came ${answered}` });
      const outcome = `${answered} n=${hits(exchange)}`;
      const foreign = strangers(stage, exchange);
      if (foreign > 0)
        return observed(outcome, {
          finding: 'filter-ignored',
          because: `${foreign} accounts came that the filter does not describe`,
        });
      const ids = new Set((listed(exchange) ?? []).map((each) => each['id']));
      const missing = finds.filter((index) => !ids.has(stage.person(index).id));
      const verdict: Verdict | false = finding !== null &&
        missing.length > 0 && {
          finding,
          because: missedText(finds.length, missing.length, ids.size),
        };
      return observed(outcome, verdict);
    },
  };
}

function missedText(expected: number, missing: number, came: number): string {
  const here = expected - missing;
  const others = came - here;
  const other = others === 1 ? 'other' : 'others';
  if (expected === 1) return `expected 1 account, ${others === 0 ? 'none came' : `${others} ${other} came instead`}`;
  return `expected ${expected} accounts, ${here} of them came${others === 0 ? '' : ` and ${others} ${other}`}`;
}

/** A text in a filter, written as JSON (RFC 7644 section 3.4.2.2). */
function quoted(text: string): string {
  return JSON.stringify(text);
}

const CASES: readonly FilterCase[] = [
  {
    id: 'matching.user-name',
    row: 'filter userName eq',
    filter: (stage) => `userName eq ${quoted(stage.person(0).userName)}`,
    finds: [0],
    finding: 'match-user-name',
  },
  {
    id: 'matching.user-name-other-case',
    row: 'userName eq, other case',
    filter: (stage) => `userName eq ${quoted(stage.person(0).userName.toUpperCase())}`,
    finds: [0],
    finding: 'match-case-sensitive',
  },
  {
    id: 'matching.operator-case',
    row: 'USERNAME EQ',
    filter: (stage) => `USERNAME EQ ${quoted(stage.person(0).userName)}`,
    finds: [0],
    finding: 'filter-operator-case',
  },
  {
    id: 'matching.external-id',
    row: 'externalId eq',
    filter: (stage) => `externalId eq ${quoted(stage.person(0).externalId)}`,
    finds: [0],
    finding: 'match-external-id',
  },
  {
    id: 'matching.id',
    row: 'id eq',
    filter: (stage) => `id eq ${quoted(stage.person(0).id)}`,
    finds: [0],
    finding: 'match-id',
  },
  {
    id: 'matching.work-email',
    row: 'emails[type eq "work"].value eq',
    filter: (stage) => `emails[type eq "work"].value eq ${quoted(stage.person(0).email)}`,
    finds: [0],
    finding: 'match-work-email',
  },
  {
    id: 'matching.email-in-brackets',
    row: 'emails[type eq .. and value eq ..]',
    filter: (stage) => `emails[type eq "work" and value eq ${quoted(stage.person(0).email)}]`,
    finds: [0],
    finding: 'match-email-forms',
  },
  {
    id: 'matching.email-value',
    row: 'emails.value eq',
    filter: (stage) => `emails.value eq ${quoted(stage.person(0).email)}`,
    finds: [0],
    finding: 'match-email-forms',
  },
  {
    id: 'matching.and',
    row: 'userName eq .. and active eq true',
    filter: (stage) => `userName eq ${quoted(stage.person(0).userName)} and active eq true`,
    finds: [0],
    finding: 'filter-and',
  },
  {
    id: 'matching.logic',
    row: '(a or b) and not (c)',
    filter: (stage) => {
      const [a, b, c] = [0, 1, 2].map((index) => `userName eq ${quoted(stage.person(index).userName)}`);
      return `(${a} or ${b}) and not (${c})`;
    },
    finds: [0, 1],
    finding: 'filter-logic',
  },
  {
    id: 'matching.unknown-attribute',
    row: 'unknown attribute',
    filter: () => 'probeUnknown eq "x"',
    finds: [],
    finding: null,
  },
  {
    id: 'matching.broken',
    row: '`userName eq` (broken)',
    filter: () => 'userName eq',
    finds: [],
    finding: null,
  },
];

const ESCAPES: Check = {
  id: 'matching.escaping',
  theme: 'matching',
  row: 'value with \\"',
  title: 'a value with a quotation mark, escaped',
  writes: true,
  async run(stage) {
    const exchange = await stage.find('Users', `userName eq ${quoted(`${stage.person(0).userName}" or userName pr`)}`);
    const answered = answerName(exchange);
    if (!succeeded(exchange))
      return observed(answered, { finding: 'filter-escape', because: `expected 200 with nobody, came ${answered}` });
    const found = hits(exchange);
    return observed(
      `${answered} n=${found}`,
      found > 0 && {
        finding: 'filter-injection',
        because: `nobody has this userName, and ${found} came: what stands behind the mark was read as a filter`,
      },
    );
  },
};

/** Entra's question before it writes a manager. */
const MANAGER: Check = {
  id: 'matching.manager',
  theme: 'matching',
  row: null,
  title: 'id eq .. and manager eq .., for the id only',
  writes: true,
  async run(stage) {
    const filter = `id eq ${quoted(stage.person(0).id)} and manager eq ${quoted(stage.person(1).id)}`;
    const exchange = await stage.get('/Users', { filter, attributes: 'id' });
    const answered = answerName(exchange);
    const isList = succeeded(exchange) && listed(exchange) !== undefined;
    return observed(
      isList ? `${answered} n=${hits(exchange)}` : answered,
      !isList && { finding: 'match-manager', because: `expected 200 with nobody, came ${answered}` },
    );
  },
};

export const MATCHING_CHECKS: readonly Check[] = [
  ...CASES.slice(0, 10).map(filterCheck),
  ESCAPES,
  ...CASES.slice(10).map(filterCheck),
  MANAGER,
  statusCheck(
    { id: 'matching.search', theme: 'matching', row: 'POST .search', title: 'POST /Users/.search', writes: true },
    (stage) => {
      const schemas = ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'];
      const filter = `userName eq ${quoted(stage.person(0).userName)}`;
      return stage.send({ method: 'POST', path: '/Users/.search', body: { schemas, filter } });
    },
    'success',
    'search-missing',
  ),
];
