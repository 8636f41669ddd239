// Random bytes for tests: the same ones in every run, and others for every seed.

/** A generator that is fair enough for samples (xorshift32). */
export function randomFrom(seed: number): (count: number) => Uint8Array {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) & 0xff;
  };
  return (count) => Uint8Array.from({ length: count }, next);
}
