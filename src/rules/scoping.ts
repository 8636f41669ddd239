// Scoping filters: whom a job provisions, beyond assignment. Entra's "Scoping users or groups to be provisioned with
// scoping filters": clauses of a group are ANDed, groups are ORed, and a missing value makes every clause false except
// IS NULL, so that nobody gets in by an omission. Does not know about assignment and never reads anything itself.
import type { SourceValue } from '../expressions/evaluation.ts';
import type {
  ClauseFault,
  ClauseWhy,
  CompiledClause,
  FilterClause,
  KnowsScopeAttribute,
  ScopeErrorKind,
} from './scoping-clause.ts';
import { compileClause, refusedClause, shown } from './scoping-clause.ts';
import { MAX_NAMED_GROUPS } from './scoping-membership.ts';
import type { ScopeFacts } from './scoping-operators.ts';

export interface FilterGroup {
  name?: string | undefined;
  clauses: readonly FilterClause[];
}

export interface ScopingFilter {
  groups: readonly FilterGroup[];
  /** Experimental parts of Graph's `filter`: refused unless they are empty. */
  inputFilterGroups?: readonly unknown[] | undefined;
  categoryFilterGroups?: readonly unknown[] | undefined;
}

/** What one clause said of one object. Holds attribute values. */
export interface ScopeReason {
  /** Index of the group, from 0; null when the filter as a whole decided. */
  readonly group: number | null;
  readonly groupName: string | null;
  /** Index of the clause within its group, from 0. */
  readonly clause: number | null;
  readonly attribute: string | null;
  readonly operator: string | null;
  readonly operand: string | null;
  /** The value as one line of bounded length. */
  readonly value: string | null;
  readonly result: boolean;
  readonly why: ClauseWhy | 'noFilter' | 'noClauses' | 'unsupported-filter';
  /** More about it, in words. */
  readonly note: string | null;
  /** True for a clause that Entra does not have. */
  readonly scimsyncOnly: boolean;
  /** All of it for people: `"staff only": userType EQUALS Member -> Guest (no)`. */
  readonly text: string;
}

export interface ScopeVerdict {
  readonly inScope: boolean;
  /**
   * True when it is out of scope only because of clauses that could not be judged (a pattern that takes too long, groups
   * that are not known). That is no reason to let somebody in, and none to take an account away.
   */
  readonly undecided: boolean;
  /** Clause by clause, also behind the first that fails. */
  readonly reasons: readonly ScopeReason[];
}

export interface CompiledScope {
  /** Source attributes the filter looks at, each once. */
  readonly attributes: readonly string[];
  /** Groups whose members have to be known (`Member_Of`), by their ids, each once and sorted. */
  readonly groups: readonly string[];
  /** True when the verdict may change while nothing but time passes: such a scope has to be judged again, at least daily. */
  readonly readsClock: boolean;
  /** Never throws. What `facts` leaves out is not known, and clauses that ask for it are false. */
  evaluate(attribute: (name: string) => SourceValue, facts?: ScopeFacts): ScopeVerdict;
}

/** Where in the filter. */
interface ScopePlace {
  /** Indexes of the group and of the clause within it, from 0; null for what concerns the filter as a whole. */
  readonly group: number | null;
  readonly clause: number | null;
  /** The same as keys and indexes below the filter. */
  readonly path: readonly (string | number)[];
}

export interface ScopeError extends ScopePlace {
  readonly kind: ScopeErrorKind;
  readonly message: string;
  /** What to do. */
  readonly advice: string;
}

/** Something that is accepted, but probably not meant. */
export interface ScopeWarning extends ScopePlace {
  readonly message: string;
  readonly advice: string;
}

/** A refused filter still gives a scope, in which every refused clause is false: it lets nobody in by a mistake. */
export type ScopeCompilation =
  | { readonly ok: true; readonly scope: CompiledScope; readonly warnings: readonly ScopeWarning[] }
  | { readonly ok: false; readonly errors: readonly ScopeError[]; readonly failClosed: CompiledScope };

/** All faults of the filter at once. */
export function compileScope(filter: ScopingFilter, knows: KnowsScopeAttribute = () => true): ScopeCompilation {
  const errors = faultsOfFilter(filter);
  const closed = errors.length > 0;
  const warnings: ScopeWarning[] = [];
  const groups = filter.groups.map((group, groupIndex): CompiledGroup => {
    const clauses = group.clauses.map((clause, clauseIndex) => {
      const place = placeOf(groupIndex, clauseIndex);
      const compiled = compileClause(clause, knows);
      if ('fault' in compiled) {
        errors.push({ ...place, ...compiled.fault });
        return refusedClause(clause, compiled.fault);
      }
      for (const warning of compiled.warnings) warnings.push({ ...place, ...warning });
      return compiled;
    });
    return { name: group.name ?? null, clauses };
  });
  const all = groups.flatMap(({ clauses }) => clauses);
  const named = [...new Set(all.flatMap((clause) => clause.groups))].toSorted();
  if (named.length > MAX_NAMED_GROUPS) errors.push({ ...WHOLE, ...tooManyGroups(named.length) });
  const scope: CompiledScope = {
    attributes: [...new Set(all.flatMap((clause) => clause.attributes))],
    groups: named,
    readsClock: all.some((clause) => clause.readsClock),
    evaluate: (attribute, facts = {}) => (closed ? nobody(errors) : judge(groups, attribute, facts)),
  };
  return errors.length === 0 ? { ok: true, scope, warnings } : { ok: false, errors, failClosed: scope };
}

interface CompiledGroup {
  readonly name: string | null;
  readonly clauses: readonly CompiledClause[];
}

const WHOLE: ScopePlace = { group: null, clause: null, path: [] };

function placeOf(group: number, clause: number): ScopePlace {
  return { group, clause, path: ['groups', group, 'clauses', clause] };
}

const EXPERIMENTAL = {
  inputFilterGroups: 'It would drop people while they are read, without deprovisioning them.',
  categoryFilterGroups: 'It would say which object mapping an object belongs to.',
} as const;

/** Leaving such a part out would let more people in than were meant, so it is refused. */
function faultsOfFilter(filter: ScopingFilter): ScopeError[] {
  return (['inputFilterGroups', 'categoryFilterGroups'] as const).flatMap((key): ScopeError[] => {
    if ((filter[key] ?? []).length === 0) return [];
    const message = `${key} of Microsoft Graph is experimental, and is not supported. ${EXPERIMENTAL[key]}`;
    const advice = 'Move its clauses to groups: whoever leaves them is deprovisioned, as the lifecycle says.';
    return [{ group: null, clause: null, path: [key], kind: 'unsupported-filter', message, advice }];
  });
}

function tooManyGroups(count: number): ClauseFault {
  const message = `The filter names ${count} groups; at most ${MAX_NAMED_GROUPS} are read for a filter.`;
  return { kind: 'invalid-operand', message, advice: 'Make one group in Microsoft Entra that holds them.' };
}

function nobody(errors: readonly ScopeError[]): ScopeVerdict {
  const note = errors[0]?.message ?? '';
  const reason: ScopeReason = { ...BLANK, result: false, why: 'unsupported-filter', note, text: `${note} (no)` };
  return { inScope: false, undecided: false, reasons: [reason] };
}

const BLANK = {
  group: null,
  groupName: null,
  clause: null,
  attribute: null,
  operator: null,
  operand: null,
  value: null,
  note: null,
  scimsyncOnly: false,
} as const;

/** Every clause is judged, also behind the first that fails, so that the reasons are complete. */
function judge(
  groups: readonly CompiledGroup[],
  attribute: (name: string) => SourceValue,
  facts: ScopeFacts,
): ScopeVerdict {
  if (groups.length === 0) {
    return {
      inScope: true,
      undecided: false,
      reasons: [{ ...BLANK, result: true, why: 'noFilter', text: 'no scoping filter (yes)' }],
    };
  }
  const judged = groups.map((group, index) => reasonsOf(group, index, attribute, facts));
  const inScope = judged.some((reasons) => reasons.every(({ result }) => result));
  const mightBe = judged.some((reasons) => reasons.every(({ result, why }) => result || UNDECIDED.has(why)));
  return { inScope, undecided: mightBe && !inScope, reasons: judged.flat() };
}

const UNDECIDED: ReadonlySet<ScopeReason['why']> = new Set(['too-complex', 'unknown-time', 'unknown-membership']);

function reasonsOf(
  { name, clauses }: CompiledGroup,
  group: number,
  attribute: (name: string) => SourceValue,
  facts: ScopeFacts,
): ScopeReason[] {
  const title = name === null ? `group ${group + 1}` : `"${shown(name)}"`;
  const base = { ...BLANK, group, groupName: name };
  if (clauses.length === 0) {
    return [{ ...base, result: true, why: 'noClauses', text: `${title}: no clauses (yes)` }];
  }
  return clauses.map((clause, index) => {
    const { result, why, note, value } = clause.judge(attribute, facts);
    const answer = `${result ? 'yes' : 'no'}${note === null || why === 'refused' ? '' : `: ${note}`}`;
    return {
      ...base,
      clause: index,
      attribute: clause.attribute,
      operator: clause.operator,
      operand: clause.operand,
      value,
      result,
      why,
      note,
      scimsyncOnly: clause.scimsyncOnly,
      text: `${title}: ${conditionOf(clause)}${why === 'refused' ? ' (refused)' : ''} -> ${value} (${answer})`,
    };
  });
}

function conditionOf({ attribute, operator, operand }: CompiledClause): string {
  const words = [attribute, operator, ...(operand === null ? [] : [operand === '' ? '""' : operand])];
  return words.map(shown).join(' ');
}
