// Member_Of and Not_Member_Of: whether a person is in one of the groups that a clause names. Only scimsync has them. Who is a
// member is no attribute: a cycle reads the named groups and hands in which of them hold the person (ScopeFacts.memberOf).
// While that is not known both are false, so that nobody comes in by it.
import { isObjectId } from '../model/directory-facts.ts';
import { MEMBER_OF } from './scoping-attributes.ts';
import type { ClauseFault, CompiledOrFault, FilterClause, KnowsScopeAttribute } from './scoping-clause.ts';
import { MEMBERSHIP_OPERATORS, normalize } from './scoping-operators.ts';

/** Groups that one filter may name: each costs a member list. */
export const MAX_NAMED_GROUPS = 50;

/** Null for a clause with another operator. */
export function compileMembership(clause: FilterClause, knows: KnowsScopeAttribute): CompiledOrFault | null {
  const name = membershipOperator(clause.operatorName);
  if (name === undefined) return null;
  const groups = [...new Set((clause.targetOperand?.values ?? []).map((id) => id.trim().toLowerCase()))];
  const fault = faultOf(clause, name, groups, knows);
  if (fault !== null) return { fault };
  const wanted = MEMBERSHIP_OPERATORS[name];
  return {
    attribute: MEMBER_OF,
    operator: name,
    operand: groups.join(', '),
    scimsyncOnly: true,
    readsClock: false,
    attributes: [],
    groups,
    warnings: [],
    judge: (_, { memberOf }) => {
      if (memberOf === null || memberOf === undefined) {
        return { result: false, why: 'unknown-membership', note: 'the groups were not read yet', value: 'not known' };
      }
      const found = groups.filter((id) => memberOf.includes(id));
      const value = found.length === 0 ? 'none of them' : found.join(', ');
      return { result: found.length > 0 === wanted, why: 'compared', note: null, value };
    },
  };
}

/** The operator that is meant, in any spelling. */
function membershipOperator(name: string): keyof typeof MEMBERSHIP_OPERATORS | undefined {
  const names = ['Member_Of', 'Not_Member_Of'] as const;
  return names.find((each) => normalize(each) === normalize(name));
}

function faultOf(
  clause: FilterClause,
  name: string,
  groups: readonly string[],
  knows: KnowsScopeAttribute,
): ClauseFault | null {
  if (clause.sourceOperandName !== MEMBER_OF) {
    const advice = 'Write sourceOperandName: memberOf.';
    return { kind: 'unsupported-type', message: `${name} asks for memberOf and for no other attribute.`, advice };
  }
  if (knows(MEMBER_OF) === false) {
    const advice = 'Filter groups by one of their attributes, or leave them unassigned.';
    return { kind: 'unsupported-type', message: 'memberOf is for people: groups are not filtered by it.', advice };
  }
  if (clause.quantifier !== undefined || clause.whenNull !== undefined) {
    const given = clause.quantifier === undefined ? 'whenNull' : 'quantifier';
    const advice = 'Leave it out: one of the groups is enough, and nobody is without an answer.';
    return { kind: 'invalid-option', message: `${given} means nothing beside ${name}.`, advice };
  }
  const advice = 'Write the object ids of groups: targetOperand: { values: [11111111-2222-3333-4444-555555555555] }.';
  if (groups.length === 0) return { kind: 'missing-operand', message: `${name} needs the id of a group.`, advice };
  const wrong = clause.targetOperand?.values.find((id) => !isObjectId(id.trim()));
  if (wrong === undefined) return null;
  return { kind: 'invalid-operand', message: `${JSON.stringify(wrong)} is not the object id of a group.`, advice };
}
