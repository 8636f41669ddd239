// Moments as .NET counts them: ticks of 100 ns since midnight of 1 January of the year 1, in the proleptic Gregorian
// calendar without leap seconds. BigInt, because seven digits of a second do not fit a JavaScript number.

export const TICKS_PER_SECOND = 10_000_000n;
export const TICKS_PER_MINUTE = 60n * TICKS_PER_SECOND;
export const TICKS_PER_HOUR = 60n * TICKS_PER_MINUTE;
export const TICKS_PER_DAY = 24n * TICKS_PER_HOUR;

/** 9999-12-31 23:59:59.9999999, the last moment .NET knows. */
const MAX_TICKS = 3_155_378_975_999_999_999n;

/** 1601-01-01, where Windows file times begin. */
export const FILETIME_EPOCH = 504_911_232_000_000_000n;

const UNIX_EPOCH = 621_355_968_000_000_000n;

/** A moment taken apart; `fraction` in ticks, `dayOfWeek` from 0 (Sunday). */
export interface DateParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly fraction: number;
  readonly dayOfWeek: number;
}

export function isInRange(ticks: bigint): boolean {
  return ticks >= 0n && ticks <= MAX_TICKS;
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** True for a day that exists in the years 1 to 9999. */
function isDay(year: number, month: number, day: number): boolean {
  return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

/** Ticks of a moment; undefined when it does not exist (30 February, hour 24, second 60). */
export function ticksOf(
  year: number,
  month: number,
  day: number,
  hour = 0,
  minute = 0,
  second = 0,
): bigint | undefined {
  if (!isDay(year, month, day)) return undefined;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return undefined;
  const days = BigInt(daysBefore(year, month) + day - 1);
  return days * TICKS_PER_DAY + BigInt((hour * 60 + minute) * 60 + second) * TICKS_PER_SECOND;
}

function daysBefore(year: number, month: number): number {
  const whole = year - 1;
  let days = whole * 365 + Math.floor(whole / 4) - Math.floor(whole / 100) + Math.floor(whole / 400);
  for (let earlier = 1; earlier < month; earlier += 1) days += daysInMonth(year, earlier);
  return days;
}

export function partsOf(ticks: bigint): DateParts {
  const days = Number(ticks / TICKS_PER_DAY);
  const ofDay = ticks % TICKS_PER_DAY;
  const seconds = Number(ofDay / TICKS_PER_SECOND);
  // A guess that is never too late.
  let year = Math.max(1, Math.floor(days / 365.2425));
  while (daysBefore(year + 1, 1) <= days) year += 1;
  let month = 1;
  while (month < 12 && daysBefore(year, month + 1) <= days) month += 1;
  return {
    year,
    month,
    day: days - daysBefore(year, month) + 1,
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    fraction: Number(ofDay % TICKS_PER_SECOND),
    dayOfWeek: (days + 1) % 7,
  };
}

/** Ticks of a JavaScript date; undefined for an invalid one and outside the years 1 to 9999. */
export function ticksOfDate(date: Date): bigint | undefined {
  const milliseconds = date.getTime();
  if (!Number.isFinite(milliseconds)) return undefined;
  const ticks = UNIX_EPOCH + BigInt(milliseconds) * 10_000n;
  return isInRange(ticks) ? ticks : undefined;
}

/** Ticks of the digits behind a decimal point; more than seven are rounded, which may make a second. */
export function ticksOfFraction(digits: string): bigint {
  const kept = BigInt(digits.slice(0, 7).padEnd(7, '0'));
  return digits.charAt(7) >= '5' ? kept + 1n : kept;
}
