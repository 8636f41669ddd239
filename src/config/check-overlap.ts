// Mappings of an attribute as a whole and of a part of it. Where the whole one is kept equal it takes away what the other
// writes, and the other one puts it back: with every update of the account, for ever.
import type { AttributeMapping } from '../model/job.ts';
import { appRoleForm } from '../rules/app-role-value.ts';
import { attributeText, elementText, parsePath, type ScimPath } from '../scim/path.ts';
import type { ConfigurationFault } from './fault.ts';
import type { AttributeDraft } from './job-draft.ts';
import { child, faultAt } from './located.ts';

interface Placed {
  readonly attribute: AttributeDraft;
  readonly path: ScimPath;
}

/** A fault for each mapping that holds what another one writes. */
export function overlapFaults(attributes: readonly AttributeDraft[]): ConfigurationFault[] {
  const placed = attributes.flatMap((attribute): Placed[] => {
    const parsed = parsePath(attribute.mapping.targetAttributeName);
    return parsed.ok ? [{ attribute, path: parsed.path }] : [];
  });
  return placed
    .filter(({ attribute }) => keepsEqual(attribute.mapping))
    .flatMap((whole) => {
      const part = placed.find(({ path, attribute }) => covers(whole.path, path) && isWritten(attribute.mapping));
      return part === undefined ? [] : [overlapFault(whole, part)];
    });
}

function overlapFault({ attribute, path }: Placed, part: Placed): ConfigurationFault {
  const at = child(attribute.node, 'targetAttributeName')?.at ?? attribute.node.at;
  const { file, line } = part.attribute.node.at;
  const message = `"${path.text}" holds all of "${part.path.text}", which is mapped too: each would undo the other.`;
  const advice = `The other mapping is in ${file}:${line}. Keep one (omitAttributes takes out one of a template), or write flowType: ValueAddOnly here.`;
  return faultAt(at, message, advice);
}

/** The mapping owns all of its attribute: it does not only add, and is no reference, which is compared by its id. */
function keepsEqual({ flowType, source }: AttributeMapping): boolean {
  if (flowType !== 'Always' || source === null || isReference(source)) return false;
  return source.type !== 'Function' || appRoleForm(source.expression) === null;
}

function isWritten({ flowType, source }: AttributeMapping): boolean {
  return flowType !== 'ObjectAddOnly' && !isReference(source);
}

function isReference(source: AttributeMapping['source']): boolean {
  return source?.type === 'Attribute' && (source.name === 'manager' || source.name === 'members');
}

function covers(whole: ScimPath, part: ScimPath): boolean {
  if (whole.subAttribute !== undefined) return false;
  const isSame = (text: (path: ScimPath) => string) => text(whole).toLowerCase() === text(part).toLowerCase();
  if (whole.filter !== undefined) return part.subAttribute !== undefined && isSame(elementText);
  return (part.filter !== undefined || part.subAttribute !== undefined) && isSame(attributeText);
}
