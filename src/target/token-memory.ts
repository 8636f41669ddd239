// Where access tokens stay between the cycles of one process: in memory, one per job. Nothing of it is stored.
import type { TokenMemory } from './access-tokens.ts';

const memories = new Map<string, { readonly asked: string; readonly memory: TokenMemory }>();

/** The memory of a job; an empty one once tokens are `asked` for in another way. */
export function tokenMemory(jobId: string, asked: unknown): TokenMemory {
  const text = JSON.stringify(asked);
  const known = memories.get(jobId);
  if (known?.asked === text) return known.memory;
  const memory: TokenMemory = { held: undefined };
  memories.set(jobId, { asked: text, memory });
  return memory;
}
