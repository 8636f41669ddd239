// What was learned about a target from its answers, and holds for the next process as well. Remembered in the store as JSON,
// beside what the target says about itself (capabilities.ts). Names of attributes carry the kind: `User title`.
import type { ScimKind } from './resource.ts';

/** How a target was seen to remove members. */
export type MemberRemovalForm = 'path' | 'list' | 'replacement' | 'resource';

/** What the client knows better than to try again. Everything here can be learned anew; nothing is needed to be right. */
export interface LearnedFacts {
  /** Attributes that are taken only in a value without path. */
  readonly pathless: readonly string[];
  /** Attributes for which the form without path was refused as well. */
  readonly refusedPathless: readonly string[];
  /** Attributes that only a PUT of the whole resource changes. */
  readonly replaced: readonly string[];
  /** Lists that have to be stated whole, because the target takes what is added for all there is. */
  readonly statedWhole: readonly string[];
  /** Lists of which an addition takes one element of each operation. */
  readonly addedSingly: readonly string[];
  /** Attributes that are answered with success in every form, and never kept. */
  readonly ignored: readonly string[];
  /** Attributes whose change was seen to take effect, so that it need not be read back. */
  readonly proven: readonly string[];
  /** Kinds of which the target knows no PATCH. */
  readonly unpatchable: readonly ScimKind[];
  /** Kinds of which the target knows no DELETE. */
  readonly undeletable: readonly ScimKind[];
  /** How members are removed; null while the first form was never refused. */
  readonly memberRemoval: MemberRemovalForm | null;
  /** Forms of removal that took other members with them. */
  readonly wiping: readonly MemberRemovalForm[];
  /** Whether a group was seen to show its members. */
  readonly showsMembers: boolean;
  /** `required`: changes have to name a version. `unusable`: the versions shown are not those that are compared. */
  readonly version: 'required' | 'unusable' | null;
  /** Number of the filter form that was understood, by kind and attribute. */
  readonly filterForms: Readonly<Record<string, number>>;
}

/** What is known of a target that never deviated. */
export const NOTHING_LEARNED: LearnedFacts = {
  pathless: [],
  refusedPathless: [],
  replaced: [],
  statedWhole: [],
  addedSingly: [],
  ignored: [],
  proven: [],
  unpatchable: [],
  undeletable: [],
  memberRemoval: null,
  wiping: [],
  showsMembers: false,
  version: null,
  filterForms: {},
};

/** What the store kept; what an earlier version did not know is taken as never learned. */
export function learnedFrom(json: string | null): LearnedFacts {
  return json === null ? NOTHING_LEARNED : { ...NOTHING_LEARNED, ...(JSON.parse(json) as Partial<LearnedFacts>) };
}
