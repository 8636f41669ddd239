// .NET's DateTimeStyles: how a text is read, and what becomes of its offset. The server's own zone is taken to be UTC, as
// in the service, so "local" differs from UTC only in what the format letter K prints.
import type { Coerced } from './coerce.ts';
import { isInRange, TICKS_PER_DAY, TICKS_PER_HOUR } from './date-ticks.ts';

export type DateKind = 'unspecified' | 'utc' | 'local';

/** A moment that was read, with what is known about its zone. */
export interface Moment {
  readonly ticks: bigint;
  readonly kind: DateKind;
}

export interface DateStyles {
  readonly leadingWhite: boolean;
  readonly trailingWhite: boolean;
  readonly innerWhite: boolean;
  readonly noCurrentDate: boolean;
  readonly adjustToUniversal: boolean;
  readonly assumeLocal: boolean;
  readonly assumeUniversal: boolean;
  readonly roundtripKind: boolean;
}

/** No style at all. */
export const NO_STYLES: DateStyles = {
  leadingWhite: false,
  trailingWhite: false,
  innerWhite: false,
  noCurrentDate: false,
  adjustToUniversal: false,
  assumeLocal: false,
  assumeUniversal: false,
  roundtripKind: false,
};

/** What FormatDateTime uses when no style is written. */
const DEFAULT_STYLES: DateStyles = {
  ...NO_STYLES,
  roundtripKind: true,
  leadingWhite: true,
  trailingWhite: true,
};

const BY_NAME: ReadonlyMap<string, Partial<DateStyles>> = new Map<string, Partial<DateStyles>>([
  ['none', {}],
  ['allowleadingwhite', { leadingWhite: true }],
  ['allowtrailingwhite', { trailingWhite: true }],
  ['allowinnerwhite', { innerWhite: true }],
  ['allowwhitespaces', { leadingWhite: true, trailingWhite: true, innerWhite: true }],
  ['nocurrentdatedefault', { noCurrentDate: true }],
  ['adjusttouniversal', { adjustToUniversal: true }],
  ['assumelocal', { assumeLocal: true }],
  ['assumeuniversal', { assumeUniversal: true }],
  ['roundtripkind', { roundtripKind: true }],
]);

/** Names separated by commas, in any case; they replace the default. An empty text is the default. */
export function readStyles(text: string): Coerced<DateStyles> {
  if (text.trim() === '') return { ok: true, value: DEFAULT_STYLES };
  let styles = NO_STYLES;
  for (const name of text.split(',')) {
    const named = BY_NAME.get(name.trim().toLowerCase());
    if (named === undefined) return { ok: false, message: `has a name that is no DateTimeStyles value (${NAMES})` };
    styles = { ...styles, ...named };
  }
  const { assumeLocal, assumeUniversal, adjustToUniversal, roundtripKind } = styles;
  if (assumeLocal && assumeUniversal) {
    return { ok: false, message: 'must not have both AssumeLocal and AssumeUniversal' };
  }
  if (roundtripKind && (assumeLocal || assumeUniversal || adjustToUniversal)) {
    return {
      ok: false,
      message: 'must not combine RoundtripKind with AssumeLocal, AssumeUniversal or AdjustToUniversal',
    };
  }
  return { ok: true, value: styles };
}

const NAMES =
  'None, AllowLeadingWhite, AllowTrailingWhite, AllowInnerWhite, AllowWhiteSpaces, NoCurrentDateDefault, ' +
  'AdjustToUniversal, AssumeLocal, AssumeUniversal, RoundtripKind';

/** The zone a text named: an offset in ticks, or UTC by a letter (Z, GMT). */
export interface Zone {
  readonly offset: bigint;
  readonly isUtcMark: boolean;
}

const WIDEST_OFFSET = 14n * TICKS_PER_HOUR;

/** Applies the zone; undefined when the offset is wider than 14 hours or the moment leaves the calendar. */
export function placeInZone(ticks: bigint, zone: Zone | undefined, styles: DateStyles): Moment | undefined {
  const { assumeLocal, assumeUniversal, adjustToUniversal, roundtripKind } = styles;
  if (zone === undefined) {
    if (assumeLocal) return { ticks, kind: adjustToUniversal ? 'utc' : 'local' };
    if (assumeUniversal) return { ticks, kind: adjustToUniversal ? 'utc' : 'local' };
    return { ticks, kind: 'unspecified' };
  }
  if (zone.offset > WIDEST_OFFSET || zone.offset < -WIDEST_OFFSET) return undefined;
  if (roundtripKind && zone.isUtcMark) return { ticks, kind: 'utc' };
  let moved = ticks - zone.offset;
  // .NET takes a time of the very first day for a time of day, which wraps around.
  if (moved < 0n) moved += TICKS_PER_DAY;
  if (!isInRange(moved)) return undefined;
  return { ticks: moved, kind: adjustToUniversal ? 'utc' : 'local' };
}
