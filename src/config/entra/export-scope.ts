// The scope of a job -> Entra's filter. A clause that Entra would refuse takes its whole group with it: without the clause, the
// group would let more people in.
import type { ObjectMapping } from '../../model/job.ts';
import { entraRefuses } from '../../rules/scoping-entra.ts';
import type { Json } from './export-attribute.ts';
import { type ConversionReport, shownValue } from './report.ts';

/** Entra's filter; `lost` when nothing is left of one, so that the mapping must not run. */
export interface ExportedScope {
  readonly filter: Json | null;
  readonly lost: boolean;
}

/** `path` is that of the scope in the job. */
export function exportScope(scope: ObjectMapping['scope'], path: string, report: ConversionReport): ExportedScope {
  if (scope === null || scope.groups.length === 0) return { filter: null, lost: false };
  const groups = scope.groups.flatMap((group, index) => {
    const [refusal] = group.clauses.flatMap((clause) => entraRefuses(clause));
    if (refusal === undefined) return [{ name: group.name ?? null, clauses: group.clauses.map(exportClause) }];
    report.leftOut.push({
      path: `${path}.groups[${index}]`,
      value: shownValue(group.name ?? group.clauses.map(clauseText).join(' AND ')),
      reason: `${refusal.message} Without this clause the group would let more people in, so the group is left out.`,
      advice: 'Say it with an operator and an attribute of Entra, or keep it for scimsync only.',
    });
    return [];
  });
  if (groups.length === 0) return { filter: null, lost: true };
  return { filter: { groups, inputFilterGroups: [], categoryFilterGroups: [] }, lost: false };
}

type Clause = NonNullable<ObjectMapping['scope']>['groups'][number]['clauses'][number];

function exportClause({ sourceOperandName, operatorName, targetOperand }: Clause): Json {
  return { operatorName, sourceOperandName, targetOperand: { values: targetOperand?.values ?? [] } };
}

function clauseText({ sourceOperandName, operatorName, targetOperand }: Clause): string {
  return [sourceOperandName, operatorName, ...(targetOperand?.values ?? [])].join(' ');
}
