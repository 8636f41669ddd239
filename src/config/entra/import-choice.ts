// Which object mappings of a schema become the two a job can have: people and groups. A schema may have several rules, rules
// into the directory instead of out of it, and mappings of roles and applications.
import type { ObjectKind } from '../../model/directory.ts';
import { joinPath } from '../located.ts';
import type { EntraObjectMapping, EntraRule, EntraSchema } from './document.ts';
import type { ConversionReport } from './report.ts';

/** An object mapping with its place. */
export interface ChosenMapping {
  readonly kind: ObjectKind;
  readonly rule: number;
  readonly index: number;
  /** Of the object mapping, from the root of what was read. */
  readonly at: string;
  readonly mapping: EntraObjectMapping;
}

/** Names under which Entra itself is a directory; a rule without a name is taken for one out of it. */
const ENTRA = /^(azure active directory|microsoft entra id)$/i;

/** At most one mapping of each kind: of the first rule by priority, enabled ones first. The others go into the report. */
export function chooseMappings(schema: EntraSchema, at: string, report: ConversionReport): ChosenMapping[] {
  const rules = (schema.synchronizationRules ?? []).map((rule, index) => ({ rule, index }));
  const ordered = rules.toSorted((left, right) => priorityOf(left.rule) - priorityOf(right.rule));
  const candidates: ChosenMapping[] = [];
  for (const { rule, index } of ordered) {
    const path = joinPath(joinPath(at, 'synchronizationRules'), index);
    if (!isOutbound(rule, path, report)) continue;
    for (const [position, mapping] of (rule.objectMappings ?? []).entries()) {
      const place = joinPath(joinPath(path, 'objectMappings'), position);
      const kind = kindOf(mapping);
      if (kind === undefined) leaveOut(mapping, place, 'scimsync provisions users and groups only.', report);
      else candidates.push({ kind, rule: index, index: position, at: place, mapping });
    }
  }
  return (['user', 'group'] as const).flatMap((kind) => {
    const ofKind = candidates.filter((each) => each.kind === kind);
    const chosen = ofKind.find(({ mapping }) => mapping.enabled !== false) ?? ofKind[0];
    for (const other of ofKind)
      if (other !== chosen)
        leaveOut(other.mapping, other.at, `A job has one mapping of ${kind}s; another was taken.`, report);
    return chosen === undefined ? [] : [chosen];
  });
}

function priorityOf({ priority }: EntraRule): number {
  return priority ?? Number.MAX_SAFE_INTEGER;
}

function isOutbound(rule: EntraRule, path: string, report: ConversionReport): boolean {
  for (const key of ['containerFilter', 'groupFilter'] as const) {
    const value = rule[key];
    if (value === undefined || value === null || !/\[\s*[^\]\s]/.test(JSON.stringify(value))) continue;
    report.leftOut.push({
      path: joinPath(path, key),
      value: JSON.stringify(value).slice(0, 120),
      reason: 'Containers and groups of Active Directory limit what Entra Cloud Sync reads; a job here reads Entra.',
      advice: 'Limit the job by assignment or with a scoping filter.',
    });
  }
  const source = rule.sourceDirectoryName?.trim() ?? '';
  if (source === '' || ENTRA.test(source)) return true;
  report.leftOut.push({
    path,
    value: `${rule.name ?? 'rule'}: ${source} -> ${rule.targetDirectoryName ?? ''}`,
    reason: `This rule reads ${source}, and a job reads Microsoft Entra.`,
    advice: 'Nothing to do when it belongs to another direction; it goes back with an export.',
  });
  return false;
}

function kindOf({ sourceObjectName }: EntraObjectMapping): ObjectKind | undefined {
  const name = sourceObjectName?.trim().toLowerCase();
  return name === 'user' || name === 'group' ? name : undefined;
}

function leaveOut(mapping: EntraObjectMapping, path: string, reason: string, report: ConversionReport): void {
  const { name, sourceObjectName, targetObjectName, enabled } = mapping;
  const objects = `${sourceObjectName ?? ''} -> ${targetObjectName ?? ''}${enabled === false ? ', not enabled' : ''}`;
  report.leftOut.push({
    path,
    value: name === null || name === undefined ? objects : `${name} (${objects})`,
    reason,
    advice:
      enabled === false
        ? 'Nothing to do: Entra does not run it either. It goes back with an export.'
        : 'Make a job of its own when it is needed; it goes back with an export.',
    idle: enabled === false,
  });
}
