// A table of broken configurations and exactly the faults they have: place, path and message.
import { describe, expect, it } from 'vitest';
import { faultsOf, MAIN } from './temporary-configuration.ts';

export type Case = readonly [name: string, files: Readonly<Record<string, string>>, faults: readonly string[]];

export const job = (text: string) => ({ 'scimsync.yaml': MAIN, 'jobs/a.yaml': text });

export const at = (line: number, column: number, path: string, message: string) =>
  `jobs/a.yaml:${line}:${column} ${path}: ${message}`;

/** `file:line:column path: ` */
function withoutMessage(fault: string): string {
  return fault.slice(0, fault.indexOf(': ') + 2);
}

export function table(name: string, cases: readonly Case[]): void {
  describe(name, () => {
    it.each(cases.map((each) => ({ name: each[0], files: each[1], faults: each[2] })))(
      '$name',
      async ({ files, faults }) => {
        const found = await faultsOf(files);
        // An expectation that ends with the path leaves the message to the module that words it.
        expect(found.map((fault, index) => (faults[index]?.endsWith(': ') ? withoutMessage(fault) : fault))).toEqual(
          faults,
        );
        expect(JSON.stringify(found)).not.toContain('hunter2');
      },
    );
  });
}
