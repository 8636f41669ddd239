// One attribute mapping of a job -> Entra's form. What Entra has no words for is reported: a part of the mapping is left away
// when the rest means the same without it, otherwise the whole mapping is.
import { findFunction } from '../../expressions/function-table.ts';
import { type ExpressionNode, parseExpression } from '../../expressions/parse.ts';
import type { AttributeMapping } from '../../model/job.ts';
import { attributeMappingSchema } from '../../model/object-mapping.ts';
import { isListOfComplex } from '../../scim/core-schema.ts';
import { conditionsOf, parsePath } from '../../scim/path.ts';
import { type PlainSource, sourceText } from './import-attribute.ts';
import { type ConversionReport, shownValue } from './report.ts';
import { sourceOfAttribute, sourceOfConstant, sourceOfExpression } from './source-tree.ts';

/** A part of a JSON document. */
export type Json = Record<string, unknown>;

/** Functions of app provisioning that Graph or the functions reference lists. */
const ENTRA_FUNCTIONS: ReadonlySet<string> = new Set(
  'Append AppRoleAssignments AppRoleAssignmentsComplex AssertiveAppRoleAssignmentsComplex BitAnd CBool CDate Coalesce ConvertToBase64 ConvertToUTF8Hex Count CStr DateAdd DateDiff DateFromNum DefaultDomain FormatDateTime Guid IgnoreFlowIfNullOrEmpty IIF InStr IsNothing IsNull IsNullOrEmpty IsPresent IsString Item Join Left Mid NormalizeDiacritics Not Now NumFromDate PCase Prepend RandomString Redact RemoveDuplicates Replace SelectUniqueValue SingleAppRoleAssignment Split StripSpaces Switch ToLower ToUpper Word'.split(
    ' ',
  ),
);
/** Listed for Entra cloud sync only; app provisioning may or may not take them. */
const CLOUD_SYNC_FUNCTIONS: ReadonlySet<string> = new Set(
  'ConvertFromBase64 DNComponent Error StringFromSid Trim'.split(' '),
);

const ENTRA_KEYS: readonly string[] = [
  'targetAttributeName',
  'source',
  'defaultValue',
  'flowType',
  'flowBehavior',
  'matchingPriority',
];

const defaults: Json = attributeMappingSchema.parse({ targetAttributeName: 'userName', source: null });

/** Entra's form of a mapping, or undefined when it has none; `path` is that of the mapping in the job. */
export function exportAttribute(mapping: AttributeMapping, path: string, report: ConversionReport): Json | undefined {
  const reason = refusedTarget(mapping.targetAttributeName) ?? refusedSource(mapping.source);
  const value = shownMapping(mapping);
  if (reason !== undefined) {
    const advice = 'Map it in another way, or keep it for scimsync only.';
    report.leftOut.push({ path, value, reason, advice });
    return undefined;
  }
  for (const [key, given] of Object.entries(mapping)) {
    if (ENTRA_KEYS.includes(key) || given === undefined || given === defaults[key]) continue;
    report.leftOut.push({
      path: `${path}.${key}`,
      value: `${mapping.targetAttributeName}: ${key} ${shownValue(given)}`,
      reason: `${key} is an option of scimsync; Entra does not have it.`,
      advice: 'The mapping itself is exported without it.',
    });
  }
  report.warnings.push(...doubts(mapping, path, value));
  return {
    defaultValue: mapping.defaultValue === null ? null : constantText(mapping.defaultValue),
    exportMissingReferences: false,
    flowBehavior: mapping.flowBehavior,
    flowType: mapping.flowType,
    matchingPriority: mapping.matchingPriority,
    source: exportSource(mapping.source),
    targetAttributeName: mapping.targetAttributeName,
  };
}

/** The source as Graph takes it. */
function exportSource(source: AttributeMapping['source']): unknown {
  switch (source?.type) {
    case undefined:
      return null;
    case 'Attribute':
      return sourceOfAttribute(source.name);
    case 'Constant':
      return sourceOfConstant(constantText(source.value));
    case 'Function':
      return sourceOfExpression(source.expression)?.source ?? null;
  }
}

/** Entra keeps constants as texts, booleans as .NET writes them. */
function constantText(value: string | number | boolean): string {
  if (typeof value !== 'boolean') return String(value);
  return value ? 'True' : 'False';
}

/** A mapping in one text. */
function shownMapping({ targetAttributeName, source }: AttributeMapping): string {
  const plain: PlainSource = source?.type === 'Constant' ? { ...source, value: constantText(source.value) } : source;
  return shownValue(`${targetAttributeName} <- ${sourceText(plain)}`);
}

function refusedTarget(name: string): string | undefined {
  const parsed = parsePath(name);
  if (!parsed.ok) return parsed.message;
  const { filter, schema, attribute, subAttribute } = parsed.path;
  if (filter !== undefined && conditionsOf(filter).length > 1)
    return 'Entra chooses an element by one comparison only (type or primary).';
  if (subAttribute !== undefined || schema !== undefined || !isListOfComplex(attribute)) return undefined;
  if (/^(roles|members)$/i.test(attribute) && filter === undefined) return undefined;
  return 'Entra writes single values of such a list (emails[type eq "work"].value), not whole elements.';
}

function refusedSource(source: AttributeMapping['source']): string | undefined {
  if (source?.type !== 'Function') return undefined;
  const parsed = parseExpression(source.expression);
  if (!parsed.ok) return `The expression cannot be read: ${parsed.error.message}`;
  const own = functionsIn(parsed.node).find((name) => !ENTRA_FUNCTIONS.has(name) && !CLOUD_SYNC_FUNCTIONS.has(name));
  return own === undefined ? undefined : `The function ${own} is not one of Entra's.`;
}

function functionsIn(node: ExpressionNode): string[] {
  if (node.kind === 'comparison') return [...functionsIn(node.left), ...functionsIn(node.right)];
  if (node.kind !== 'call') return [];
  const name = findFunction(node.name)?.name ?? node.name;
  return [name, ...node.slots.flatMap((slot) => (slot === null ? [] : functionsIn(slot)))];
}

function doubts({ source }: AttributeMapping, path: string, value: string) {
  const found: { readonly reason: string; readonly advice: string }[] = [];
  if (source?.type === 'Attribute' && source.name === 'userType')
    found.push({
      reason: 'Entra does not offer userType as a source (known issue).',
      advice: 'Use a directory extension.',
    });
  if (source?.type === 'Function') {
    const parsed = parseExpression(source.expression);
    const used = parsed.ok ? functionsIn(parsed.node) : [];
    const doubtful = used.find((name) => CLOUD_SYNC_FUNCTIONS.has(name));
    if (doubtful !== undefined)
      found.push({
        reason: `Microsoft lists ${doubtful} for cloud sync only.`,
        advice: 'Try it in the expression builder of the Entra admin center first.',
      });
    if (sourceOfExpression(source.expression)?.compares === true)
      found.push({
        reason: 'How Graph writes a comparison as parameters is not published.',
        advice: 'Let Graph make them of the text (POST …/schema/parseExpression), or paste the text into the portal.',
      });
  }
  return found.map((each) => ({ path: `${path}.source`, value, ...each }));
}
