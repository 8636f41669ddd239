// Filters of RFC 7644 section 3.4.2.2. The grammar is read by the library scim2-parse-filter; this file hands it a text
// without its stumbling blocks (it mis-reads "\\" and a backslash before the closing quote, and knows neither `$ref`
// nor names with spaces) and resolves the result against the schema. Evaluation is in filter-evaluate.ts.
import { type Filter, parse } from 'scim2-parse-filter';
import { type AttributeTarget, resolveAttribute, resolveSubAttribute } from './attribute-path.ts';
import type { AttributeDefinition, ResourceTypeDefinition } from './schema-definition.ts';
import { isScimRefusal, scimRefusal } from './scim-error.ts';

/** The comparison operators. */
export type CompareOperator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'lt' | 'ge' | 'le';

/** A filter whose attributes are known to the schema. */
export type FilterNode =
  | { readonly kind: 'and' | 'or'; readonly nodes: readonly FilterNode[] }
  | { readonly kind: 'not'; readonly node: FilterNode }
  | { readonly kind: 'present'; readonly target: AttributeTarget }
  | {
      readonly kind: 'compare';
      readonly operator: CompareOperator;
      readonly target: AttributeTarget;
      readonly value: string | number | boolean | null;
    }
  | { readonly kind: 'valuePath'; readonly target: AttributeTarget; readonly node: FilterNode };

interface Reading {
  readonly literals: readonly string[];
  readonly awkwardNames: readonly string[];
}
type Resolve = (path: string) => AttributeTarget | undefined;

const LONGEST_FILTER = 8192;
const QUOTED = /"(?:[^"\\]|\\.)*"/gs;
const ALIAS = /awkward(\d+)_/g;

function invalidFilter(detail: string): Error {
  return scimRefusal(400, 'invalidFilter', detail);
}

function replaceLiterals(text: string): { text: string; literals: string[] } {
  const literals: string[] = [];
  const replaced = text.replace(QUOTED, (quoted) => {
    literals.push(String(JSON.parse(quoted)));
    return `"${literals.length - 1}"`;
  });
  return { text: replaced, literals };
}

function awkwardNamesOf(type: ResourceTypeDefinition): string[] {
  const names = type.extensions.flatMap((extension) =>
    extension.attributes
      .filter((definition) => /[^\w.-]/.test(definition.name))
      .map((definition) => `${extension.id}:${definition.name}`),
  );
  return ['$ref', ...names].toSorted((left, right) => right.length - left.length);
}

function replaceAwkwardNames(text: string, names: readonly string[]): string {
  let result = text;
  names.forEach((name, index) => {
    const pattern = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    result = result.replace(new RegExp(`${pattern}(?=[\\s.\\[])`, 'gi'), () => `awkward${index}_`);
  });
  return result;
}

function restoreName(path: string, reading: Reading): string {
  return path.replace(ALIAS, (_, index: string) => reading.awkwardNames[Number(index)] ?? '');
}

function resolveOrRefuse(path: string, reading: Reading, resolve: Resolve): AttributeTarget {
  const name = restoreName(path, reading);
  const target = resolve(name);
  if (!target) throw invalidFilter(`The filter names "${name}", which is not an attribute here.`);
  return target;
}

/** What a comparison is made with: a complex attribute is compared by its `value` (RFC 7644 section 3.4.2.2). */
function comparedDefinition(target: AttributeTarget): AttributeDefinition | undefined {
  const definition = target.sub ?? target.attribute;
  return definition.type === 'complex' ? definition.subAttributes.find((sub) => sub.key === 'value') : definition;
}

function checkComparison(target: AttributeTarget, operator: CompareOperator, value: string | number | boolean | null) {
  const definition = comparedDefinition(target);
  if (!definition) throw invalidFilter(`"${target.attribute.name}" has no value that could be compared.`);
  const ordered = operator !== 'eq' && operator !== 'ne';
  if (value === null) {
    if (ordered) throw invalidFilter(`"${operator}" cannot be used with null.`);
    return;
  }
  const wanted =
    definition.type === 'boolean'
      ? 'boolean'
      : definition.type === 'integer' || definition.type === 'decimal'
        ? 'number'
        : 'string';
  if (typeof value !== wanted) throw invalidFilter(`"${definition.name}" is compared with a ${wanted}.`);
  if (ordered && wanted === 'boolean') throw invalidFilter(`"${operator}" cannot be used with a boolean.`);
  if (wanted === 'number' && (operator === 'co' || operator === 'sw' || operator === 'ew')) {
    throw invalidFilter(`"${operator}" cannot be used with a number.`);
  }
}

function convert(filter: Filter, reading: Reading, resolve: Resolve): FilterNode {
  switch (filter.op) {
    case 'and':
    case 'or':
      return { kind: filter.op, nodes: filter.filters.map((part) => convert(part, reading, resolve)) };
    case 'not':
      return { kind: 'not', node: convert(filter.filter, reading, resolve) };
    case 'pr':
      return { kind: 'present', target: resolveOrRefuse(filter.attrPath, reading, resolve) };
    case '[]': {
      const target = resolveOrRefuse(filter.attrPath, reading, resolve);
      const inner: Resolve = (path) => resolveSubAttribute(target.attribute, path);
      return { kind: 'valuePath', target, node: convert(filter.valFilter, reading, inner) };
    }
    case 'eq':
    case 'ne':
    case 'co':
    case 'sw':
    case 'ew':
    case 'gt':
    case 'lt':
    case 'ge':
    case 'le': {
      const target = resolveOrRefuse(filter.attrPath, reading, resolve);
      const raw = filter.compValue;
      const value = typeof raw === 'string' ? (reading.literals[Number(raw)] ?? '') : raw;
      checkComparison(target, filter.op, value);
      return { kind: 'compare', operator: filter.op, target, value };
    }
    default:
      return filter satisfies never;
  }
}

function parseWith(
  text: string,
  awkwardNames: readonly string[],
  resolve: Resolve,
  suffixAllowed: boolean,
): FilterNode {
  if (text.length > LONGEST_FILTER) throw invalidFilter(`A filter may be ${LONGEST_FILTER} characters long.`);
  try {
    const { text: plain, literals } = replaceLiterals(text);
    if (!suffixAllowed && /\]\s*\./.test(plain)) {
      throw invalidFilter(
        'A sub-attribute after "]" belongs to PATCH paths; write emails[type eq "x" and value eq "y"].',
      );
    }
    const parsed = parse(replaceAwkwardNames(plain, awkwardNames));
    return convert(parsed, { literals, awkwardNames }, resolve);
  } catch (error) {
    if (isScimRefusal(error)) throw error;
    throw invalidFilter(`The filter cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * Reads a filter. Throws 400 invalidFilter for bad syntax, unknown attributes and values of another type. A lenient
 * resource type also takes `emails[type eq "work"].value eq "x"`, which RFC 7644 has for PATCH paths only.
 */
export function parseFilter(type: ResourceTypeDefinition, text: string): FilterNode {
  const resolve: Resolve = (path) => resolveAttribute(type, path);
  return parseWith(text, awkwardNamesOf(type), resolve, type.strictness === 'lenient');
}

/** Reads the text between the brackets of a PATCH path; names are sub-attributes of `parent`. */
export function parseValueFilter(parent: AttributeDefinition, text: string): FilterNode {
  return parseWith(text, ['$ref'], (path) => resolveSubAttribute(parent, path), false);
}
