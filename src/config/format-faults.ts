// Faults as text for people: place first, so that editors and terminals can jump to it.
import type { ConfigurationFault } from './fault.ts';
import { sortedFaults } from './fault.ts';

/** `file:line:column  path  message`, further lines and the advice indented below; sorted by file and line. */
export function formatFaults(faults: readonly ConfigurationFault[]): string {
  return sortedFaults(faults).map(formatFault).join('\n');
}

function formatFault(fault: ConfigurationFault): string {
  const position = [fault.file, fault.line, fault.line === undefined ? undefined : fault.column]
    .filter((part) => part !== undefined)
    .join(':');
  const [first = '', ...more] = fault.message.split('\n');
  const head = [position, fault.path, first].filter((part) => part !== '').join('  ');
  const advice = fault.advice === undefined ? [] : [fault.advice];
  return [head, ...more, ...advice].map((line, index) => printable(index === 0 ? line : `    ${line}`)).join('\n');
}

/** Keys come from files: control characters and changes of writing direction must not reach a terminal. */
function printable(line: string): string {
  return line.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, '\ufffd');
}
