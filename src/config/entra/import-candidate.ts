// An object mapping of Entra on its way into a job: what it would be, before and while the checks of the configuration take
// out what a job cannot have. Everything that is taken out goes into the report.
import { attributeMappingSchema } from '../../model/object-mapping.ts';
import type { ConfigurationFault } from '../fault.ts';
import { joinPath } from '../located.ts';
import { schemaFaults } from '../schema-faults.ts';
import { flowTypesOf } from './document.ts';
import { importAttribute, type PlainAttribute, sourceText } from './import-attribute.ts';
import type { ChosenMapping } from './import-choice.ts';
import { importScope, type PlainGroup } from './import-scope.ts';
import { locatePlain } from './locate-plain.ts';
import { type ConversionReport, shownValue } from './report.ts';

/** A line of the list of attribute mappings: a mapping, or what is said in its place. */
export type ImportedEntry =
  | { readonly index: number; readonly mapping: PlainAttribute; readonly note?: string }
  | { readonly index: number; readonly leftOut: string };

/** Changes until no check has anything to say. */
export interface Candidate {
  enabled: boolean;
  offBecause?: string;
  flowTypes: readonly ('Add' | 'Update' | 'Delete')[];
  groups: PlainGroup[];
  entries: ImportedEntry[];
}

/** Why a mapping must not run when nothing of its filter is left. */
export const NO_FILTER_LEFT = 'Nothing is left of its filter, and without one everybody would be in scope.';

/** What the mapping would be, as far as its form is sound. */
export function candidateOf(chosen: ChosenMapping, report: ConversionReport): Candidate {
  const { mapping, at } = chosen;
  const scope = importScope(mapping.scope, joinPath(at, 'scope'), report);
  const flowTypes = flowTypesOf(mapping.flowTypes);
  const candidate: Candidate = {
    enabled: mapping.enabled ?? true,
    flowTypes: Array.isArray(flowTypes) ? flowTypes : [],
    groups: [...scope.groups],
    entries: (mapping.attributeMappings ?? []).map((entra, index): ImportedEntry => {
      const path = joinPath(joinPath(at, 'attributeMappings'), index);
      const plain = importAttribute(entra, path, report);
      if (plain === undefined)
        return { index, leftOut: `${entra.targetAttributeName}: its source says nothing usable` };
      const [fault] = schemaFaults(attributeMappingSchema, locatePlain(plain, ''));
      return fault === undefined ? { index, mapping: plain } : dropped(index, plain, fault, path, report);
    }),
  };
  if ('unknown' in flowTypes)
    switchOff(candidate, chosen, 'flowTypes', mapping.flowTypes, `There is no action ${flowTypes.unknown}.`, report);
  if (scope.lost) switchOff(candidate, chosen, 'scope', mapping.scope, NO_FILTER_LEFT, report);
  return candidate;
}

/** Those that are still there. */
export function mappingsOf(candidate: Candidate): readonly PlainAttribute[] {
  return candidate.entries.flatMap((entry) => ('mapping' in entry ? [entry.mapping] : []));
}

/** What stands in the place of a mapping that a job cannot have. */
export function dropped(
  index: number,
  mapping: PlainAttribute,
  fault: ConfigurationFault,
  path: string,
  report: ConversionReport,
): ImportedEntry {
  const value = `${mapping.targetAttributeName} <- ${sourceText(mapping.source)}`;
  const reason = firstLine(fault.message);
  const advice = fault.advice ?? 'Write a mapping that does without it, or leave the attribute out.';
  report.leftOut.push({ path, value: shownValue(value), reason, advice });
  return { index, leftOut: `${value}: ${reason}` };
}

/** Switches the mapping off, once, and says why. */
export function switchOff(
  candidate: Candidate,
  { kind, at }: ChosenMapping,
  key: string,
  value: unknown,
  reason: string,
  report: ConversionReport,
  advice?: string,
): void {
  const wasEnabled = candidate.enabled;
  candidate.enabled = false;
  candidate.offBecause ??= reason;
  if (!wasEnabled) return;
  report.leftOut.push({
    path: joinPath(at, key),
    value: shownValue(value),
    reason: `${reason} The mapping of ${kind}s is switched off in the job.`,
    advice: `${advice ?? 'Complete it in the job'}${advice === undefined ? ',' : ' Then'} remove enabled: false.`,
  });
}

/** Without the lines that point at a place. */
export function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
