// What the directory says about one person or group when somebody asks why they are (not) provisioned. Each part is known
// or says why it is not, because a missing permission must not hide the rest.
import type { AppRoleAssignment, ObjectKind, ReadOutcome, ServicePrincipal } from './directory.ts';

/** A part of an answer. */
export type Answered<T> =
  | { readonly known: true; readonly value: T }
  /** In words, with the next step where there is one. */
  | { readonly known: false; readonly why: string };

/** An object with what it is called. */
export interface Named {
  readonly id: string;
  readonly displayName: string | null;
}

/** By which of its names an object was found, the most particular first. */
export const NAME_KINDS = ['id', 'userPrincipalName', 'mail', 'employeeId', 'displayName'] as const;

/** An object that somebody may have meant. */
export interface Candidate extends Named {
  readonly kind: ObjectKind;
  /** userPrincipalName, or mail, for telling namesakes apart. */
  readonly address: string | null;
  readonly by: (typeof NAME_KINDS)[number];
}

/** A row of appRoleAssignedTo with the name of the principal. */
export interface NamedAssignment extends AppRoleAssignment {
  readonly principalDisplayName: string | null;
}

/** The groups around an object. */
export interface Memberships {
  /** Groups that hold it directly. */
  readonly direct: readonly Named[];
  /** Groups that hold it directly or through other groups. */
  readonly all: readonly Named[];
  /** Id of a group to the ids of the groups that hold it directly, as far as they were asked for. */
  readonly parents: ReadonlyMap<string, readonly string[]>;
  /** False when there are more groups than one answer holds. */
  readonly complete: boolean;
}

/** See the comment of the file. */
export interface DirectoryFacts {
  readonly kind: ObjectKind;
  readonly id: string;
  readonly object: Answered<ReadOutcome>;
  readonly application: Answered<ServicePrincipal>;
  readonly assignments: Answered<{
    readonly rows: readonly NamedAssignment[];
    /** False when rows about others were left out; those about the object and its groups are there. */
    readonly complete: boolean;
  }>;
  readonly memberships: Answered<Memberships>;
  /** People who are only in groups inside assigned groups; null when it was not counted. */
  readonly nestedPeople: number | null;
}

/** The candidates of the most particular name that anybody has; several are an ambiguous name. */
export function mostParticular(candidates: readonly Candidate[]): readonly Candidate[] {
  const best = NAME_KINDS.find((by) => candidates.some((each) => each.by === by));
  const found = candidates.filter((each) => each.by === best);
  return found.filter((each, index) => found.findIndex((other) => other.id === each.id) === index);
}

/** Whether a text is the id of a directory object. */
export function isObjectId(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
