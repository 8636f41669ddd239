// What a mapping wants an attribute to be. Produced by mapping, compared by diff.ts, written by create.ts and patch.ts.
import type { ScimPath } from './path.ts';
import type { ScimValue } from './resource.ts';

/**
 * How far an account that exists may be changed; a creation writes every value. The first four are Entra's flow types
 * (attributeMapping of the synchronization API), which says no more of them than a sentence; flow.ts says what each comes to.
 *
 * - `ObjectAddOnly`: not at all.
 * - `AttributeAddOnly`: written while the account has no value there.
 * - `ValueAddOnly`: values are added, none is replaced or removed.
 * - `MultiValueAddOnly`: elements are added to a list, none is touched.
 * - `Managed`: a list holds the wanted elements, and loses those that this job wrote and does not want any more; what
 *   somebody else put there stays.
 */
export type Flow = 'ObjectAddOnly' | 'AttributeAddOnly' | 'ValueAddOnly' | 'MultiValueAddOnly' | 'Managed';

/**
 * One wanted attribute, its value already of the attribute's type (types.ts). A reference such as the enterprise manager is
 * the id as plain text. Null, an empty text and an empty list mean "unassigned": left out on create, removed on update.
 */
export interface DesiredAttribute {
  readonly path: ScimPath;
  readonly value: ScimValue;
  /** Absent: an existing account is made to hold exactly the value (Entra's `Always`). */
  readonly flow?: Flow;
  /** True: part of every update of the account, also where it holds the value already (Entra's `FlowAlways`). */
  readonly resend?: true;
  /** True: the target holds one element of this list, so that an element takes the place of any other. */
  readonly single?: true;
}
