// Names of learned facts as people write them. Facts are kept in lower case, because targets and mappings differ in case; what is
// shown has the spelling of the mapping, or else of RFC 7643.
import type { CompiledJob } from '../engine/compiled-job.ts';
import { coreAttribute } from '../scim/core-schema.ts';
import { attributeText, pathText } from '../scim/path.ts';
import type { ScimKind } from '../scim/resource.ts';

/** `User phonenumbers[]` → `User phoneNumbers[]`; what nobody knows stays as it is. */
export function factSpelling({ user, group }: Pick<CompiledJob, 'user' | 'group'>): (fact: string) => string {
  const mapped = new Map<string, string>();
  for (const { scimKind, attributes } of [user, group].filter((each) => each !== null))
    for (const { path } of attributes)
      for (const name of [attributeText(path), pathText(path), path.text])
        mapped.set(`${scimKind} ${name}`.toLowerCase(), name);
  return (fact) => {
    const [, kind, name, ending] = /^(User|Group) (.*?)((?:\[\])?(?: addition| removal)?)$/.exec(fact) ?? [];
    if (kind === undefined || name === undefined) return fact;
    const written = mapped.get(`${kind} ${name}`.toLowerCase()) ?? coreAttribute(kind as ScimKind, name)?.name ?? name;
    return `${kind} ${written}${ending ?? ''}`;
  };
}
