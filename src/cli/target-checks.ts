// The target's part of test-connection: does a filter work, what does discovery say, does the target know what is mapped.
// Reads only.
import type { CompiledJob } from '../engine/compiled-job.ts';
import type { ScimTarget } from '../engine/ports.ts';
import { ERROR_TABLE, JobFault } from '../model/errors.ts';
import type { CompiledMapping } from '../rules/mapping.ts';
import type { Capabilities } from '../scim/capabilities.ts';
import { attributeText, type ScimPath } from '../scim/path.ts';
import { attributeType } from '../scim/types.ts';

/** One line of the report. Advice beside `ok: true` is a warning. */
export interface ConnectionCheck {
  readonly name: string;
  /** Null for what was not checked. */
  readonly ok: boolean | null;
  readonly detail: string;
  /** The next step. */
  readonly advice?: string;
}

/**
 * All checks of a target; what cannot be checked after a failure is left out. `randomValue` must belong to nobody.
 * Rejects only when aborted or by an error that is no JobFault.
 */
export async function checkTarget(
  job: CompiledJob,
  target: ScimTarget,
  randomValue: string,
  signal: AbortSignal,
): Promise<ConnectionCheck[]> {
  const filter = await checked('filter', () => checkFilter(job.user, target, randomValue, signal));
  if (filter.ok === false) return [filter];
  const { dialect } = job.settings.target;
  if (dialect !== 'rfc7644') {
    const { group } = job;
    const groups =
      group === null ? [] : [await checked('groups', () => checkFilter(group, target, randomValue, signal))];
    return [
      filter,
      ...groups,
      { name: 'dialect', ok: true, detail: `${dialect}: asks and writes as Microsoft Entra.` },
    ];
  }
  if (!job.settings.profile.discovery)
    return [filter, { name: 'discovery', ok: null, detail: 'the profile says that this target has none.' }];
  let capabilities: Capabilities | null = null;
  const discovery = await checked('discovery', async () => {
    capabilities = await target.discover(signal);
    return judgeCapabilities(capabilities);
  });
  if (capabilities === null) return [filter, discovery];
  return [filter, discovery, judgeAttributes(job, capabilities)];
}

async function checked(name: string, check: () => Promise<ConnectionCheck>): Promise<ConnectionCheck> {
  try {
    return await check();
  } catch (error) {
    return faultCheck(name, error);
  }
}

/** A fault of the job as a line; anything else is thrown on. */
export function faultCheck(name: string, error: unknown): ConnectionCheck {
  if (!(error instanceof JobFault)) throw error;
  return { name, ok: false, detail: `${error.code}: ${error.message}`, advice: ERROR_TABLE[error.code].advice };
}

/** A filter on a value that nobody has answers 200 and an empty list; anything else would make matching guess. */
async function checkFilter(
  mapping: CompiledMapping,
  target: ScimTarget,
  value: string,
  signal: AbortSignal,
): Promise<ConnectionCheck> {
  const name = mapping.kind === 'user' ? 'filter' : 'groups';
  const attribute = mapping.matching[0]?.name;
  if (attribute === undefined) return { name, ok: null, detail: 'no matching attribute is mapped.' };
  const answer = await target.find(mapping.scimKind, attribute, value, signal);
  if (!answer.ok) {
    const { code, message } = answer.fault;
    return { name, ok: false, detail: `${code}: ${message}`, advice: ERROR_TABLE[code].advice };
  }
  if (answer.value.length > 0)
    return {
      name,
      ok: false,
      detail: `A random value of ${attribute} was found in ${answer.value.length} account(s).`,
      advice: 'The target does not apply filters; ask its vendor about RFC 7644 section 3.4.2.2.',
    };
  return { name, ok: true, detail: `${attribute} eq "(random)" answered 200 and an empty list.` };
}

function judgeCapabilities(said: Capabilities): ConnectionCheck {
  const facts = [
    `patch ${word(said.patch)}`,
    `filter ${word(said.filter)}`,
    `bulk ${said.bulk === null ? 'no' : `up to ${said.bulk.maxOperations} operations`}`,
    `etag ${word(said.etag)}`,
    said.attributes === null
      ? 'no usable /Schemas'
      : `${said.attributes.User.length} user and ${said.attributes.Group.length} group attributes`,
  ].join(', ');
  if (said.patch !== false) return { name: 'discovery', ok: true, detail: facts };
  const advice =
    'Every change is a PUT of the whole account, with one reading more; what the target does not show would be lost.';
  return { name: 'discovery', ok: true, detail: facts, advice };
}

function word(fact: boolean | null): string {
  if (fact === null) return 'not said';
  return fact ? 'yes' : 'no';
}

/** Attributes of every resource, which schemas do not list (RFC 7643 section 3.1). */
const COMMON_ATTRIBUTES: readonly string[] = ['id', 'externalid', 'meta', 'schemas'];

/** Mapped attributes against the target's schemas: a fault where the profile vouches for them, a warning elsewhere. */
function judgeAttributes(job: CompiledJob, said: Capabilities): ConnectionCheck {
  const name = 'attributes';
  const { attributes } = said;
  if (attributes === null) return { name, ok: null, detail: 'the target does not state its schemas.' };
  const mappings = [job.user, ...(job.group === null ? [] : [job.group])];
  const unknown = namesOf(mappings, (kind, path) => attributeType(kind, path, said) === undefined);
  if (unknown.length > 0 && job.settings.profile.attributesFromSchemas)
    return {
      name,
      ok: false,
      detail: `The target has no attribute ${unknown.join(', ')}.`,
      advice: ERROR_TABLE.SchemaAttributeNotFound.advice,
    };
  const stated = {
    User: new Set(attributes.User.map((each) => each.name.toLowerCase())),
    Group: new Set(attributes.Group.map((each) => each.name.toLowerCase())),
  };
  const unstated = namesOf(mappings, (kind, path) => {
    const attribute = attributeText(path).toLowerCase();
    return !COMMON_ATTRIBUTES.includes(attribute) && !stated[kind].has(attribute);
  });
  const count = mappings.reduce((sum, mapping) => sum + mapping.attributes.length, 0);
  if (unstated.length === 0) return { name, ok: true, detail: `All ${count} mapped attributes are in its schemas.` };
  return {
    name,
    ok: true,
    detail: `Not in the target's schemas: ${unstated.join(', ')}.`,
    advice: 'Usually harmless: many targets accept more than they state. Compare with its documentation.',
  };
}

function namesOf(
  mappings: readonly CompiledMapping[],
  isMissing: (kind: CompiledMapping['scimKind'], path: ScimPath) => boolean,
): string[] {
  return mappings.flatMap((mapping) =>
    mapping.attributes.filter((each) => isMissing(mapping.scimKind, each.path)).map((each) => each.name),
  );
}
