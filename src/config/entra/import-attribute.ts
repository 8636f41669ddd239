// One attribute mapping of Entra -> one of a job, in the plain form of the job schema. Says nothing about whether the job can
// have it: that is what the checks of the configuration are for (import-object.ts).
import { parseExpression } from '../../expressions/parse.ts';
import { joinPath } from '../located.ts';
import { type EntraAttributeMapping, enumName, FLOW_BEHAVIORS, FLOW_TYPES } from './document.ts';
import { quotedText } from './expression-text.ts';
import { type ConversionReport, type ReportItem, shownValue } from './report.ts';
import { textOfSource } from './source-tree.ts';

/** The source as the job schema has it; null is Entra's None. */
export type PlainSource =
  | { readonly type: 'Attribute'; readonly name: string }
  | { readonly type: 'Constant'; readonly value: string }
  | { readonly type: 'Function'; readonly expression: string }
  | null;

/** An attribute mapping before it was checked. */
export interface PlainAttribute {
  readonly targetAttributeName: string;
  readonly source: PlainSource;
  readonly defaultValue: string | number | boolean | null;
  readonly flowType: string;
  readonly flowBehavior: string;
  readonly matchingPriority: number;
}

/** The mapping, or nothing when its source says nothing usable (which is reported). */
export function importAttribute(
  entra: EntraAttributeMapping,
  at: string,
  report: ConversionReport,
): PlainAttribute | undefined {
  const source = importSource(entra, at, report);
  if (source === undefined) return undefined;
  if (entra.exportMissingReferences === true || /^true$/i.test(String(entra.exportMissingReferences)))
    report.warnings.push({
      path: joinPath(at, 'exportMissingReferences'),
      value: `${entra.targetAttributeName}: true`,
      reason: 'References to people without an account are never sent by scimsync.',
      advice: 'Nothing to do; it goes back with an export.',
    });
  const { defaultValue } = entra;
  return {
    targetAttributeName: entra.targetAttributeName,
    source,
    // The portal writes an empty text where nothing was entered.
    defaultValue: defaultValue === undefined || defaultValue === '' ? null : defaultValue,
    flowType: enumName(FLOW_TYPES, entra.flowType),
    flowBehavior: enumName(FLOW_BEHAVIORS, entra.flowBehavior),
    matchingPriority: entra.matchingPriority ?? 0,
  };
}

function importSource(
  { source, targetAttributeName }: EntraAttributeMapping,
  at: string,
  report: ConversionReport,
): PlainSource | undefined {
  if (source === null || source === undefined) return null;
  const path = joinPath(at, 'source');
  const read = textOfSource(source);
  if ('problem' in read) {
    const advice = 'Put it right in Entra and export again, or add the mapping by hand.';
    report.leftOut.push({
      path,
      value: `${targetAttributeName} <- ${shownValue(source)}`,
      reason: read.problem,
      advice,
    });
    return undefined;
  }
  if (read.disagrees !== undefined) report.warnings.push(disagreement(path, read.text, read.disagrees));
  if (read.type === 'Attribute') return attributeSource(read.text);
  return read.type === 'Constant' ? { type: 'Constant', value: read.text } : expressionSource(read.text);
}

function disagreement(path: string, text: string, printed: string): ReportItem {
  return {
    path,
    value: shownValue(text),
    reason: `Its parameters say something else: ${shownValue(printed)}.`,
    advice: 'The text of the expression counts. Look it up in Entra and correct the job if the parameters are right.',
  };
}

/** A name with brackets of its own can only be written as an expression. */
function attributeSource(name: string): PlainSource {
  return /[[\]]/.test(name) ? { type: 'Function', expression: `[${name}]` } : { type: 'Attribute', name };
}

/** An expression that is nothing but an attribute or a text is read as that from the job file. */
function expressionSource(expression: string): PlainSource {
  const parsed = parseExpression(expression);
  if (!parsed.ok) return { type: 'Function', expression };
  if (parsed.node.kind === 'attribute') return attributeSource(parsed.node.value);
  if (parsed.node.kind === 'text') return { type: 'Constant', value: parsed.node.value };
  return { type: 'Function', expression };
}

/** A source as it is written in a job, in one text. */
export function sourceText(source: PlainSource): string {
  if (source === null) return 'null';
  switch (source.type) {
    case 'Attribute':
      return `[${source.name}]`;
    case 'Constant':
      return quotedText(source.value);
    case 'Function':
      return source.expression;
  }
}
