// Scoping filters: whom a job provisions, beyond assignment. Entra's "Scoping users or groups to be provisioned with
// scoping filters": clauses of a group are ANDed, groups are ORed, and a missing value makes every clause false except
// IS NULL, so that nobody gets in by an omission. Does not know about assignment and never reads anything itself.
import { integerOf, isList, isNullOrEmpty, toText } from '../expressions/coerce.ts';
import type { SourceValue } from '../expressions/evaluation.ts';
import type { AttributeType, ScopingOperator } from './scoping-operators.ts';
import { findOperator } from './scoping-operators.ts';

export interface FilterClause {
  sourceOperandName: string;
  operatorName: string;
  targetOperand?: { values: readonly string[] } | undefined;
}

export interface FilterGroup {
  name?: string | undefined;
  clauses: readonly FilterClause[];
}

export interface ScopingFilter {
  groups: readonly FilterGroup[];
}

export interface ScopeVerdict {
  inScope: boolean;
  /** Clause by clause: `"staff only": userType EQUALS Member -> Guest (no)`. Holds attribute values. */
  reasons: readonly string[];
}

export interface CompiledScope {
  /** Source attributes the filter looks at, each once. */
  readonly attributes: readonly string[];
  evaluate(attribute: (name: string) => SourceValue): ScopeVerdict;
}

export interface ScopeError {
  kind:
    | 'unknown-operator'
    | 'unsupported-operator'
    | 'unknown-attribute'
    | 'missing-operand'
    | 'invalid-operand'
    | 'unsupported-multivalue'
    | 'unsupported-type';
  message: string;
  /** Indexes of the group and of the clause within it, from 0. */
  group: number;
  clause: number;
}

/** What the source's schema says of an attribute. */
export interface DeclaredAttribute {
  readonly type?: AttributeType;
  readonly multivalued?: boolean;
}

/** What is known of a name: its declaration, true (exists), the name that was probably meant, or false. */
export type KnowsScopeAttribute = (attribute: string) => boolean | string | DeclaredAttribute;

/** A refused filter still gives a scope, in which every refused clause is false: it lets nobody in by a mistake. */
export type ScopeCompilation =
  | { ok: true; scope: CompiledScope }
  | { ok: false; errors: ScopeError[]; failClosed: CompiledScope };

/** All faults of the filter at once. */
export function compileScope(filter: ScopingFilter, knows: KnowsScopeAttribute = () => true): ScopeCompilation {
  const errors: ScopeError[] = [];
  const attributes = new Set<string>();
  const groups = filter.groups.map((group, groupIndex): CompiledGroup => {
    const clauses = group.clauses.map((clause, clauseIndex): CompiledClause => {
      const compiled = compileClause(clause, knows);
      if (!('fault' in compiled)) {
        attributes.add(clause.sourceOperandName);
        return compiled;
      }
      errors.push({ ...compiled.fault, group: groupIndex, clause: clauseIndex });
      return { attribute: clause.sourceOperandName, condition: `${describe(clause)} (refused)`, holds: () => false };
    });
    return { title: group.name === undefined ? `group ${groupIndex + 1}` : `"${shown(group.name)}"`, clauses };
  });
  const scope: CompiledScope = { attributes: [...attributes], evaluate: (attribute) => judge(groups, attribute) };
  return errors.length === 0 ? { ok: true, scope } : { ok: false, errors, failClosed: scope };
}

interface CompiledGroup {
  readonly title: string;
  readonly clauses: readonly CompiledClause[];
}

interface CompiledClause {
  readonly attribute: string;
  readonly condition: string;
  readonly holds: (value: SourceValue) => boolean;
}

type ClauseFault = Omit<ScopeError, 'group' | 'clause'>;

function compileClause(clause: FilterClause, knows: KnowsScopeAttribute): CompiledClause | { fault: ClauseFault } {
  const searched = findOperator(clause.operatorName);
  if (!('found' in searched)) return { fault: searched };
  const operator = searched.found;
  const fault = faultOfAttribute(clause.sourceOperandName, operator, knows) ?? faultOfOperand(clause, operator);
  if (fault !== undefined) return { fault };
  const operand = clause.targetOperand?.values[0] ?? '';
  const holds = (value: SourceValue) => clauseHolds(operator, operand, value);
  return { attribute: clause.sourceOperandName, condition: describe(clause, operator), holds };
}

function clauseHolds(operator: ScopingOperator, operand: string, value: SourceValue): boolean {
  if (value === null || isNullOrEmpty(value)) return operator.name === 'IS NULL';
  // Lists and complex values are present, and that is all a filter may say of them.
  if (typeof value === 'object') return operator.name === 'IS NOT NULL';
  return operator.holds(value, operand);
}

function faultOfOperand(clause: FilterClause, operator: ScopingOperator): ClauseFault | undefined {
  if (operator.arity === 'unary') return undefined;
  const values = clause.targetOperand?.values ?? [];
  const [operand] = values;
  if (operand === undefined) {
    return { kind: 'missing-operand', message: `${operator.name} needs a value to compare with.` };
  }
  if (values.length > 1) {
    const message = `${operator.name} takes one value, not ${values.length}. Write one group per value.`;
    return { kind: 'invalid-operand', message };
  }
  if (!operator.integerOperand || integerOf(operand) !== undefined) return undefined;
  return { kind: 'invalid-operand', message: `${operator.name} compares integers; "${shown(operand)}" is none.` };
}

// Entra's page on known limits; used where the source's schema does not say it.
const MULTIVALUED = new Set(['businessPhones', 'groupTypes', 'imAddresses', 'otherMails', 'proxyAddresses']);
const NEVER_FILTERED = new Set(['appRoleAssignments', 'members']);
const DATES = new Set([
  'accountExpires',
  'createdDateTime',
  'deletedDateTime',
  'employeeHireDate',
  'employeeLeaveDateTime',
  'externalUserStateChangeDateTime',
  'lastPasswordChangeDateTime',
  'onPremisesLastSyncDateTime',
]);

function faultOfAttribute(
  name: string,
  operator: ScopingOperator,
  knows: KnowsScopeAttribute,
): ClauseFault | undefined {
  const known = knows(name);
  if (known === false || typeof known === 'string') {
    const hint = typeof known === 'string' ? ` Did you mean "${known}"? Names are case-sensitive.` : '';
    return { kind: 'unknown-attribute', message: `The source attribute "${shown(name)}" is not known.${hint}` };
  }
  const declared = known === true ? {} : known;
  const asksPresence = operator.name === 'IS NULL' || operator.name === 'IS NOT NULL';
  if (NEVER_FILTERED.has(name) || (!asksPresence && (declared.multivalued ?? MULTIVALUED.has(name)))) {
    const message = `${name} has several values; scoping filters compare single values only.`;
    return { kind: 'unsupported-multivalue', message };
  }
  const type = declared.type ?? (DATES.has(name) ? 'DateTime' : undefined);
  if (type === 'DateTime') {
    return { kind: 'unsupported-type', message: `${name} is a date; scoping filters do not compare dates.` };
  }
  if (type === undefined || !operator.refusedTypes.includes(type)) return undefined;
  return { kind: 'unsupported-type', message: `${operator.name} does not apply to ${name}, which is of type ${type}.` };
}

/** Every clause is judged, also behind the first that fails, so that the reasons are complete. */
function judge(groups: readonly CompiledGroup[], attribute: (name: string) => SourceValue): ScopeVerdict {
  if (groups.length === 0) return { inScope: true, reasons: ['no scoping filter (yes)'] };
  const reasons: string[] = [];
  let inScope = false;
  for (const { title, clauses } of groups) {
    let groupHolds = true;
    if (clauses.length === 0) reasons.push(`${title}: no clauses (yes)`);
    for (const clause of clauses) {
      const value = attribute(clause.attribute) ?? null;
      const holds = clause.holds(value);
      groupHolds &&= holds;
      reasons.push(`${title}: ${clause.condition} -> ${describeValue(value)} (${holds ? 'yes' : 'no'})`);
    }
    inScope ||= groupHolds;
  }
  return { inScope, reasons };
}

function describe(clause: FilterClause, operator?: ScopingOperator): string {
  const words = [clause.sourceOperandName, operator?.name ?? clause.operatorName];
  const operand = operator?.arity === 'unary' ? undefined : clause.targetOperand?.values[0];
  return words
    .concat(operand === undefined ? [] : [operand === '' ? '""' : operand])
    .map(shown)
    .join(' ');
}

function describeValue(value: SourceValue): string {
  if (isNullOrEmpty(value)) return 'no value';
  const text = toText(value);
  if (text.ok) return shown(text.value ?? '');
  return isList(value) ? `${value.length} values` : 'a complex value';
}

const MAX_SHOWN = 100;

/** Values come from the directory: one line of bounded length, whatever they hold. */
function shown(text: string): string {
  const cut = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
  return cut.replace(/[\p{Cc}\u2028\u2029]/gu, ' ');
}
