/** Seeded randomness: the same seed and the same calls give the same tenant. Not for secrets outside a sandbox. */

/** A deterministic source of numbers. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** Whole number in [0, bound). */
  below(bound: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** One element; throws a RangeError for an empty list. */
  pick<T>(list: readonly T[]): T;
  /** A GUID of version 4. */
  guid(): string;
}

/** A mulberry32 generator started from `seed`. */
export function makeRandom(seed: number): Random {
  let state = seed >>> 0;
  const word = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  const hex = (): string => word().toString(16).padStart(8, '0');
  const random: Random = {
    next: () => word() / 4_294_967_296,
    below: (bound) => Math.floor(random.next() * bound),
    chance: (probability) => random.next() < probability,
    pick(list) {
      const chosen = list[random.below(list.length)];
      if (chosen === undefined) throw new RangeError('There is nothing to pick from.');
      return chosen;
    },
    guid() {
      const [a, b, c, d] = [hex(), hex(), hex(), hex()];
      const variant = ((Number.parseInt(c.slice(0, 1), 16) & 3) | 8).toString(16);
      return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-${variant}${c.slice(1, 4)}-${c.slice(4)}${d}`;
    },
  };
  return random;
}
