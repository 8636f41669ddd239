// What a conversion between Entra's synchronizationSchema and a job has to say: what could not be carried over, and why.

/** One thing that was not, or not entirely, carried over. Values come from files and are shown as they are. */
export interface ReportItem {
  /** Where it stands: in the JSON document for an import, in the job for an export. */
  readonly path: string;
  /** What stands there, in short. */
  readonly value: string;
  readonly reason: string;
  /** What the reader can do. */
  readonly advice: string;
  /** True for what is not in use where it comes from, so that nothing is lost. */
  readonly idle?: boolean;
}

/** Collected while converting. */
export interface ConversionReport {
  /** What the result lacks. */
  readonly leftOut: ReportItem[];
  /** What the result has, and somebody should look at. */
  readonly warnings: ReportItem[];
}

/** A report with nothing in it. */
export function emptyReport(): ConversionReport {
  return { leftOut: [], warnings: [] };
}

const MOST_SHOWN = 120;

/** A value of any kind as one short text. */
export function shownValue(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN - 1)}…`;
}
