// What a test of a mapping expected against what the job makes of the sample. Only what was expected is judged, except that a
// complete `resource` and a `patch` allow nothing besides.
import type { ActionName } from '../model/cycle.ts';
import type { ObjectFault } from '../model/errors.ts';
import { parsePath, pathKey } from '../scim/path.ts';
import type { PatchOperation, ScimResource, ScimValue } from '../scim/resource.ts';
import { isSameValue, type ResourceDifference, resourceDifferences } from '../scim/resource-differences.ts';
import type { CompiledMapping } from './mapping.ts';
import type { SampleOutcome } from './sample.ts';

/** What a sample should come to; what is absent is not judged. */
export interface SampleExpectation {
  readonly inScope?: boolean | undefined;
  readonly action?: ActionName | 'none' | undefined;
  /** The whole resource that a new account is created with; null: none is. */
  readonly resource?: ScimResource | null | undefined;
  /** Part of it. */
  readonly contains?: ScimResource | undefined;
  readonly patch?: readonly PatchOperation[] | undefined;
  /** Target attributes whose mapping gives nothing. */
  readonly skipped?: readonly string[] | undefined;
  readonly ignored?: boolean | undefined;
  readonly error?: ExpectedError | undefined;
}

/** The fault that keeps the sample from being written. */
export interface ExpectedError {
  /** Of an expression: `type`, `format`, `custom` … */
  readonly kind?: string | undefined;
  readonly code?: string | undefined;
  readonly attribute?: string | undefined;
}

/** One expectation that was not met. */
export interface SampleFailure {
  readonly about: keyof SampleExpectation;
  /** What is wrong, in one line; empty when the differences say it all. */
  readonly message: string;
  readonly differences: readonly ResourceDifference[];
}

/** Everything that is not as expected; empty when the test passes. */
export function judgeSample(
  expected: SampleExpectation,
  outcome: SampleOutcome,
  mapping: Pick<CompiledMapping, 'attributes'>,
): SampleFailure[] {
  const failures = [
    judgeScope(expected, outcome),
    judgeAction(expected, outcome),
    judgeError(expected, outcome),
    judgeIgnored(expected, outcome),
    judgeSkipped(expected, outcome, mapping),
    judgeResource(expected, outcome),
    judgePatch(expected, outcome),
  ].filter((failure) => failure !== null);
  const { fault } = outcome;
  // A sample that fails gives nothing else either: the fault is the reason, and is said once.
  if (fault === null || expected.error !== undefined) return failures;
  return [
    ...failures.filter(({ about }) => about === 'inScope'),
    failure('error', `none was expected, but: ${faultText(fault)}`),
  ];
}

function failure(
  about: SampleFailure['about'],
  message: string,
  differences: readonly ResourceDifference[] = [],
): SampleFailure {
  return { about, message, differences };
}

function judgeScope({ inScope }: SampleExpectation, outcome: SampleOutcome): SampleFailure | null {
  if (inScope === undefined || inScope === outcome.inScope) return null;
  const because = outcome.reasons.length === 0 ? '' : `: ${outcome.reasons.join('; ')}`;
  return failure('inScope', `expected ${inScope}, but it is ${outcome.inScope}${because}`);
}

function judgeAction(expected: SampleExpectation, outcome: SampleOutcome): SampleFailure | null {
  const { action } = expected;
  if (action === undefined || action === outcome.action) return null;
  return failure('action', `expected ${action}, but it is ${outcome.action}${whyNothing(expected, outcome)}`);
}

/** Whoever asks for the scope is told the reasons there. */
function whyNothing(expected: SampleExpectation, { action, ignored, inScope, reasons }: SampleOutcome): string {
  if (ignored) return ' (an expression said to leave the object alone)';
  if (action !== 'none' || inScope) return '';
  return expected.inScope === undefined ? ` (not in scope: ${reasons.join('; ')})` : ' (not in scope)';
}

function judgeIgnored({ ignored }: SampleExpectation, outcome: SampleOutcome): SampleFailure | null {
  if (ignored === undefined || ignored === outcome.ignored) return null;
  const was = outcome.ignored ? 'an expression said to leave the object alone' : 'no expression said so';
  return failure('ignored', `expected ${ignored}, but ${was}`);
}

function judgeSkipped(
  { skipped }: SampleExpectation,
  outcome: SampleOutcome,
  { attributes }: Pick<CompiledMapping, 'attributes'>,
): SampleFailure | null {
  if (skipped === undefined) return null;
  const mapped = new Set(attributes.map(({ path }) => pathKey(path)));
  const were = new Set(outcome.skipped.map(keyOf));
  const wrong = skipped.flatMap((name) => {
    if (!mapped.has(keyOf(name))) return [`${name} is not mapped at all`];
    return were.has(keyOf(name)) ? [] : [`${name} has a value`];
  });
  return wrong.length === 0 ? null : failure('skipped', wrong.join(', '));
}

function keyOf(name: string): string {
  const parsed = parsePath(name);
  return parsed.ok ? pathKey(parsed.path) : name.toLowerCase();
}

function judgeError({ error }: SampleExpectation, { fault }: SampleOutcome): SampleFailure | null {
  if (error === undefined) return null;
  const wanted = [error.code, error.kind, error.attribute].filter((part) => part !== undefined).join(', ');
  if (fault === null) return failure('error', `expected ${wanted}, but there was none`);
  const is = describeFault(fault);
  const fits =
    (error.code === undefined || error.code === is.code) &&
    (error.kind === undefined || error.kind === is.kind) &&
    (error.attribute === undefined || keyOf(error.attribute) === keyOf(is.attribute ?? ''));
  return fits ? null : failure('error', `expected ${wanted}, but: ${faultText(fault)}`);
}

/** A fault of mapping says `attribute: message (kind)`. */
function describeFault({ code, message }: ObjectFault): ExpectedError {
  const colon = message.indexOf(': ');
  return {
    code,
    kind: /\(([a-z-]+)\)$/.exec(message)?.[1],
    // An extension's attribute has colons of its own, but no blank behind them.
    attribute: colon < 0 ? undefined : message.slice(0, colon),
  };
}

function faultText({ code, message }: ObjectFault): string {
  return `${code}: ${message}`;
}

function judgeResource(expected: SampleExpectation, outcome: SampleOutcome): SampleFailure | null {
  const about = expected.contains === undefined ? 'resource' : 'contains';
  const wanted = expected.contains ?? expected.resource;
  if (wanted === undefined) return null;
  if (wanted === null)
    return outcome.resource === null ? null : failure(about, 'none was expected, but an account would be created');
  if (outcome.resource === null) return failure(about, `no account would be created${whyNothing(expected, outcome)}`);
  const differences = resourceDifferences(wanted, outcome.resource, about === 'resource');
  return differences.length === 0 ? null : failure(about, '', differences);
}

function judgePatch(expected: SampleExpectation, outcome: SampleOutcome): SampleFailure | null {
  const { patch } = expected;
  if (patch === undefined) return null;
  const left = [...(outcome.patch ?? [])];
  const missing = patch.filter((operation) => {
    const index = left.findIndex((each) => sameOperation(each, operation));
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
  const differences = [
    ...missing.map((each) => ({ path: placeOf(each), expected: each.value ?? null, actual: undefined })),
    ...left.map((each) => ({ path: placeOf(each), expected: undefined, actual: each.value ?? null })),
  ];
  return differences.length === 0 ? null : failure('patch', whyNothing(expected, outcome).trim(), joined(differences));
}

function sameOperation(left: PatchOperation, right: PatchOperation): boolean {
  return placeOf(left).toLowerCase() === placeOf(right).toLowerCase() && isSameValue(valueIn(left), valueIn(right));
}

function valueIn({ value }: PatchOperation): ScimValue {
  return value ?? null;
}

function placeOf({ op, path }: PatchOperation): string {
  return path === undefined ? op : `${op} ${path}`;
}

/** One line for an operation whose value alone is another one. */
function joined(differences: readonly ResourceDifference[]): ResourceDifference[] {
  const byPath = new Map<string, ResourceDifference>();
  for (const each of differences) {
    const other = byPath.get(each.path);
    byPath.set(each.path, other === undefined ? each : { ...each, expected: other.expected });
  }
  return [...byPath.values()];
}
