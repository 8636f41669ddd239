// Evaluates filters on resources (RFC 7644 section 3.4.2.2): case-exactness from the schema, a multi-valued attribute
// matches if one of its values does, `ne` is the negation of `eq`. Also finds the equality a store index can answer.
import type { AttributeTarget } from './attribute-path.ts';
import type { CompareOperator, FilterNode } from './filter.ts';
import type { AttributeDefinition } from './schema-definition.ts';
import { isScimJson, type JsonValue, type ScimJson } from './scim-json.ts';

type Comparable = string | number | boolean | null;

function valuesAt(
  resource: ScimJson,
  target: AttributeTarget,
): { values: JsonValue[]; definition: AttributeDefinition } {
  const container = target.extension === undefined ? resource : resource[target.extension];
  const found = isScimJson(container) ? container[target.attribute.name] : undefined;
  const items = found === undefined ? [] : Array.isArray(found) ? found : [found];
  const definition = target.sub ?? target.attribute;
  if (!target.sub) return { values: items, definition };
  const name = target.sub.name;
  return { values: items.flatMap((item) => (isScimJson(item) ? subValues(item[name]) : [])), definition };
}

function subValues(value: JsonValue | undefined): JsonValue[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function isPresent(value: JsonValue): boolean {
  if (value === null || value === '') return false;
  return isScimJson(value) ? Object.keys(value).length > 0 : true;
}

function compareStrings(operator: CompareOperator, left: string, right: string): boolean {
  switch (operator) {
    case 'eq':
    case 'ne':
      return left === right;
    case 'co':
      return left.includes(right);
    case 'sw':
      return left.startsWith(right);
    case 'ew':
      return left.endsWith(right);
    case 'gt':
      return left > right;
    case 'lt':
      return left < right;
    case 'ge':
      return left >= right;
    case 'le':
      return left <= right;
    default:
      return operator satisfies never;
  }
}

function compareNumbers(operator: CompareOperator, left: number, right: number): boolean {
  switch (operator) {
    case 'eq':
    case 'ne':
      return left === right;
    case 'gt':
      return left > right;
    case 'lt':
      return left < right;
    case 'ge':
      return left >= right;
    case 'le':
      return left <= right;
    case 'co':
    case 'sw':
    case 'ew':
      return false;
    default:
      return operator satisfies never;
  }
}

function compareOne(operator: CompareOperator, item: JsonValue, wanted: Comparable, definition: AttributeDefinition) {
  const value = isScimJson(item) ? item['value'] : item;
  const compared = definition.type === 'complex' ? findValueDefinition(definition) : definition;
  if (typeof value === 'number' && typeof wanted === 'number') return compareNumbers(operator, value, wanted);
  if (typeof value === 'string' && typeof wanted === 'string') {
    if (compared.type === 'dateTime' && operator !== 'co' && operator !== 'sw' && operator !== 'ew') {
      return compareNumbers(operator, Date.parse(value), Date.parse(wanted));
    }
    if (compared.caseExact) return compareStrings(operator, value, wanted);
    return compareStrings(operator, value.toLowerCase(), wanted.toLowerCase());
  }
  return value === wanted;
}

function findValueDefinition(definition: AttributeDefinition): AttributeDefinition {
  return definition.subAttributes.find((sub) => sub.key === 'value') ?? definition;
}

/** True if the resource satisfies the filter. */
export function matchesFilter(node: FilterNode, resource: ScimJson): boolean {
  switch (node.kind) {
    case 'and':
      return node.nodes.every((part) => matchesFilter(part, resource));
    case 'or':
      return node.nodes.some((part) => matchesFilter(part, resource));
    case 'not':
      return !matchesFilter(node.node, resource);
    case 'present':
      return valuesAt(resource, node.target).values.some(isPresent);
    case 'valuePath':
      return valuesAt(resource, node.target).values.some((item) => isScimJson(item) && matchesFilter(node.node, item));
    case 'compare': {
      const { values, definition } = valuesAt(resource, node.target);
      if (node.value === null) return values.some(isPresent) === (node.operator === 'ne');
      const found = values.some((item) => compareOne(node.operator, item, node.value, definition));
      return node.operator === 'ne' ? !found : found;
    }
    default:
      return node satisfies never;
  }
}

/** An attribute's full path in lower case, as store indexes are named: `username`, `emails.value`, `urn:…:employeenumber`. */
function targetKey(target: AttributeTarget): string {
  const path = [target.attribute.key, ...(target.sub ? [target.sub.key] : [])].join('.');
  return target.extension === undefined ? path : `${target.extension.toLowerCase()}:${path}`;
}

/** The equalities that every match must satisfy; one of them may be answered by an index. */
export function necessaryEqualities(node: FilterNode): { key: string; value: string }[] {
  if (node.kind === 'and') return node.nodes.flatMap(necessaryEqualities);
  if (node.kind === 'valuePath') {
    const outer = targetKey(node.target);
    return necessaryEqualities(node.node).map(({ key, value }) => ({ key: `${outer}.${key}`, value }));
  }
  if (node.kind !== 'compare' || node.operator !== 'eq' || typeof node.value !== 'string') return [];
  const key = targetKey(node.target);
  const complex = (node.target.sub ?? node.target.attribute).type === 'complex';
  return [{ key: complex ? `${key}.value` : key, value: node.value }];
}

/** True if the filter looks at one of these top-level attributes (given in lower case). */
export function mentionsAttribute(node: FilterNode, keys: readonly string[]): boolean {
  switch (node.kind) {
    case 'and':
    case 'or':
      return node.nodes.some((part) => mentionsAttribute(part, keys));
    case 'not':
      return mentionsAttribute(node.node, keys);
    case 'present':
    case 'compare':
    case 'valuePath':
      return keys.includes(node.target.attribute.key);
    default:
      return node satisfies never;
  }
}
