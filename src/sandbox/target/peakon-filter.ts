// The filters Peakon documents: userName, emails, externalId, id and extension attributes. No operator is documented;
// *assumed* is `eq` alone. The Entra form emails[type eq "work"].value eq "x" is taken too, also *assumed*.
import { type FilterNode, parseFilter } from './filter.ts';
import type { ResourceTypeDefinition } from './schema-definition.ts';
import { scimRefusal } from './scim-error.ts';

const CORE_FILTERABLE = new Set(['username', 'emails', 'externalid', 'id']);

function isFilterable(node: FilterNode): boolean {
  switch (node.kind) {
    case 'compare':
      return (
        node.operator === 'eq' &&
        node.value !== null &&
        (node.target.extension !== undefined || CORE_FILTERABLE.has(node.target.attribute.key))
      );
    case 'valuePath':
      return node.target.attribute.key === 'emails' && isEmailCondition(node.node);
    case 'and':
      return node.nodes.every((part) => isAboutEmails(part) && isFilterable(part));
    case 'or':
    case 'not':
    case 'present':
      return false;
    default:
      return node satisfies never;
  }
}

function isAboutEmails(node: FilterNode): boolean {
  return (node.kind === 'compare' || node.kind === 'valuePath') && node.target.attribute.key === 'emails';
}

function isEmailCondition(node: FilterNode): boolean {
  return node.kind === 'and' ? node.nodes.every(isEmailCondition) : node.kind === 'compare' && node.operator === 'eq';
}

/** Reads a filter; throws 400 invalidFilter for what Peakon does not document. */
export function parsePeakonFilter(type: ResourceTypeDefinition, text: string): FilterNode {
  const filter = parseFilter(type, text);
  if (isFilterable(filter)) return filter;
  throw scimRefusal(
    400,
    'invalidFilter',
    'Filters are "attribute eq value" on userName, emails, externalId, id or an extension attribute.',
  );
}
