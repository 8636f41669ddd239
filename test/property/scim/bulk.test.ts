// Whatever a target does to the order, the number and the names of its answers: nobody gets the answer of another.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BulkOperation,
  type BulkWrite,
  bulkOperation,
  bulkReference,
  bulkRequest,
  bytesOf,
  firstRequest,
} from '../../../src/scim/bulk.ts';
import { createdId, readBulkAnswer } from '../../../src/scim/bulk-answer.ts';

const writes: fc.Arbitrary<BulkWrite[]> = fc
  .array(
    fc.record({
      kind: fc.constantFrom('User' as const, 'Group' as const),
      type: fc.constantFrom('create', 'patch', 'remove'),
      text: fc.string(),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((list) =>
    list.map(({ kind, type, text }, index): BulkWrite => {
      const bulkId = `w${index}`;
      if (type === 'create')
        return { type, kind, bulkId, resource: { userName: `n${index}`, title: text, manager: bulkReference('w0') } };
      if (type === 'patch')
        return { type, kind, id: `i${index}`, bulkId, operations: [{ op: 'add', path: 'title', value: text }] };
      return { type: 'remove', kind, id: `i${index}`, bulkId };
    }),
  );

/** What a sound target answers to one operation: its id tells whose it is. */
function answerTo(operation: BulkOperation, index: number): Record<string, unknown> {
  const { method, path, bulkId } = operation;
  if (method !== 'POST') return { method, bulkId, status: '200', location: path };
  return { method, bulkId, status: '201', location: `${path}/i${index}` };
}

// spec: bulk-answers
describe('answers that are shuffled, lost, repeated and stripped of their names', () => {
  it('are nobody else’s', () => {
    fc.assert(
      fc.property(
        writes,
        fc.array(fc.nat()),
        fc.infiniteStream(fc.constantFrom('as it is', 'as it is', 'nameless', 'without place', 'lost', 'twice')),
        (list, order, habits) => {
          const operations = list.map(bulkOperation);
          const answers = operations
            .map((operation, index) => ({ answer: answerTo(operation, index), at: order[index] ?? index }))
            .toSorted((a, b) => a.at - b.at)
            .flatMap(({ answer }) => {
              const habit = habits.next().value as string;
              if (habit === 'lost') return [];
              if (habit === 'twice') return [answer, answer];
              const { bulkId, location, ...rest } = answer;
              if (habit === 'nameless') return [{ ...rest, location }];
              return habit === 'without place' ? [{ ...rest, bulkId }] : [answer];
            });
          const read = readBulkAnswer({ Operations: answers }, operations) ?? [];
          operations.forEach((operation, index) => {
            const answer = read[index];
            if (answer === undefined) return;
            const id = operation.method === 'POST' ? createdId(operation, answer) : answer.location?.split('/').at(-1);
            expect([undefined, `i${index}`]).toContain(id);
            expect(answer.status).toBe(operation.method === 'POST' ? 201 : 200);
          });
        },
      ),
    );
  });
});

// spec: bulk-limits
describe('requests', () => {
  it('hold every operation once, in order, within the limits', () => {
    fc.assert(
      fc.property(
        writes,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 150, max: 900 }),
        (list, maxOperations, maxPayloadSize) => {
          const operations = list.map(bulkOperation);
          const requests: (readonly BulkOperation[])[] = [];
          for (let rest: readonly BulkOperation[] = operations; rest.length > 0; ) {
            const first = firstRequest(rest, { maxOperations, maxPayloadSize });
            requests.push(first);
            rest = rest.slice(first.length);
          }
          expect(requests.flat()).toEqual(operations);
          for (const request of requests) {
            expect(request.length).toBeLessThanOrEqual(maxOperations);
            if (request.length > 1) expect(bytesOf(bulkRequest(request))).toBeLessThanOrEqual(maxPayloadSize);
          }
        },
      ),
    );
  });
});
