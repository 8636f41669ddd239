// Durations as they are written in a configuration.
import { z } from 'zod';

/** A duration such as `40m`. */
export const durationSchema = z.string().regex(/^\d+(s|m|h|d)$/, 'a duration such as 40m, 2h or 1d');

/** Milliseconds of a duration text such as `40m`. */
export function durationMilliseconds(text: string): number {
  const unit = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[text.at(-1) ?? ''] ?? Number.NaN;
  return Number.parseInt(text, 10) * unit;
}
