// Discovery: asked once per target and remembered in the store, so that a cycle without work sends the target nothing.
import { JobFault } from '../model/errors.ts';
import { type Capabilities, NO_DISCOVERY } from '../scim/capabilities.ts';
import { attributeType } from '../scim/types.ts';
import { updateJob } from '../store/jobs.ts';
import { type CycleContext, settling } from './context.ts';

/**
 * What the target says about itself; asked when first needed.
 * @throws JobFault SchemaAttributeNotFound when the profile says that only discovered attributes exist and one is mapped that does not.
 */
export function ensureCapabilities(context: CycleContext): Promise<Capabilities> {
  // Many objects are planned at once: the promise is kept, so that the target is asked only once.
  context.capabilities ??= discover(context);
  return context.capabilities;
}

async function discover(context: CycleContext): Promise<Capabilities> {
  const { job, io } = context;
  const discovered = job.settings.profile.discovery ? await io.target.discover(io.signal) : NO_DISCOVERY;
  const unknown = unknownAttributes(context, discovered);
  if (unknown.length > 0) {
    throw new JobFault(
      'SchemaAttributeNotFound',
      `The target has no attribute ${unknown.map((name) => `"${name}"`).join(', ')} (asked ${job.settings.target.baseUrl}/Schemas). Create it there, or remove the mapping.`,
    );
  }
  await settling(context, (trx) => updateJob(trx, job.id, { capabilities: JSON.stringify(discovered) }));
  return discovered;
}

/** Mapped attributes that the target's schemas do not have; none when the profile does not vouch for the schemas. */
function unknownAttributes(context: CycleContext, discovered: Capabilities): string[] {
  const { job } = context;
  if (!job.settings.profile.attributesFromSchemas || discovered.attributes === null) return [];
  return [job.user, job.group].flatMap((mapping) =>
    mapping === null
      ? []
      : mapping.attributes
          .filter((each) => attributeType(mapping.scimKind, each.path, discovered) === undefined)
          .map((each) => each.name),
  );
}
