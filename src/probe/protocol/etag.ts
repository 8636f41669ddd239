// ETags (RFC 7644 section 3.14): whether a version that is named protects from overwriting what somebody else wrote meanwhile.
import { type Check, observed } from '../check.ts';
import { answerName, objectOf, succeeded } from '../exchange.ts';
import { PATCH_SCHEMA, pathOf, type Stage } from '../stage.ts';

function isClaimed(stage: Stage): boolean {
  return objectOf(stage.provider?.['etag'])?.['supported'] === true;
}

async function etagOf(stage: Stage): Promise<string | undefined> {
  const read = await stage.get(pathOf('Users', stage.person(1)));
  return read.headers['etag'];
}

const NONE = '-';

export const ETAG_CHECKS: readonly Check[] = [
  {
    id: 'etag.if-none-match',
    theme: 'etag',
    row: 'If-None-Match (same)',
    title: 'GET with If-None-Match',
    writes: true,
    async run(stage) {
      const etag = await etagOf(stage);
      if (etag === undefined)
        return observed(
          NONE,
          isClaimed(stage) && {
            finding: 'etag-claimed',
            because: '/ServiceProviderConfig says etag, and the account has no ETag header',
          },
        );
      const path = pathOf('Users', stage.person(1));
      const exchange = await stage.send({ method: 'GET', path, headers: { 'if-none-match': etag } });
      const answered = answerName(exchange);
      return observed(
        answered,
        exchange.status !== 304 &&
          isClaimed(stage) && { finding: 'etag-if-none-match', because: `expected 304, came ${answered}` },
      );
    },
  },
  {
    id: 'etag.stale',
    theme: 'etag',
    row: 'If-Match (stale) PATCH',
    title: 'PATCH with the ETag of an older version',
    writes: true,
    async run(stage) {
      const etag = await etagOf(stage);
      if (etag === undefined) return observed(NONE);
      const path = pathOf('Users', stage.person(1));
      const send = (value: string, headers: Readonly<Record<string, string>>) =>
        stage.send({
          method: 'PATCH',
          path,
          headers,
          body: { schemas: [PATCH_SCHEMA], Operations: [{ op: 'replace', path: 'displayName', value }] },
        });
      await send('Probe Newer', {});
      const exchange = await send('Probe Stale', { 'if-match': etag });
      const answered = answerName(exchange);
      return observed(
        answered,
        succeeded(exchange) &&
          isClaimed(stage) && { finding: 'etag-stale-accepted', because: `expected 412, came ${answered}` },
      );
    },
  },
];
