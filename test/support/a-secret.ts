// A secret for tests that is replaced when it is refused, as often as there are further values.
import type { SecretProvider } from '../../src/model/secret.ts';

/** Each refusal of the value in use brings the next one; the last one stays. */
export function aSecret(
  first: string,
  ...later: readonly string[]
): SecretProvider & { readonly rereads: () => number } {
  const values = [first, ...later];
  let at = 0;
  let rereads = 0;
  return {
    read: async () => values[at] ?? '',
    async reread(refused) {
      rereads += 1;
      if (values[at] === refused && at < values.length - 1) at += 1;
      return values[at] === refused ? undefined : values[at];
    },
    rereads: () => rereads,
  };
}
