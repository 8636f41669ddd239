// What Microsoft Entra itself would refuse of a clause that is accepted here, for whoever takes a filter there. Entra's page
// on scoping filters lists the operators, and the attributes that cannot be filtered by.
import { type DeclaredAttribute, knownAttribute, MEMBER_OF, NEVER_FILTERED } from './scoping-attributes.ts';
import type { FilterClause } from './scoping-clause.ts';
import { findOperator, MEMBERSHIP_OPERATORS, normalize } from './scoping-operators.ts';

/** One reason why Entra would refuse a clause. */
export interface EntraRefusal {
  readonly part: 'operator' | 'option' | 'attribute';
  readonly message: string;
}

const UNFILTERED = ['userType', 'manager'];

/** Why Entra would refuse the clause; empty when it would take it. */
export function entraRefuses(clause: FilterClause, declared?: DeclaredAttribute): EntraRefusal[] {
  const { sourceOperandName: name, operatorName } = clause;
  const known = { ...knownAttribute(name), ...declared };
  const refused = name === MEMBER_OF || UNFILTERED.includes(name) || NEVER_FILTERED.has(name);
  const options = (['quantifier', 'whenNull'] as const).filter((key) => clause[key] !== undefined);
  return [
    ...(isScimsyncOnly(operatorName) ? [refusal('operator', `${operatorName} is an operator of scimsync.`)] : []),
    ...options.map((key) => refusal('option', `${key} is an option of scimsync.`)),
    ...(refused ? [refusal('attribute', `Entra does not filter by ${name}.`)] : []),
    ...(known.type === 'DateTime' ? [refusal('attribute', `Entra does not filter by dates such as ${name}.`)] : []),
    ...(known.multivalued === true
      ? [refusal('attribute', `Entra does not filter by attributes with several values such as ${name}.`)]
      : []),
  ];
}

/** Whether an operator exists in scimsync only. */
function isScimsyncOnly(name: string): boolean {
  if (Object.keys(MEMBERSHIP_OPERATORS).some((each) => normalize(each) === normalize(name))) return true;
  const searched = findOperator(name);
  return 'found' in searched && searched.found.scimsyncOnly;
}

function refusal(part: EntraRefusal['part'], message: string): EntraRefusal {
  return { part, message };
}
