// What the profile says of single attributes, against the mappings: what the target does not take is not mapped, and what it
// requires is.
import { limitedNames } from '../rules/attribute-limits.ts';
import { parsePath } from '../scim/path.ts';
import type { ConfigurationFault } from './fault.ts';
import type { AttributeDraft, JobDraft, ObjectMappingDraft } from './job-draft.ts';
import { child, faultAt } from './located.ts';

/** Faults of one object mapping. */
export function limitFaults(job: JobDraft, object: ObjectMappingDraft): ConfigurationFault[] {
  const limits = job.profile?.attributes[object.kind === 'user' ? 'User' : 'Group'] ?? {};
  return Object.entries(limits).flatMap(([name, { supported, required }]) => {
    const mapped = object.attributes.filter((attribute) => namesOf(attribute).includes(name.toLowerCase()));
    if (!supported) return mapped.map((attribute) => notSupported(name, attribute));
    if (!required || !object.enabled || !object.complete || mapped.length > 0) return [];
    const at = child(object.node, 'attributeMappings')?.at ?? object.node.at;
    const message = `This target creates nothing without ${name} (profile.attributes), and nothing is mapped to it.`;
    return [faultAt(at, message, `Add a mapping with targetAttributeName ${name}.`)];
  });
}

function namesOf({ mapping }: AttributeDraft): readonly string[] {
  const parsed = parsePath(mapping.targetAttributeName);
  return parsed.ok ? limitedNames(parsed.path) : [];
}

function notSupported(name: string, { node }: AttributeDraft): ConfigurationFault {
  const at = child(node, 'targetAttributeName')?.at ?? node.at;
  const message = `This target does not take ${name} (profile.attributes).`;
  return faultAt(at, message, 'Leave this mapping out, with omitAttributes where it is inherited.');
}
