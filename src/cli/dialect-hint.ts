// What to expect of a dialect that adapts to nothing, and where to see what an endpoint would have to change. Said where a dialect
// is chosen and where objects fail in it, because nobody else tells a person who tries it for the first time.
import { type Dialect, STRATEGIES } from '../model/dialect.ts';
import { programName } from './program-name.ts';
import { printable } from './terminal-text.ts';

/** Where the findings of a probe are explained. */
const PAGE = 'docs/probe/README.md';

/** Above the commands of a sandbox whose jobs use a dialect; `url` is an endpoint of one's own. No lines where all is usual. */
export function sandboxDialectLines(dialect: Dialect | undefined, url: string | undefined): readonly string[] {
  if (dialect === undefined || STRATEGIES[dialect].adapts) return [];
  if (url === undefined)
    return [
      `In the dialect ${dialect} the first cycle will have failures: the targets of the sandbox know the standard, and refuse what`,
      "Microsoft Entra sends beside it (the question for a manager, Microsoft's group schema, values as text). --tolerant goes on",
      'all the same, and says each time what was needed. To try an endpoint of your own: --target-url (docs/dialects.md).',
      '',
    ];
  return [
    `In the dialect ${dialect} nothing is adapted: what ${printable(url)} refuses fails. To see first what that is, and how to mend`,
    `it (${PAGE}):`,
    '',
    `  ${probeCommand(url, dialect)}`,
    '',
  ];
}

/** Beside the number of objects that failed; null where the dialect adapts. */
export function failedInDialect(dialect: Dialect, baseUrl: string): string | null {
  if (STRATEGIES[dialect].adapts) return null;
  return `${dialect} adapts to nothing (--tolerant does). What to mend in the target, and how: ${probeCommand(baseUrl, dialect)} (${PAGE})`;
}

function probeCommand(url: string, dialect: Dialect): string {
  return `${programName()} probe ${printable(url)} --suite entra-cycle --dialect ${dialect}`;
}
