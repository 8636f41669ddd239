// What undoing a cycle came to, or would come to. Holds values of attributes; it is printed, never logged.

/** One account that the cycle wrote to. */
export interface UndoneAccount {
  readonly kind: 'user' | 'group';
  readonly id: string;
  readonly name: string | null;
  readonly action: 'update' | 'enable' | 'disable' | null;
  readonly outcome: 'planned' | 'restored' | 'failed' | 'leftAlone';
  readonly changes: readonly {
    readonly attribute: string;
    readonly oldValue: string | null;
    readonly newValue: string | null;
  }[];
  /** Attributes that are not restored, or the whole account, and why. */
  readonly leftAlone: readonly string[];
}

/** One group whose members the cycle changed. */
export interface UndoneGroup {
  readonly id: string;
  readonly name: string | null;
  readonly outcome: UndoneAccount['outcome'];
  /** Members that get their membership back, and those who lose it. */
  readonly added: readonly UndoneMember[];
  readonly removed: readonly UndoneMember[];
  /** Members that stay as they are, or the whole group, and why. */
  readonly leftAlone: readonly string[];
}

/** A person with the name that the directory gives. */
export interface UndoneMember {
  readonly id: string;
  readonly name: string | null;
}

/** The undoing of one cycle. */
export interface UndoReport {
  readonly cycleId: string;
  /** The id of what is to be restored, by which exactly this is approved. */
  readonly set: string;
  readonly carriedOut: boolean;
  /** Sentences of the guards that tripped. */
  readonly held: readonly string[];
  readonly objects: readonly UndoneAccount[];
  readonly groups: readonly UndoneGroup[];
  /** How many memberships are known that the cycle added or removed. */
  readonly memberships: number;
}
