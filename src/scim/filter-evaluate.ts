// Whether a resource fulfils a filter (RFC 7644 section 3.4.2.2). Several values fulfil a comparison when one of them
// does; whether letters' case counts is what RFC 7643 says of the attribute, and it does not for attributes it does not know.
import { coreAttribute } from './core-schema.ts';
import { sameValue } from './equal.ts';
import type { ScimFilter } from './filter-parse.ts';
import { attributeText, type ScimPath } from './path.ts';
import { elementsOf, isComplex, isUnassigned, memberOf, readAttribute, readPath, type ScimComplex } from './read.ts';
import type { ScimKind, ScimResource, ScimValue } from './resource.ts';

const DATE_TIME = /^\d{4}-\d\d-\d\dT/;

/** True when the resource fulfils the filter. */
export function fulfils(resource: ScimResource, filter: ScimFilter, kind: ScimKind): boolean {
  return evaluate(resource, filter, { kind, parent: '' });
}

/** Where paths count from: the resource, or an element of the attribute `parent`. */
interface Place {
  readonly kind: ScimKind;
  readonly parent: string;
}

function evaluate(owner: ScimComplex, filter: ScimFilter, place: Place): boolean {
  switch (filter.type) {
    case 'and':
      return evaluate(owner, filter.left, place) && evaluate(owner, filter.right, place);
    case 'or':
      return evaluate(owner, filter.left, place) || evaluate(owner, filter.right, place);
    case 'not':
      return !evaluate(owner, filter.filter, place);
    case 'present':
      return !isUnassigned(readPath(owner, filter.path));
    case 'element': {
      const inner = { ...place, parent: attributeText(filter.path) };
      return elementsOf(readAttribute(owner, filter.path)).some((element) =>
        evaluate(isComplex(element) ? element : { value: element }, filter.filter, inner),
      );
    }
    case 'compare':
      return compare(owner, filter, place);
    default:
      return filter satisfies never;
  }
}

function compare(owner: ScimComplex, filter: Extract<ScimFilter, { type: 'compare' }>, place: Place): boolean {
  const { path, operator, value } = filter;
  const values = elementsOf(readPath(owner, path)).map(comparable);
  const ignoreCase = !isCaseExact(path, place);
  if (operator === 'eq')
    return value === null ? values.length === 0 : values.some((each) => sameValue(each, value, ignoreCase));
  if (operator === 'ne')
    return value === null
      ? values.length > 0
      : values.length === 0 || values.some((each) => !sameValue(each, value, ignoreCase));
  return values.some((each) => holds(each, operator, value, ignoreCase));
}

/** A complex value is compared by its `value`. */
function comparable(value: ScimValue): ScimValue {
  return isComplex(value) ? (memberOf(value, 'value') ?? null) : value;
}

function isCaseExact(path: ScimPath, place: Place): boolean {
  const own = [attributeText(path), ...(path.subAttribute === undefined ? [] : [path.subAttribute])];
  const name = [...(place.parent === '' ? [] : [place.parent]), ...own].join('.');
  const found = coreAttribute(place.kind, name);
  const simple = found?.type === 'complex' ? coreAttribute(place.kind, `${name}.value`) : found;
  return simple?.caseExact ?? false;
}

function holds(
  current: ScimValue,
  operator: 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le',
  value: string | number | boolean | null,
  ignoreCase: boolean,
): boolean {
  if (typeof current === 'number' && typeof value === 'number') return inOrder(current, operator, value);
  if (typeof current !== 'string' || typeof value !== 'string') return false;
  const [a, b] = ignoreCase ? [current.toLowerCase(), value.toLowerCase()] : [current, value];
  if (operator === 'co') return a.includes(b);
  if (operator === 'sw') return a.startsWith(b);
  if (operator === 'ew') return a.endsWith(b);
  return DATE_TIME.test(current) && DATE_TIME.test(value)
    ? inOrder(Date.parse(current), operator, Date.parse(value))
    : inOrder(a, operator, b);
}

function inOrder<T extends string | number>(a: T, operator: string, b: T): boolean {
  switch (operator) {
    case 'gt':
      return a > b;
    case 'ge':
      return a >= b;
    case 'lt':
      return a < b;
    case 'le':
      return a <= b;
    default:
      return false;
  }
}
