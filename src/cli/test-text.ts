// What came of mapping tests, for people: a line a test, and for those that fail a difference attribute by attribute. The same as
// a document for scripts.

import { sortedFaults } from '../config/fault.ts';
import { formatFaults } from '../config/format-faults.ts';
import type { SampleFailure } from '../rules/sample-verdict.ts';
import type { ScimValue } from '../scim/resource.ts';
import type { ResourceDifference } from '../scim/resource-differences.ts';
import { shortAttribute } from './attribute-text.ts';
import type { Terminal } from './terminal.ts';
import { counted, printable, shortened } from './terminal-text.ts';
import type { TestedFile, TestRun } from './test-run.ts';

const MAX_SHOWN = 160;

/** Prints results on stdout and faults on stderr. */
export function printTests(run: TestRun, terminal: Terminal): void {
  for (const file of run.files) for (const line of fileLines(file, terminal.paint)) terminal.out(`${line}\n`);
  const { passed, failed } = totals(run);
  if (passed + failed > 0) {
    const said = [`${counted(passed, 'test')} passed`, ...(failed === 0 ? [] : [`${failed} failed`])].join(', ');
    terminal.out(`${terminal.paint(failed === 0 ? 'green' : 'red', said)}\n`);
  }
  if (run.faults.length === 0) return;
  const head = terminal.paintErr('red', counted(run.faults.length, 'fault'));
  terminal.err(`${formatFaults(run.faults)}\n${head}; the tests concerned were not run.\n`);
}

function totals({ files }: TestRun): { readonly passed: number; readonly failed: number } {
  const results = files.flatMap((file) => file.results);
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  return { passed: results.length - failed, failed };
}

function fileLines({ file, subject, results }: TestedFile, paint: Terminal['paint']): string[] {
  const what = subject.type === 'template' ? `template ${subject.name}` : subject.name;
  return [
    `${paint('bold', printable(what))}  ${printable(file)}`,
    ...results.flatMap(({ name, line, failures }) =>
      failures.length === 0
        ? [`  ${paint('green', 'ok')}    ${printable(name)}`]
        : [
            `  ${paint('red', 'FAIL')}  ${printable(name)}  ${paint('dim', printable(`${file}:${line}`))}`,
            ...failures.flatMap((failure) => failureLines(failure, paint)),
          ],
    ),
  ];
}

const INDENT = '        ';

function failureLines({ about, message, differences }: SampleFailure, paint: Terminal['paint']): string[] {
  const width = Math.max(...differences.map(({ path }) => Array.from(pathText(path)).length), 0);
  const legend = differences.length === 0 ? '' : `- expected  + what the mappings give`;
  const said = [message, legend].filter((part) => part !== '').join('  ');
  return [
    `${INDENT}${about}: ${printable(said)}`,
    ...differences.flatMap((difference) => differenceLines(difference, width, paint)),
  ];
}

function differenceLines(
  { path, expected, actual }: ResourceDifference,
  width: number,
  paint: Terminal['paint'],
): string[] {
  const name = pathText(path).padEnd(width);
  const line = (mark: '-' | '+', value: ScimValue, remark: string) =>
    `${INDENT}${paint(mark === '-' ? 'red' : 'green', `${mark} ${name}  ${valueText(value)}`)}${remark}`;
  if (expected === undefined) return actual === undefined ? [] : [line('+', actual, '  (not expected)')];
  if (actual === undefined) return [line('-', expected, '  (missing)')];
  return [line('-', expected, hint(expected, actual)), line('+', actual, '')];
}

/** YAML takes 00042 for a number. */
function hint(expected: ScimValue, actual: ScimValue): string {
  const isUnquoted = typeof actual === 'string' && (typeof expected === 'number' || typeof expected === 'boolean');
  return isUnquoted ? `  (a ${typeof expected}; write it in quotes)` : '';
}

function pathText(path: string): string {
  const [, before = '', name = path] = /^((?:add|replace|remove) )(.*)$/.exec(path) ?? [];
  return printable(`${before}${shortAttribute(name)}`);
}

function valueText(value: ScimValue): string {
  return printable(shortened(JSON.stringify(value), MAX_SHOWN));
}

/** What `--json` prints. */
export function testDocument(run: TestRun): unknown {
  return {
    ok: run.faults.length === 0 && totals(run).failed === 0,
    ...totals(run),
    files: run.files.map(({ file, subject, results }) => ({
      file,
      [subject.type]: subject.name,
      tests: results.map(({ name, line, failures }) => ({ name, line, ok: failures.length === 0, failures })),
    })),
    faults: sortedFaults(run.faults),
  };
}
