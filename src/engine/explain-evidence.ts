// What an explanation is made from: what is looked at, and what was found out before it is put into words.
import type { ObjectKind } from '../model/directory.ts';
import type { DirectoryFacts } from '../model/directory-facts.ts';
import type { ObjectFault } from '../model/errors.ts';
import type { ScopeVerdict } from '../rules/scoping.ts';
import type { Store } from '../store/database.ts';
import type { SourceObjectRow } from '../store/source-objects.ts';
import type { CompiledJob } from './compiled-job.ts';
import type { EngineIo } from './context.ts';
import type { ExplainedAccount, MappedValue, Reason, Standing } from './explain-result.ts';
import type { StoredFacts } from './explain-store.ts';
import type { PlannedObject } from './planned-object.ts';
import type { Clock, ExplainReader } from './ports.ts';

/** What is looked at. */
export interface Explaining {
  readonly job: CompiledJob;
  readonly store: Store;
  /** An empty store in memory, for what is only read. */
  readonly scratch: Store;
  readonly clock: Clock;
  readonly random: EngineIo['random'];
  readonly signal: AbortSignal;
  /** Null offline. */
  readonly directory: ExplainReader | null;
  /** What the job is run with, for its target; null offline. */
  readonly io: EngineIo | null;
}

/** What was found out about the account. */
export interface AccountFacts {
  readonly account: ExplainedAccount | null;
  /** Matching attributes that were asked for, with the value unless it must not be shown. */
  readonly tried: readonly { readonly name: string; readonly value: string | null }[];
  /** Set when the target was asked and did not answer usably, or was not asked at all. */
  readonly notAsked: string | null;
  /** Set when matching does not decide, for instance because several accounts match. */
  readonly fault: ObjectFault | null;
  readonly planned: PlannedObject | null;
  readonly values: readonly MappedValue[];
  /** Set when the mappings cannot be evaluated. */
  readonly mappingFault: ObjectFault | null;
  /** Whom references wait for: nobody of them has an account yet. */
  readonly waiting: readonly string[];
}

/** What was found out, before it is put into words. */
export interface Evidence {
  readonly about: Explaining;
  readonly kind: ObjectKind;
  readonly id: string;
  readonly stored: StoredFacts;
  readonly facts: DirectoryFacts | null;
  /** When the directory was read; ISO. */
  readonly at: string;
  readonly standing: Standing;
  /** The object as it is judged; null when nobody knows anything of it. */
  readonly row: SourceObjectRow | null;
  readonly scope: ScopeVerdict | null;
  readonly reason: Reason | null;
  readonly account: AccountFacts | null;
}

/** What the object is called, as far as anybody knows. */
export function nameOf({ row, stored, id }: Evidence): string {
  return row?.display_name ?? stored.row?.display_name ?? stored.history.at(-1)?.sourceIdentity.displayName ?? id;
}
