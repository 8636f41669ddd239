// Entra's filter -> the scope of a job. Fails closed: what cannot be said here lets nobody in. Filters on reading and on
// category hold beside the filter itself, so they are joined with each of its groups.
import { joinPath } from '../located.ts';
import type { EntraFilter, EntraFilterGroup } from './document.ts';
import { type ConversionReport, shownValue } from './report.ts';

/** A clause as the job schema has it. */
interface PlainClause {
  readonly sourceOperandName: string;
  readonly operatorName: string;
  readonly targetOperand?: { readonly values: readonly string[] };
}

/** A group as the job schema has it, and where it comes from. */
export interface PlainGroup {
  readonly at: string;
  readonly group: { readonly name?: string; readonly clauses: readonly PlainClause[] };
}

/** What became of a filter. */
export interface ImportedScope {
  readonly groups: readonly PlainGroup[];
  /** True when there was a filter and nothing of it is left: the object mapping must not run then. */
  readonly lost: boolean;
}

const MOST_GROUPS = 50;

/** Reads a filter; absent, null and empty ones let everybody in. */
export function importScope(
  filter: EntraFilter | null | undefined,
  at: string,
  report: ConversionReport,
): ImportedScope {
  const main = importGroups(filter?.groups, joinPath(at, 'groups'), report);
  const early = importGroups(filter?.inputFilterGroups, joinPath(at, 'inputFilterGroups'), report);
  const category = importGroups(filter?.categoryFilterGroups, joinPath(at, 'categoryFilterGroups'), report);
  const lists = [main, early, category];
  const lost = lists.some((list) => list.given > 0 && list.groups.length === 0);
  if (lost) return { groups: [], lost };
  const [beside] = [early, category].filter((list) => list.groups.length > 0);
  if (beside === undefined) return { groups: main.groups, lost: false };
  const groups = lists
    .filter((list) => list.groups.length > 0)
    .map((list) => list.groups)
    .reduce((left, right) => left.flatMap((one) => right.map((other) => joined(one, other))));
  const place = beside === early ? 'inputFilterGroups' : 'categoryFilterGroups';
  report.warnings.push({
    path: joinPath(at, place),
    value: shownValue(filter?.[place]),
    reason:
      'Entra passes over whoever does not meet it and leaves their account alone. Here it is part of the scope: whoever leaves it is out of scope.',
    advice: 'Write lifecycle.outOfScope: nothing when accounts of people who leave the scope have to stay as they are.',
  });
  return groups.length <= MOST_GROUPS ? { groups, lost: false } : { groups: [], lost: true };
}

function importGroups(groups: readonly EntraFilterGroup[] | null | undefined, at: string, report: ConversionReport) {
  const imported = (groups ?? []).flatMap((group, index): PlainGroup[] => {
    const path = joinPath(at, index);
    const clauses = (group.clauses ?? []).map(
      ({ sourceOperandName, operatorName, targetOperand }): PlainClause => ({
        sourceOperandName,
        operatorName,
        ...operandOf(targetOperand?.values ?? []),
      }),
    );
    if (clauses.length > 0) return [{ at: path, group: { ...nameOf(group), clauses } }];
    report.leftOut.push({
      path,
      value: group.name ?? 'a group without a name',
      reason: 'A group without clauses would let everybody in.',
      advice: 'Leave scope out of the job when everybody is meant.',
    });
    return [];
  });
  return { given: groups?.length ?? 0, groups: imported };
}

function operandOf(values: readonly (string | number | boolean)[]): Pick<PlainClause, 'targetOperand'> {
  return values.length === 0 ? {} : { targetOperand: { values: values.map(operandText) } };
}

function operandText(value: string | number | boolean): string {
  if (typeof value !== 'boolean') return String(value);
  return value ? 'True' : 'False';
}

function nameOf({ name }: EntraFilterGroup): { readonly name?: string } {
  return name === null || name === undefined || name === '' ? {} : { name };
}

function joined(left: PlainGroup, right: PlainGroup): PlainGroup {
  const names = [left.group.name, right.group.name].filter((name) => name !== undefined);
  return {
    at: left.at,
    group: {
      ...(names.length === 0 ? {} : { name: names.join(', ') }),
      clauses: [...left.group.clauses, ...right.group.clauses],
    },
  };
}

/** A group in one text. */
export function groupText({ group }: PlainGroup): string {
  const clauses = group.clauses.map(({ sourceOperandName, operatorName, targetOperand }) =>
    [sourceOperandName, operatorName, ...(targetOperand?.values ?? [])].join(' '),
  );
  return `${group.name === undefined ? '' : `"${group.name}": `}${clauses.join(' AND ')}`;
}
