// The single requests that the ladders are made of, and what they share: what was learned, and whether rungs are taken at all.
import type { TargetResult } from '../engine/ports.ts';
import type { PatchOperation, ScimKind, ScimResource } from '../scim/resource.ts';
import type { Adaptation } from './adaptation.ts';
import type { Learning } from './learning.ts';

/** The resource after the request where the target shows it. */
export type PatchResult = TargetResult<ScimResource | null>;

/** One request each; how often it is tried is the business of the exchange. */
export interface ResourceRequests {
  /** `mayRepeat` is false for what was worked out from an older state of the resource; true unless given. */
  patch(
    kind: ScimKind,
    id: string,
    operations: readonly PatchOperation[],
    signal: AbortSignal,
    mayRepeat?: boolean,
  ): Promise<PatchResult>;
  put(kind: ScimKind, id: string, resource: ScimResource, signal: AbortSignal): Promise<PatchResult>;
  get(kind: ScimKind, id: string, signal: AbortSignal): Promise<PatchResult>;
}

/** What every rung of a client shares. */
export interface LadderContext {
  readonly requests: ResourceRequests;
  readonly learning: Learning;
  /** Told of every rung before it is tried. */
  readonly adapted: (use: Adaptation) => void;
}

/** Never aborted: for what has to be seen through once it was begun, also when the process is to end. */
export const UNBROKEN: AbortSignal = new AbortController().signal;

/** Whether a request failed for a reason that may be over soon; a refusal is none. */
export function failsForNow(result: PatchResult): boolean {
  if (result.ok) return false;
  const { status = 0 } = result.fault;
  return status === 429 || status < 400 || (status >= 500 && status !== 501);
}

/** Whether a change was refused because the resource is another by now, or its version was not named. */
export function isOutdated(result: PatchResult): boolean {
  return !result.ok && [412, 428].includes(result.fault.status ?? 0);
}

/** Values of `scimType` that no other form of the same request would change, in lower case. */
export const NEVER_ABOUT_FORM: ReadonlySet<string> = new Set([
  'uniqueness',
  'mutability',
  'toomany',
  'sensitive',
  'invalidvers',
]);

const ABOUT_VALUES: ReadonlySet<string> = new Set(['invalidvalue', ...NEVER_ABOUT_FORM]);
const SAYS_UNSUPPORTED = /not\s+(yet\s+)?(implemented|supported|allowed by this server)|unsupported|does not support/i;

/**
 * Whether a refusal may be about the form of a request: 400 unless it names the value, 405, 501, and a 403 that says that
 * something is not supported. `scimType` is used where it is there, and never needed.
 */
export function refusesForm(result: PatchResult): boolean {
  if (result.ok) return false;
  const { status, scimType, message } = result.fault;
  if (status === 400) return !ABOUT_VALUES.has(scimType?.toLowerCase() ?? '');
  if (status === 403) return SAYS_UNSUPPORTED.test(message);
  return status === 405 || status === 501;
}

/** Whether another form of what was refused did not get through either; 5xx is no better than 400 then. */
export function refusesRung(result: PatchResult): boolean {
  return refusesForm(result) || (!result.ok && (result.fault.status ?? 0) >= 500);
}
