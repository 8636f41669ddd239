// Metadata of rules and object mappings. Values are texts that often hold JSON ("\"Normal\""); the defaults of an application
// (defaultSourceObjectMappings) are a whole document as text, with capitalised keys and numbers for enums.
import { joinPath } from '../located.ts';
import type { EntraObjectMapping } from './document.ts';
import { type ReportItem, shownValue } from './report.ts';

/** The value behind the text: what it says as JSON, or the text itself. */
function decodedMetadata(value: string): unknown {
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** The defaults of the application with keys as elsewhere; undefined when the text holds no list (pages shorten it). */
export function defaultObjectMappings(value: string): readonly unknown[] | undefined {
  const decoded = decodedMetadata(value);
  return Array.isArray(decoded) ? decoded.map(withSmallKeys) : undefined;
}

function withSmallKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSmallKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      `${key.slice(0, 1).toLowerCase()}${key.slice(1)}`,
      withSmallKeys(each),
    ]),
  );
}

/** What an object mapping usually says; anything else changes how Entra treats it and has no counterpart here. */
const USUAL: ReadonlyMap<string, readonly unknown[]> = new Map<string, readonly unknown[]>([
  ['Disposition', ['Normal', 0]],
  ['DisableMonitoringForChanges', [false]],
  ['EscrowBehavior', ['Default']],
  ['ExcludeFromReporting', [false]],
  ['Unsynchronized', [false]],
]);

/** The attribute that Entra matches by unless somebody chose another one. */
export function originalMatching({ metadata }: EntraObjectMapping): string | undefined {
  const value = metadata?.find(({ key }) => key === 'OriginalJoiningProperty')?.value ?? '';
  const decoded = decodedMetadata(value);
  return typeof decoded === 'string' && decoded !== '' ? decoded : undefined;
}

/** Metadata of an object mapping that makes Entra do something else than usual. */
export function unusualMetadata({ metadata }: EntraObjectMapping, at: string): ReportItem[] {
  return (metadata ?? []).flatMap(({ key, value }, index) => {
    const usual = USUAL.get(key);
    if (usual === undefined || value === null || value === undefined || usual.includes(decodedMetadata(value)))
      return [];
    const path = joinPath(joinPath(at, 'metadata'), index);
    return [
      {
        path,
        value: shownValue(`${key}: ${value}`),
        reason: 'This is not what Entra usually says here, and it has no effect in scimsync.',
        advice: 'Find out why it was set before the job writes; it goes back with an export.',
      },
    ];
  });
}
