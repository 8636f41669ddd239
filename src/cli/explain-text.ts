// The lines of `scimsync explain`: the answer, then one finding after the other, the first reason first, then what helps.
import type { Explanation, Finding, Origin, Remedy } from '../engine/explain-result.ts';
import type { Candidate } from '../model/directory-facts.ts';
import { meanwhileText } from './held-configuration-text.ts';
import { programName } from './program-name.ts';
import { alignedRows } from './table.ts';
import type { Colour, Paint } from './terminal.ts';
import { printable, shortened } from './terminal-text.ts';

const TOPIC_WIDTH = 11;
const WIDEST = 400;
/** More lines than this stand below their topic. */
const LISTED = 3;

/** The lines of one job, without trailing line breaks. */
export function explanationLines(explanation: Explanation, suffix: string, paint: Paint): string[] {
  const findings = explanation.findings.flatMap((finding) => findingLines(finding, paint));
  const notRead = explanation.notRead.map((text) => row('not read', paint('yellow', shown(text))));
  const { byAccepted } = explanation;
  const held = byAccepted === undefined ? [] : [row('held', paint('yellow', heldText(byAccepted.since)))];
  return [
    headline(explanation, paint),
    ...held,
    ...findings,
    ...notRead,
    ...remedyLines(explanation.remedy, suffix, paint),
  ];
}

function heldText(since: string | null): string {
  return `the changed configuration is held; ${meanwhileText(since)}, and all of this is by that one`;
}

function headline({ object, jobId, inScope, concern }: Explanation, paint: Paint): string {
  const identity = [...(object.address === null ? [] : [shown(object.address)]), `${object.id.slice(0, 8)}…`].join(
    ', ',
  );
  const [words, colour] = verdict(inScope, concern);
  const kind = object.kind === 'group' ? 'group ' : '';
  return `${kind}${paint('bold', shown(object.displayName ?? object.id))} (${identity}) ${paint(colour, words)} of ${jobId}`;
}

function verdict(inScope: boolean | null, concern: Explanation['concern']): readonly [string, Colour] {
  if (inScope === null) return ['may or may not be in scope', 'yellow'];
  const scope = inScope ? 'is in scope' : 'is NOT in scope';
  if (concern === 'failing') return [inScope ? 'fails, although in scope' : 'fails, and is NOT in scope', 'red'];
  if (concern === 'held') return [inScope ? 'is held, although in scope' : 'is held, and NOT in scope', 'yellow'];
  return [scope, inScope ? 'green' : 'yellow'];
}

function findingLines({ topic, answer, lines, origin, troubles }: Finding, paint: Paint): string[] {
  const [first = '', ...rest] = lines.length > LISTED ? ['', ...lines.map(shown)] : lines.map(shown);
  const word = troubles ? paint('yellow', answer) : answer;
  const source = origin === null ? '' : paint('dim', originText(origin));
  const parts = [word, first, source].filter((part) => part !== '');
  return [row(topic, parts.join('   ')), ...rest.map((line) => row('', `  ${line}`))];
}

function originText({ from, at }: Origin): string {
  const place = from === 'store' ? 'store' : from;
  if (at === null) return place;
  const moment = new Date(at);
  const time = [moment.getHours(), moment.getMinutes(), moment.getSeconds()];
  const clock = time.map((part) => String(part).padStart(2, '0')).join(':');
  return from === 'store' ? `${place}, as of ${at.slice(0, 10)} ${clock}` : `${place}, ${clock}`;
}

function remedyLines(remedies: readonly Remedy[], suffix: string, paint: Paint): string[] {
  if (remedies.length === 0) return [row('remedy', 'nothing to do')];
  return remedies.map((remedy, index) => {
    const text = `${index === 0 ? '' : 'or '}${remedyText(remedy, suffix)}`;
    return row(index === 0 ? 'remedy' : '', paint('bold', text));
  });
}

function remedyText({ text, note, command }: Remedy, suffix: string): string {
  if (command === null) return shown(text);
  const typed = commandText(command, suffix);
  return `${shown(text)} (${note === null ? '' : `${shown(note)}: `}${typed})`;
}

/** A command as it can be typed. */
export function commandText(command: string, suffix: string): string {
  return `${programName()} ${command}${suffix}`;
}

function row(topic: string, text: string): string {
  return `  ${topic.padEnd(TOPIC_WIDTH)}${text}`.trimEnd();
}

function shown(text: string): string {
  return shortened(printable(text), WIDEST);
}

/** People and groups that a name may mean, with the ids that are not ambiguous. */
export function candidateLines(candidates: readonly Candidate[]): string[] {
  return alignedRows(
    candidates.map(({ kind, id, displayName, address, by }) => [
      `  ${id}`,
      kind,
      shown(displayName ?? ''),
      shown(address ?? ''),
      `(${by})`,
    ]),
  );
}
