// Who is trusted with bulk requests.
import { describe, expect, it } from 'vitest';
import { bulkInForce, bulkJobSchema, bulkProfileSchema } from '../../../src/model/bulk.ts';

const inForce = (profile: unknown, job: unknown) =>
  bulkInForce(bulkProfileSchema.optional().parse(profile), bulkJobSchema.optional().parse(job));

describe('bulk requests', () => {
  // spec: bulk-only-trusted
  it.each([
    [undefined, undefined, null],
    [{ countsAs: 'operations' }, undefined, null],
    [{ maxPayloadSize: 5000 }, { countsAs: 'operations' }, null],
    [{ maxOperations: 50 }, undefined, { maxOperations: 50, countsAs: 'request' }],
    [{ maxOperations: 50 }, false, null],
    [
      { maxOperations: 50, countsAs: 'operations' },
      { maxOperations: 100 },
      { maxOperations: 100, countsAs: 'operations' },
    ],
    [undefined, { maxOperations: 2 }, { maxOperations: 2, countsAs: 'request' }],
    [
      { maxOperations: 50, maxPayloadSize: 5000 },
      { maxPayloadSize: 2000, countsAs: 'operations' },
      { maxOperations: 50, maxPayloadSize: 2000, countsAs: 'operations' },
    ],
  ])('profile %j and job %j: %j', (profile, job, expected) => {
    expect(inForce(profile, job)).toEqual(expected);
  });

  it.each(['entra', 'entra-legacy'] as const)('are none in the dialect %s', (dialect) => {
    expect(bulkInForce({ maxOperations: 50, countsAs: 'request' }, { maxOperations: 100 }, dialect)).toBeNull();
  });

  it.each([[true], [{ maxOperations: 1 }], [{ maxOperations: 20_000 }], [{ size: 3 }], [100]])(
    '%j is refused',
    (job) => {
      expect(() => inForce(undefined, job)).toThrow();
    },
  );
});
