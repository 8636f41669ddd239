// A fault of the configuration is a value with a place; all of them are collected before anything is refused.

/** One thing that is wrong (or, as a warning, doubtful) in one place of one file. Never contains a secret value. */
export interface ConfigurationFault {
  readonly file: string;
  /** 1-based; absent when the fault concerns the file as a whole. */
  readonly line?: number;
  /** 1-based, in UTF-16 units. */
  readonly column?: number;
  /** Where in the document, as written there: `objectMappings.user.attributeMappings[3].source`. Empty for the file. */
  readonly path: string;
  /** What is wrong, as sentences; may have further lines (a caret under an expression). */
  readonly message: string;
  /** What the reader can do. */
  readonly advice?: string;
}

/** Faults and warnings of one check. */
export interface Findings {
  readonly faults: ConfigurationFault[];
  readonly warnings: ConfigurationFault[];
}

export function noFindings(): Findings {
  return { faults: [], warnings: [] };
}

export function addFindings(to: Findings, from: Findings): void {
  to.faults.push(...from.faults);
  to.warnings.push(...from.warnings);
}

/** By file, line and column; the same fault found twice (defaults concern every job) is kept once. */
export function sortedFaults(faults: readonly ConfigurationFault[]): ConfigurationFault[] {
  const distinct = new Map<string, ConfigurationFault>();
  for (const fault of faults) {
    const key = JSON.stringify([fault.file, fault.line, fault.column, fault.path, fault.message]);
    if (!distinct.has(key)) distinct.set(key, fault);
  }
  return [...distinct.values()].toSorted(
    (left, right) =>
      compareTexts(left.file, right.file) ||
      (left.line ?? 0) - (right.line ?? 0) ||
      (left.column ?? 0) - (right.column ?? 0) ||
      compareTexts(left.path, right.path),
  );
}

function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
