// One object mapping of Entra -> one of a job that the configuration accepts. It is put to the very checks that a job file has
// to pass; what has a fault is left out and reported, until none is left. Where nothing sound remains, it is switched off.
import type { Lifecycle } from '../../model/lifecycle.ts';
import { checkObjectMapping } from '../check-object-mapping.ts';
import type { ConfigurationFault, Findings } from '../fault.ts';
import type { Template } from '../gallery.ts';
import { draftJob } from '../job-draft.ts';
import { joinPath } from '../located.ts';
import { type PlainAttribute, sourceText } from './import-attribute.ts';
import {
  type Candidate,
  candidateOf,
  dropped,
  firstLine,
  type ImportedEntry,
  mappingsOf,
  NO_FILTER_LEFT,
  switchOff,
} from './import-candidate.ts';
import type { ChosenMapping } from './import-choice.ts';
import { doubtsAbout } from './import-doubts.ts';
import { type LifecycleChanges, lifecycleChanges } from './import-lifecycle.ts';
import { groupText, type PlainGroup } from './import-scope.ts';
import { locateObject } from './locate-plain.ts';
import { originalMatching, unusualMetadata } from './metadata.ts';
import { type ConversionReport, type ReportItem, shownValue } from './report.ts';

/** What became of an object mapping. */
export interface ImportedObject {
  readonly chosen: ChosenMapping;
  readonly enabled: boolean;
  /** Why it is switched off although it is not in Entra. */
  readonly offBecause?: string;
  readonly flowTypes: readonly ('Add' | 'Update' | 'Delete')[];
  readonly groups: readonly PlainGroup[];
  readonly entries: readonly ImportedEntry[];
  readonly lifecycle: LifecycleChanges;
}

/** What the checks have to know besides the mapping. */
export interface ImportSurroundings {
  readonly syncAll: boolean;
  readonly skipOutOfScopeDeletions: boolean;
  readonly template?: Template;
}

/** Never throws for what a document says. */
export function importObject(
  chosen: ChosenMapping,
  surroundings: ImportSurroundings,
  report: ConversionReport,
): ImportedObject {
  const candidate = candidateOf(chosen, report);
  report.warnings.push(...unusualMetadata(chosen.mapping, chosen.at));
  // Each round leaves something out or is the last one.
  for (;;) {
    const lifecycle = lifecycleOf(chosen, candidate, surroundings);
    const judged = judgedParts(candidate);
    const { faults, warnings } = judge(chosen, candidate, lifecycle, surroundings);
    const progressed = faults.map((fault) => settle(fault, judged, chosen, candidate, report));
    if (progressed.includes(true)) continue;
    for (const warning of warnings) report.warnings.push(warningItem(warning, judged, chosen));
    report.warnings.push(...doubtsAbout(chosen, lifecycle));
    const { offBecause, ...rest } = candidate;
    return { chosen, ...rest, ...(offBecause === undefined ? {} : { offBecause }), lifecycle };
  }
}

/** What was put to the checks, by the positions that faults name. */
interface Judged {
  readonly entries: readonly (ImportedEntry & { readonly mapping: PlainAttribute })[];
  readonly groups: readonly PlainGroup[];
}

function judgedParts({ entries, groups }: Candidate): Judged {
  return { entries: entries.filter((entry) => 'mapping' in entry), groups: [...groups] };
}

function lifecycleOf(chosen: ChosenMapping, candidate: Candidate, surroundings: ImportSurroundings): LifecycleChanges {
  if (chosen.kind === 'group' || !candidate.enabled) return {};
  return lifecycleChanges({
    flowTypes: candidate.flowTypes,
    attributes: mappingsOf(candidate),
    skipOutOfScopeDeletions: surroundings.skipOutOfScopeDeletions,
  });
}

/** The job as far as the mapping is concerned, through the checks of the configuration. */
function judge(
  { kind }: ChosenMapping,
  candidate: Candidate,
  changes: LifecycleChanges,
  { syncAll, template }: ImportSurroundings,
): Findings {
  const lifecycle: Partial<Lifecycle> = { ...template?.lifecycle };
  for (const [event, change] of Object.entries(changes)) lifecycle[event as keyof Lifecycle] = change.action;
  const job = locateObject(
    {
      source: { syncAll },
      lifecycle,
      ...(template === undefined ? {} : { profile: template.profile }),
      objectMappings: [
        {
          sourceObjectName: kind,
          targetObjectName: kind === 'user' ? 'User' : 'Group',
          enabled: candidate.enabled,
          flowTypes: candidate.flowTypes,
          ...(candidate.groups.length === 0 ? {} : { scope: { groups: candidate.groups.map(({ group }) => group) } }),
          attributeMappings: mappingsOf(candidate),
        },
      ],
    },
    '',
  );
  const draft = draftJob(job, template?.name, true);
  const [object] = draft.objectMappings;
  if (object === undefined) return { faults: [], warnings: [] };
  // A list without entries is malformed to the drafts; to the import it is a mapping that finds nobody.
  return checkObjectMapping(draft, { ...object, complete: true });
}

const ATTRIBUTE = /^objectMappings\[0\]\.attributeMappings\[(\d+)\](?:\.(\w+))?/;
const GROUP = /^objectMappings\[0\]\.scope\.groups\[(\d+)\]/;

/** Takes out what a fault is about. False when there is nothing to take out, or it is gone already. */
function settle(
  fault: ConfigurationFault,
  judged: Judged,
  chosen: ChosenMapping,
  candidate: Candidate,
  report: ConversionReport,
): boolean {
  const [, position, key] = ATTRIBUTE.exec(fault.path) ?? [];
  if (position !== undefined)
    return settleAttribute(judged.entries[Number(position)], key, fault, chosen, candidate, report);
  const [, group] = GROUP.exec(fault.path) ?? [];
  if (group !== undefined) return settleGroup(judged.groups[Number(group)], fault, chosen, candidate, report);
  if (!candidate.enabled) return false;
  const value = chosen.mapping.name ?? `${chosen.kind} mapping`;
  const usual = originalMatching(chosen.mapping);
  const hint = usual === undefined || !/matching/.test(fault.message) ? '' : ` Entra's default is ${usual}.`;
  switchOff(candidate, chosen, 'enabled', value, `${firstLine(fault.message)}${hint}`, report, fault.advice);
  return true;
}

function settleAttribute(
  entry: Judged['entries'][number] | undefined,
  key: string | undefined,
  fault: ConfigurationFault,
  { at }: ChosenMapping,
  candidate: Candidate,
  report: ConversionReport,
): boolean {
  if (entry === undefined || !candidate.entries.includes(entry)) return false;
  const path = joinPath(joinPath(at, 'attributeMappings'), entry.index);
  const replace = (by: ImportedEntry): true => {
    candidate.entries = candidate.entries.map((each) => (each === entry ? by : each));
    return true;
  };
  if (!isOption(key)) return replace(dropped(entry.index, entry.mapping, fault, path, report));
  const given = entry.mapping[key];
  if (given === USUAL[key]) return false;
  report.leftOut.push({
    path: joinPath(path, key),
    value: `${entry.mapping.targetAttributeName}: ${given}`,
    reason: firstLine(fault.message),
    advice: fault.advice ?? 'The mapping itself is there without it.',
  });
  return replace({
    index: entry.index,
    mapping: { ...entry.mapping, [key]: USUAL[key] },
    note: `${key} ${given} in Entra`,
  });
}

/** Options without which a mapping still says what flows. */
const USUAL = { matchingPriority: 0, flowBehavior: 'FlowWhenChanged' } as const;

function isOption(key: string | undefined): key is keyof typeof USUAL {
  return key !== undefined && Object.hasOwn(USUAL, key);
}

/** Without one of its clauses a group would let more people in, so the whole group goes. */
function settleGroup(
  group: PlainGroup | undefined,
  fault: ConfigurationFault,
  chosen: ChosenMapping,
  candidate: Candidate,
  report: ConversionReport,
): boolean {
  if (group === undefined || !candidate.groups.includes(group)) return false;
  report.leftOut.push({
    path: group.at,
    value: shownValue(groupText(group)),
    reason: `${firstLine(fault.message)} Without this clause the group would let more people in, so the group is left out.`,
    advice: fault.advice ?? 'Whoever only this group lets in stays out of scope until you write it another way.',
  });
  candidate.groups = candidate.groups.filter((each) => each !== group);
  if (candidate.groups.length === 0) switchOff(candidate, chosen, 'scope', groupText(group), NO_FILTER_LEFT, report);
  return true;
}

function warningItem(warning: ConfigurationFault, judged: Judged, { at }: ChosenMapping): ReportItem {
  const [, position] = ATTRIBUTE.exec(warning.path) ?? [];
  const [, place] = GROUP.exec(warning.path) ?? [];
  const entry = judged.entries[Number(position)];
  const group = judged.groups[Number(place)];
  const reason = firstLine(warning.message);
  const advice = warning.advice ?? 'Check that it is meant so.';
  if (entry === undefined)
    return { path: group?.at ?? at, value: group === undefined ? '' : shownValue(groupText(group)), reason, advice };
  const value = `${entry.mapping.targetAttributeName} <- ${sourceText(entry.mapping.source)}`;
  return { path: joinPath(joinPath(at, 'attributeMappings'), entry.index), value: shownValue(value), reason, advice };
}
