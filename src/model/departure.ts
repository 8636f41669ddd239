// What is kept of people who left (store: departure), in words that reports show.

/**
 * What came of an event: `alreadyDisabled` and `gone` say that there was nothing to be sent any more, `leftAlone` that the
 * configuration asks for nothing, `protected` that the account is never written to.
 */
export const DEPARTURE_OUTCOMES = [
  'disabled',
  'alreadyDisabled',
  'membershipsRemoved',
  'attributesSet',
  'deleted',
  'gone',
  'leftAlone',
  'protected',
] as const;
export type DepartureOutcome = (typeof DEPARTURE_OUTCOMES)[number];

/** How an event was over. */
export type DepartureEnd = 'returned' | 'otherEvent' | 'deleted' | 'gone';
