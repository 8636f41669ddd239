// What somebody should know of an imported mapping as a whole before the job writes.
import type { ChosenMapping } from './import-choice.ts';
import type { LifecycleChanges } from './import-lifecycle.ts';
import type { ReportItem } from './report.ts';
import { isScimName } from './scim-name.ts';

/** Warnings about an object mapping. */
export function doubtsAbout({ mapping, at }: ChosenMapping, lifecycle: LifecycleChanges): ReportItem[] {
  const items: ReportItem[] = [];
  const targets = (mapping.attributeMappings ?? []).map(({ targetAttributeName }) => targetAttributeName);
  const object = mapping.targetObjectName ?? '';
  if (object !== '' && !/^urn:/i.test(object) && !targets.some(isScimName))
    items.push({
      path: `${at}.targetObjectName`,
      value: object,
      reason:
        'None of its target attributes has a SCIM name: Entra reaches this application through its own interface.',
      advice: 'Map to the names of its SCIM interface (userName, active, name.givenName, …), if it has one.',
    });
  const events = Object.entries(lifecycle).filter(([, change]) => change.action === 'nothing');
  for (const why of new Set(events.map(([, change]) => change.why)))
    items.push({
      path: at,
      value: `lifecycle: ${events.flatMap(([event, change]) => (change.why === why ? [event] : [])).join(', ')}`,
      reason: `Nothing happens to these accounts: ${why}.`,
      advice: 'Map active from Not([IsSoftDeleted]) and write disable when people who leave are to lose access.',
    });
  return items;
}
