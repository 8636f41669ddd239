// Which alerts are told, and when. One mail a change of state, not one a cycle: an alert is told when it opens, when it
// becomes plainly worse, once a day while it lasts, and when it is over. One that opens and closes again and again is told
// three times a day, then once a day. What was decided is kept only when the mail was accepted, so that a mail that could
// not be sent is owed, not lost.
import type { AlertCondition, AlertKind, ToldAlert } from '../model/alert.ts';
import { type AlertFacts, alertConditions, isToldByQuarantine } from './alert-conditions.ts';
import { isRefusal } from './quarantine.ts';

/** What is remembered of an alert. Moments are milliseconds. */
export interface AlertRecord {
  readonly kind: AlertKind;
  readonly openedAt: number;
  /** Set once it is over; it is remembered for a day to notice when it comes back. */
  readonly closedAt: number | null;
  /** When a mail about it was last accepted. */
  readonly lastSent: number | null;
  /** What the last mail said: that it is open, or that it is over. */
  readonly toldOpen: boolean;
  /** How many times it has opened without staying closed for a day. */
  readonly rounds: number;
  /** Fault codes and expiry levels that were told. */
  readonly keys: readonly string[];
  /** Objects that the last mail told. */
  readonly count: number;
}

/** What becomes of one alert. */
export interface AlertDecision {
  readonly kind: AlertKind;
  /** What is remembered whether or not a mail is sent; null forgets it. */
  readonly next: AlertRecord | null;
  /** What the mail says, and what is remembered once it was accepted. */
  readonly tell: { readonly alert: ToldAlert; readonly next: AlertRecord } | null;
}

const DAY = 86_400_000;
const WEEK = 7 * DAY;

/** Rounds of opening and closing that are told one by one. */
const TOLD_ROUNDS = 3;

const KINDS: readonly AlertKind[] = [
  'jobFailed',
  'quarantine',
  'noSuccess',
  'held',
  'objectsFailing',
  'credentialExpiring',
  'pausedTooLong',
  'observedTooLong',
];

/** Kinds whose end is worth a mail. */
const RECOVERING: readonly AlertKind[] = ['jobFailed', 'quarantine', 'noSuccess', 'held', 'objectsFailing'];

/** Decides about every kind of alert of one job, worst first; kinds of which nothing is known are left out. */
export function decideAlerts(facts: AlertFacts, previous: readonly AlertRecord[], now: number): AlertDecision[] {
  const conditions = new Map(alertConditions(facts, now).map((condition) => [condition.kind, condition]));
  return KINDS.flatMap((kind): AlertDecision[] => {
    const record = previous.find((each) => each.kind === kind);
    if (!facts.wanted.includes(kind)) return record === undefined ? [] : [{ kind, next: null, tell: null }];
    const condition = conditions.get(kind);
    if (isToldByQuarantine(kind, facts) || isUndecided(kind, condition, record, facts))
      return record === undefined ? [] : [{ kind, next: record, tell: null }];
    if (condition !== undefined) return [whilePresent(condition, record, now)];
    return record === undefined ? [] : [whileAbsent(record, facts.wanted.includes('recovered'), now)];
  });
}

/** A pause says nothing about what was wrong before it; and only a success ends the lack of one. */
function isUndecided(
  kind: AlertKind,
  condition: AlertCondition | undefined,
  record: AlertRecord | undefined,
  facts: AlertFacts,
): boolean {
  if (facts.pause !== null) return RECOVERING.includes(kind);
  if (kind !== 'noSuccess' || condition !== undefined || record === undefined || record.closedAt !== null) return false;
  return facts.lastSuccess === null || facts.lastSuccess < record.openedAt;
}

function whilePresent(condition: AlertCondition, record: AlertRecord | undefined, now: number): AlertDecision {
  const { kind } = condition;
  const next = opened(kind, record, now);
  const telling = tellingOf(condition, next, now);
  if (telling === null) return { kind, next, tell: null };
  const told: AlertRecord = {
    ...next,
    lastSent: now,
    toldOpen: true,
    keys: [...new Set([...next.keys, ...keysOf(condition)])],
    count: countOf(condition),
  };
  return { kind, next, tell: { alert: { kind, telling, since: next.openedAt, condition }, next: told } };
}

function opened(kind: AlertKind, record: AlertRecord | undefined, now: number): AlertRecord {
  const fresh = { kind, openedAt: now, closedAt: null, lastSent: null, toldOpen: false, rounds: 1, keys: [], count: 0 };
  if (record === undefined) return fresh;
  if (record.closedAt === null) return record;
  const { lastSent, toldOpen, rounds } = record;
  return toldOpen ? { ...record, closedAt: null, rounds: rounds + 1 } : { ...fresh, lastSent, rounds: rounds + 1 };
}

function tellingOf(condition: AlertCondition, record: AlertRecord, now: number): ToldAlert['telling'] | null {
  if (!record.toldOpen) return isDamped(record, now) ? null : 'opened';
  if (isWorse(condition, record)) return 'changed';
  const since = now - (record.lastSent ?? 0);
  return since >= remindAfter(condition) && isWorthReminding(condition, record) ? 'reminder' : null;
}

function whileAbsent(record: AlertRecord, recoveriesWanted: boolean, now: number): AlertDecision {
  const { kind } = record;
  const closed: AlertRecord = { ...record, closedAt: record.closedAt ?? now };
  if (record.toldOpen && recoveriesWanted && RECOVERING.includes(kind)) {
    if (isDamped(record, now)) return { kind, next: closed, tell: null };
    const told: AlertRecord = { ...closed, lastSent: now, toldOpen: false };
    const alert: ToldAlert = { kind, telling: 'recovered', since: record.openedAt, condition: null };
    return { kind, next: closed, tell: { alert, next: told } };
  }
  const isForgotten = record.lastSent === null || (closed.closedAt ?? now) <= now - DAY;
  return { kind, next: isForgotten ? null : { ...closed, toldOpen: false }, tell: null };
}

/** An alert that comes and goes is told at most once a day. */
function isDamped(record: AlertRecord, now: number): boolean {
  return record.rounds > TOLD_ROUNDS && record.lastSent !== null && now - record.lastSent < DAY;
}

/** Another fault or another step towards the end of a credential; twice as many objects as were told. */
function isWorse(condition: AlertCondition, record: AlertRecord): boolean {
  if (keysOf(condition).some((key) => !record.keys.includes(key))) return true;
  const count = countOf(condition);
  return count > 0 && count >= 2 * Math.max(1, record.count);
}

function isWorthReminding(condition: AlertCondition, record: AlertRecord): boolean {
  if (condition.kind === 'objectsFailing') return condition.newest > (record.lastSent ?? 0);
  if (condition.kind === 'credentialExpiring') return condition.credentials.some(({ daysLeft }) => daysLeft < 0);
  return true;
}

function remindAfter({ kind }: AlertCondition): number {
  return kind === 'pausedTooLong' || kind === 'observedTooLong' || kind === 'quarantine' ? WEEK : DAY;
}

function keysOf(condition: AlertCondition): string[] {
  if (condition.kind === 'jobFailed') return [condition.code];
  if (condition.kind === 'quarantine') return [...quarantineKeys(condition), ...(condition.lasting ? ['lasting'] : [])];
  if (condition.kind !== 'credentialExpiring') return [];
  return condition.credentials.map(({ what, expires, daysLeft }) => `${what} ${expires} ${expiryStep(daysLeft)}`);
}

/** Another reason is told, and another refusal; what an attempt meets on its way is not, nor what most objects fail of. */
function quarantineKeys({ reason, code }: Extract<AlertCondition, { kind: 'quarantine' }>): string[] {
  if (reason !== 'EncounteredQuarantineException') return [reason];
  return code !== null && isRefusal(code) ? [`${reason} ${code}`] : [];
}

/** The steps at which the end of a credential is told. */
function expiryStep(daysLeft: number): string {
  if (daysLeft < 0) return 'past';
  return String([1, 7, 14, 30].find((step) => daysLeft <= step) ?? 'later');
}

function countOf(condition: AlertCondition): number {
  return condition.kind === 'held' || condition.kind === 'objectsFailing' ? condition.count : 0;
}
