// The answer to "why is this person or group (not) there", as data: the parts in the order in which they are to be read,
// and the same facts for scripts. Names are a contract with `scimsync explain --json`.
import type { ObjectKind } from '../model/directory.ts';
import type { Named } from '../model/directory-facts.ts';
import type { LifecycleEvent } from '../model/lifecycle.ts';
import type { ScopeReason } from '../rules/scoping.ts';

/** What a finding is about. */
export type Topic = 'directory' | 'assigned' | 'filters' | 'account' | 'next' | 'mapped' | 'pending' | 'history';

/** Who says so, and when. */
export interface Origin {
  readonly from: 'Graph' | 'target' | 'store';
  /** ISO time; null when it is not known. */
  readonly at: string | null;
}

/** One part of the explanation. */
export interface Finding {
  readonly topic: Topic;
  /** One or two words, such as `no` or `would pass`. */
  readonly answer: string;
  readonly lines: readonly string[];
  readonly origin: Origin | null;
  /** True for what keeps the object out, or needs somebody. */
  readonly troubles: boolean;
}

/** An assignment that concerns the object. */
export interface AssignmentPath {
  readonly type: 'everybody' | 'direct' | 'group';
  /** The assigned group. */
  readonly group: Named | null;
  /** Groups on the way up, from the one that holds the object to the assigned one; empty when the way is not known. */
  readonly chain: readonly Named[];
  readonly role: string;
  /** Default Access, which the job leaves out. */
  readonly leftOut: boolean;
  /** False for a group that holds the object only through other groups while nestedGroups is direct. */
  readonly reached: boolean;
}

/** What is known of the assignment; `entitled` is null when nobody could say. */
export interface Standing {
  readonly entitled: boolean | null;
  /** As a row keeps them. */
  readonly roles: string | null;
  readonly paths: readonly AssignmentPath[];
  /** How many groups hold the object; null when it is not known. */
  readonly groups: number | null;
  readonly origin: Origin;
}

/** Why an object is not in scope: the first reason. */
export type Reason = LifecycleEvent | 'kindNotProvisioned' | 'notReadYet' | 'unknown';

/** How bad it is, the worst first. */
export const CONCERNS = ['failing', 'held', 'notInScope', 'unknown', 'pending', 'well'] as const;
export type ExplainConcern = (typeof CONCERNS)[number];

/** A mapped value; null for one that must not be shown. */
export interface MappedValue {
  readonly name: string;
  readonly value: unknown;
  readonly redacted: boolean;
}

/** The account in the target. */
export interface ExplainedAccount {
  readonly targetId: string;
  /** Null when it was not asked for. */
  readonly active: boolean | null;
  /** `link`, or the matching attribute. */
  readonly foundBy: string;
  readonly protected: boolean;
}

/** Something of the provisioning log. */
export interface PastAction {
  readonly at: string;
  readonly action: string;
  readonly status: string;
  readonly code: string | null;
  readonly reason: string | null;
}

/** One thing that helps. */
export interface Remedy {
  readonly text: string;
  /** What is known about the consequences. */
  readonly note: string | null;
  /** Arguments of the command line, without the name of the program. */
  readonly command: string | null;
}

/** See the comment of the file. */
export interface Explanation {
  readonly jobId: string;
  readonly object: Named & { readonly kind: ObjectKind; readonly address: string | null };
  /** Null when it could not be decided. */
  readonly inScope: boolean | null;
  readonly reason: Reason | null;
  readonly concern: ExplainConcern;
  readonly findings: readonly Finding[];
  /** What helps, the smallest step first; empty when nothing is to be done. */
  readonly remedy: readonly Remedy[];
  /** Reads that were refused, with the next step. */
  readonly notRead: readonly string[];
  readonly assigned: Pick<Standing, 'entitled' | 'paths'>;
  readonly filters: {
    readonly passes: boolean;
    /** One line a clause. */
    readonly reasons: readonly string[];
    /** The same, part by part. */
    readonly clauses: readonly ScopeReason[];
  } | null;
  readonly values: readonly MappedValue[];
  readonly account: ExplainedAccount | null;
  readonly history: readonly PastAction[];
  /** Present while a changed configuration is held: all of this is by the accepted one, since when it is in force (ISO). */
  readonly byAccepted?: { readonly since: string | null };
}
