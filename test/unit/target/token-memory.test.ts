import { expect, it } from 'vitest';
import { tokenMemory } from '../../../src/target/token-memory.ts';

it('is the same for a job until tokens are asked for in another way, and never that of another job', () => {
  const memory = tokenMemory('a', [{ clientId: 'x' }]);
  expect(tokenMemory('a', [{ clientId: 'x' }])).toBe(memory);
  expect(tokenMemory('b', [{ clientId: 'x' }])).not.toBe(memory);
  expect(tokenMemory('a', [{ clientId: 'y' }])).not.toBe(memory);
  expect(tokenMemory('a', [{ clientId: 'x' }])).not.toBe(memory);
});
