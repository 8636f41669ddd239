// One clause of a scoping filter: what is wrong with it when it is saved, and how it judges a value. A missing value makes
// every clause false except IS NULL, unless the clause itself says otherwise (whenNull); so does whatever cannot be compared.
import { isList, isNullOrEmpty, toText } from '../expressions/coerce.ts';
import type { SourceValue } from '../expressions/evaluation.ts';
import { type StepBudget, stepBudget } from '../expressions/regex.ts';
import type { DeclaredAttribute } from './scoping-attributes.ts';
import { knownAttribute, MEMBER_OF, NEVER_FILTERED } from './scoping-attributes.ts';
import { compileMembership } from './scoping-membership.ts';
import type { Judgement, PreparedOperator, ScopeFacts, ScopingOperator, Trouble } from './scoping-operators.ts';
import { findOperator, IS_NOT_NULL, IS_NULL } from './scoping-operators.ts';

/** A clause as it is written. `quantifier` and `whenNull` exist in scimsync only. */
export interface FilterClause {
  sourceOperandName: string;
  operatorName: string;
  targetOperand?: { values: readonly string[] } | undefined;
  /** For attributes with several values: whether one of them has to satisfy the operator, or each. */
  quantifier?: 'any' | 'all' | undefined;
  /** What the clause is for somebody without a value, instead of false. */
  whenNull?: boolean | undefined;
}

export type ScopeErrorKind =
  | 'unknown-operator'
  | 'unsupported-operator'
  | 'unknown-attribute'
  | 'missing-operand'
  | 'invalid-operand'
  | 'invalid-regex'
  | 'invalid-option'
  | 'unsupported-multivalue'
  | 'unsupported-type'
  | 'unsupported-filter';

export interface ClauseFault {
  readonly kind: ScopeErrorKind;
  readonly message: string;
  /** What to do. */
  readonly advice: string;
}

/** What is known of a name: its declaration, true (exists), the name that was probably meant, or false. */
export type KnowsScopeAttribute = (attribute: string) => boolean | string | DeclaredAttribute;

/** Why a clause is what it is: the operator decided, or one of the rules around it. */
export type ClauseWhy = 'compared' | 'missing' | 'whenNull' | 'refused' | Trouble['trouble'];

export interface ClauseVerdict {
  readonly result: boolean;
  readonly why: ClauseWhy;
  readonly note: string | null;
  /** The value that was looked at, as one line of bounded length. */
  readonly value: string;
}

export interface CompiledClause {
  readonly attribute: string;
  /** Canonical name; as written when there is no such operator. */
  readonly operator: string;
  readonly operand: string | null;
  /** Uses something that Entra does not have. */
  readonly scimsyncOnly: boolean;
  readonly readsClock: boolean;
  /** Source attributes it reads. */
  readonly attributes: readonly string[];
  /** Groups it asks for, by their ids. */
  readonly groups: readonly string[];
  readonly warnings: PreparedOperator['warnings'];
  readonly judge: (attribute: (name: string) => SourceValue, facts: ScopeFacts) => ClauseVerdict;
}

export type CompiledOrFault = CompiledClause | { readonly fault: ClauseFault };

export function compileClause(clause: FilterClause, knows: KnowsScopeAttribute): CompiledOrFault {
  const membership = compileMembership(clause, knows);
  if (membership !== null) return membership;
  const searched = findOperator(clause.operatorName);
  if (!('found' in searched)) return { fault: searched };
  const operator = searched.found;
  const attributeFault = faultOfAttribute(clause, operator, knows) ?? faultOfOptions(clause, operator);
  if (attributeFault !== undefined) return { fault: attributeFault };
  const operand = operator.arity === 'unary' ? '' : operandOf(clause, operator);
  if (typeof operand !== 'string') return { fault: operand };
  const prepared = operator.prepare(operand);
  if ('kind' in prepared) return { fault: prepared };
  const { sourceOperandName: name, quantifier, whenNull } = clause;
  return {
    attribute: name,
    operator: operator.name,
    operand: operator.arity === 'unary' ? null : operand,
    scimsyncOnly: operator.scimsyncOnly || quantifier !== undefined || whenNull !== undefined,
    readsClock: prepared.readsClock,
    attributes: [name],
    groups: [],
    warnings: prepared.warnings,
    judge: (attribute, facts) => {
      const value = attribute(name) ?? null;
      return judgeValue({ operator, prepared, quantifier, whenNull }, value, facts);
    },
  };
}

/** A clause that cannot be used: false for everybody. */
export function refusedClause(clause: FilterClause, { message }: ClauseFault): CompiledClause {
  const { sourceOperandName: name } = clause;
  return {
    attribute: name,
    operator: clause.operatorName,
    operand: clause.targetOperand?.values[0] ?? null,
    scimsyncOnly: false,
    readsClock: false,
    attributes: [],
    groups: [],
    warnings: [],
    judge: (attribute) => ({
      result: false,
      why: 'refused',
      note: shown(message),
      value: describeValue(attribute(name) ?? null),
    }),
  };
}

interface Judging {
  readonly operator: ScopingOperator;
  readonly prepared: PreparedOperator;
  readonly quantifier: FilterClause['quantifier'];
  readonly whenNull: FilterClause['whenNull'];
}

function judgeValue(judging: Judging, value: SourceValue, facts: ScopeFacts): ClauseVerdict {
  const { operator, prepared, whenNull } = judging;
  const verdict = (result: boolean, why: ClauseWhy, note: string | null = null): ClauseVerdict => ({
    result,
    why,
    note,
    value: describeValue(value),
  });
  if (value === null || isNullOrEmpty(value)) {
    if (operator.name === IS_NULL) return verdict(true, 'compared');
    return whenNull === undefined ? verdict(false, 'missing') : verdict(whenNull, 'whenNull', `whenNull: ${whenNull}`);
  }
  // Of lists and complex values a filter may say without more that they are there.
  if (asksPresence(operator)) return verdict(operator.name === IS_NOT_NULL, 'compared');
  const judged = judgePresent(judging, value, facts);
  if (typeof judged !== 'boolean') return verdict(false, judged.trouble, judged.note);
  return verdict(judged, 'compared', prepared.note?.(facts) ?? null);
}

function judgePresent({ prepared, quantifier }: Judging, value: SourceValue, facts: ScopeFacts): Judgement {
  if (quantifier === undefined && isList(value)) {
    return { trouble: 'unsupported-multivalue', note: 'several values: the clause needs quantifier any or all' };
  }
  // One budget for all values of a clause, so that a long list of them takes no longer than one.
  const budget = stepBudget();
  const judged = (isList(value) ? value : [value]).map((each) => judgeSingle(prepared, each, facts, budget));
  const decided = judged.filter((each) => typeof each === 'boolean');
  const trouble = judged.find((each) => typeof each !== 'boolean');
  if (quantifier === 'any') return decided.includes(true) || (trouble ?? false);
  return trouble ?? !decided.includes(false);
}

function judgeSingle(prepared: PreparedOperator, value: SourceValue, facts: ScopeFacts, budget: StepBudget): Judgement {
  if (value === null || value === '') return false;
  if (typeof value === 'object') return { trouble: 'unsupported-type', note: 'a complex value cannot be compared' };
  return prepared.judge(value, facts, budget);
}

function asksPresence({ name }: ScopingOperator): boolean {
  return name === IS_NULL || name === IS_NOT_NULL;
}

function operandOf(clause: FilterClause, operator: ScopingOperator): string | ClauseFault {
  const values = clause.targetOperand?.values ?? [];
  const [operand] = values;
  if (operand === undefined) {
    const advice = 'Write targetOperand: { values: ["..."] }.';
    return { kind: 'missing-operand', message: `${operator.name} needs a value to compare with.`, advice };
  }
  if (values.length === 1) return operand;
  const message = `${operator.name} takes one value, not ${values.length}.`;
  return { kind: 'invalid-operand', message, advice: 'Write one group per value: one of the groups has to hold.' };
}

function faultOfOptions({ quantifier, whenNull }: FilterClause, operator: ScopingOperator): ClauseFault | undefined {
  const given = quantifier !== undefined ? 'quantifier' : whenNull !== undefined ? 'whenNull' : undefined;
  if (given === undefined || !asksPresence(operator)) return undefined;
  const message = `${given} means nothing beside ${operator.name}.`;
  return { kind: 'invalid-option', message, advice: 'Leave it out.' };
}

const ONLY_HERE = 'Only scimsync has them; Entra refuses such a clause';

function faultOfAttribute(
  { sourceOperandName: name, quantifier }: FilterClause,
  operator: ScopingOperator,
  knows: KnowsScopeAttribute,
): ClauseFault | undefined {
  if (name === MEMBER_OF) {
    const advice = 'Write memberOf with Member_Of or Not_Member_Of and the ids of groups. Only scimsync has them.';
    return { kind: 'unsupported-type', message: `${operator.name} does not apply to memberOf.`, advice };
  }
  const known = knows(name);
  if (known === false || typeof known === 'string') {
    const hint = typeof known === 'string' ? `Did you mean "${known}"? Names are case-sensitive.` : '';
    const advice = hint === '' ? 'docs/attributes.md lists the attributes of people and groups.' : hint;
    return { kind: 'unknown-attribute', message: `The source attribute "${shown(name)}" is not known.`, advice };
  }
  const never = NEVER_FILTERED.get(name);
  if (never !== undefined) {
    return { kind: 'unsupported-multivalue', message: `Filters cannot compare ${name}.`, advice: never };
  }
  if (asksPresence(operator)) return undefined;
  const { type, multivalued } = { ...knownAttribute(name), ...(known === true ? {} : known) };
  if (multivalued === true && quantifier === undefined) {
    const message = `${name} has several values; as in Entra, clauses compare single values.`;
    const advice = 'Add quantifier: any (one of them has to satisfy it) or quantifier: all (each).';
    return { kind: 'unsupported-multivalue', message, advice: `${advice} ${ONLY_HERE}.` };
  }
  if (type === undefined || !operator.refusedTypes.includes(type)) return undefined;
  if (type === 'DateTime') {
    const message = `${name} is a date, which ${operator.name} does not compare.`;
    const advice = 'Write Before, Before_OR_EQUALS, After or After_OR_EQUALS, for instance with "now+14d".';
    return { kind: 'unsupported-type', message, advice: `${advice} ${ONLY_HERE}.` };
  }
  const message = `${operator.name} does not apply to ${name}, which is of type ${type}.`;
  return { kind: 'unsupported-type', message, advice: FITTING[type] };
}

const FITTING: Readonly<Record<'String' | 'Integer' | 'Boolean' | 'Reference' | 'Binary', string>> = {
  String: 'Write EQUALS, Includes, ENDS_WITH or REGEX MATCH.',
  Integer: 'Write EQUALS, Greater_Than or Greater_Than_OR_EQUALS.',
  Boolean: 'Write IS TRUE or IS FALSE.',
  Reference: 'Write EQUALS with the object id, IS NULL or IS NOT NULL.',
  Binary: 'Write IS NULL or IS NOT NULL.',
};

function describeValue(value: SourceValue): string {
  if (isNullOrEmpty(value)) return 'no value';
  const text = toText(value);
  if (text.ok) return shown(text.value ?? '');
  return isList(value) ? `${value.length} ${value.length === 1 ? 'value' : 'values'}` : 'a complex value';
}

const MAX_SHOWN = 100;

/** Values come from the directory: one line of bounded length, whatever they hold. */
export function shown(text: string): string {
  const cut = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
  return cut.replace(/[\p{Cc}\u2028\u2029]/gu, ' ');
}
