// What planning one object needs, and what comes of it.
import type { SourceValue } from '../expressions/compile.ts';
import type { ProvisioningStep } from '../model/cycle.ts';
import type { ObjectKind } from '../model/directory.ts';
import type { ObjectFault } from '../model/errors.ts';
import type { LifecycleEvent } from '../model/lifecycle.ts';
import type { Decision } from '../rules/decide.ts';
import type { Intention } from '../rules/lifecycle.ts';
import type { CompiledMapping } from '../rules/mapping.ts';
import { viewSource } from '../rules/source-view.ts';
import type { Capabilities } from '../scim/capabilities.ts';
import type { DesiredAttribute } from '../scim/desired.ts';
import type { ScimResource } from '../scim/resource.ts';
import type { KnownDeparture } from '../store/departures.ts';
import type { LinkTable } from '../store/schema.ts';
import type { SourceObjectRow } from '../store/source-objects.ts';
import type { WaitingReference } from './change-payload.ts';
import type { CycleContext } from './context.ts';
import { roleIds } from './entitle.ts';
import type { Matcher } from './match.ts';
import type { UniqueValues } from './unique-values.ts';

/** What planning one object needs besides the object itself. */
export interface PlanningAid {
  readonly context: CycleContext;
  readonly mapping: CompiledMapping;
  readonly matcher: Matcher;
  readonly capabilities: () => Promise<Capabilities>;
  /** Answers the questions of SelectUniqueValue while a creation is mapped. */
  readonly uniqueValues: UniqueValues;
  /** Account of a referenced person, from one query for the whole page. */
  readonly linkOf: (sourceId: string) => LinkTable | undefined;
  /** What is known of a person who left, from one query for the whole page. */
  readonly departureOf: (sourceId: string) => KnownDeparture | undefined;
}

/** What became of one object. */
export interface PlannedObject {
  readonly row: SourceObjectRow;
  readonly inScope: boolean;
  /** What ended or suspended the access; null while the object is to be provisioned. */
  readonly event: LifecycleEvent | null;
  readonly intention: Intention;
  readonly decision: Decision | null;
  /** Set instead of a decision when the object cannot be planned. */
  readonly fault: ObjectFault | null;
  readonly references: readonly WaitingReference[];
  readonly redacted: readonly string[];
  readonly matchedBy: string;
  readonly steps: readonly ProvisioningStep[];
  /** True when the link points at an account that is gone: not there when asked for, and not found either. */
  readonly dropsLink: boolean;
  /** The account of somebody who left, whose creation was never confirmed. */
  readonly foundLink: LinkTable | null;
  /** True when the account that was found is inactive, and may be a namesake's. */
  readonly revives: boolean;
  /** What the target turned out to hold already. */
  readonly confirmed: readonly DesiredAttribute[] | null;
  /** The account as it was read or found; null when it was not. */
  readonly current: ScimResource | null;
  /** Whether the configuration protects the account; null while nobody had to know. */
  readonly isProtected: boolean | null;
}

/** The object under expressions' and filters' eyes. */
export function viewOf(
  context: Pick<CycleContext, 'appRoles'>,
  row: SourceObjectRow,
  isSoftDeleted: boolean,
): (name: string) => SourceValue {
  const held = new Set(roleIds(row.roles));
  return viewSource({
    kind: row.kind as ObjectKind,
    id: row.id,
    properties: JSON.parse(row.attributes) as Record<string, unknown>,
    managerId: row.manager_id,
    roles: context.appRoles.filter((role) => role.isEnabled && held.has(role.id)),
    isSoftDeleted,
  });
}

/**
 * Whoever names somebody wants to know what the target holds now, not what it held when it was last written; neither is
 * memory believed where the account was found to differ, or where a request may have been carried out unseen: an account
 * that was switched on so would stay active although its person has left since.
 */
export function believesItsMemory(
  { selected }: Pick<CycleContext, 'selected'>,
  { row }: Pick<PlannedObject, 'row'>,
  link: LinkTable,
): boolean {
  return selected === null && link.verify === 0 && row.fresh_match === 0;
}

/** A step of the provisioning log. */
export function step(
  name: string,
  provisioningStepType: ProvisioningStep['provisioningStepType'],
  status: ProvisioningStep['status'],
  description: string,
): ProvisioningStep {
  return { name, provisioningStepType, status, description };
}
