// What a mapping wants an attribute to be. Produced by mapping, compared by diff.ts, written by create.ts and patch.ts.
import type { ScimPath } from './path.ts';
import type { ScimValue } from './resource.ts';

/**
 * One wanted attribute, its value already of the attribute's type (types.ts). A reference such as the enterprise manager is
 * the id as plain text. Null, an empty text and an empty list mean "unassigned": left out on create, removed on update.
 */
export interface DesiredAttribute {
  readonly path: ScimPath;
  readonly value: ScimValue;
}
