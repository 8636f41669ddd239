// What people are told of a dialect that adapts to nothing, where it is chosen and where objects fail in it.
import { describe, expect, it } from 'vitest';
import { sandboxDialectLines } from '../../../src/cli/dialect-hint.ts';
import { summaryText } from '../../../src/cli/summary-text.ts';
import { plainPaint } from '../../../src/cli/terminal.ts';
import type { Dialect } from '../../../src/model/dialect.ts';
import { aCompletedRun, aJob } from './runs.ts';

const URL_OF_MINE = 'http://127.0.0.1:8080/scim/v2';

describe('a sandbox', () => {
  it.each([undefined, 'rfc7644'] as const)('says nothing of the dialect %s', (dialect) => {
    expect(sandboxDialectLines(dialect, undefined)).toEqual([]);
    expect(sandboxDialectLines(dialect, URL_OF_MINE)).toEqual([]);
  });

  it.each(['entra', 'entra-legacy'] as const)('says that its own targets refuse what %s sends', (dialect) => {
    const text = sandboxDialectLines(dialect, undefined).join('\n');
    expect(text).toContain(`In the dialect ${dialect} the first cycle will have failures`);
    expect(text).toContain('--tolerant');
    expect(text).toContain('docs/dialects.md');
  });

  it('names the probe for an endpoint of your own', () => {
    const text = sandboxDialectLines('entra', URL_OF_MINE).join('\n');
    expect(text).toContain(`scimsync probe ${URL_OF_MINE} --suite entra-cycle --dialect entra\n`);
    expect(text).toContain('docs/probe/README.md');
  });
});

describe('a cycle in which objects failed', () => {
  const textOf = (dialect: Dialect, failed: number): string => {
    const job = aJob();
    return summaryText(
      { ...aCompletedRun({ failed }), job: { ...job, target: { ...job.target, dialect } } },
      '',
      plainPaint,
    );
  };

  it('says in a dialect that nothing was adapted, and which probe says what to mend', () => {
    expect(textOf('entra', 2)).toMatch(
      /^ {2}dialect +entra adapts to nothing \(--tolerant does\)\. .*scimsync probe https:\/\/wiki\.example\.com\/scim\/v2 --suite entra-cycle --dialect entra \(docs\/probe\/README\.md\)$/m,
    );
  });

  it.each<[Dialect, number]>([
    ['rfc7644', 2],
    ['entra', 0],
  ])('otherwise not: %s with %i failures', (dialect, failed) => {
    expect(textOf(dialect, failed)).not.toContain('adapts to nothing');
  });
});
