/** The pages of docs/probe that say what the tables of src/probe say, by their names. */
import { type FindingEntry, THEMES, type Theme } from '../src/probe/finding.ts';
import { FINDINGS } from '../src/probe/finding-table.ts';
import { PROTOCOL_CHECKS } from '../src/probe/protocol/suite.ts';

const SEVERITY: Readonly<Record<FindingEntry['severity'], string>> = {
  error: '**Error**',
  warning: '**Warning**',
  note: 'Note',
};

function findingText(id: string, { severity, title, rfc, entra, mend }: FindingEntry): string {
  return `## ${id}

${SEVERITY[severity]}: ${title}.

- **Entra**: ${entra}
- **Mend**: ${mend}
${rfc === null ? '- No RFC says otherwise.' : `- ${rfc}`}
`;
}

function themePage(theme: Theme): string {
  const entries = Object.entries(FINDINGS).filter(([, entry]) => entry.theme === theme);
  return `# Findings: ${THEMES[theme]}

Written from \`src/probe/findings\` by \`npm run generate\`. What a run of \`scimsync probe\` looks like: [README.md](README.md).

${entries.map(([id, entry]) => findingText(id, entry)).join('\n')}`;
}

function checksPage(): string {
  const rows = PROTOCOL_CHECKS.map(
    ({ id, title, writes }) => `| \`${id}\` | ${title.replaceAll('|', '\\|')} | ${writes ? 'yes' : 'no'} |`,
  );
  return `# Checks of the protocol suite

Written from \`src/probe/protocol\` by \`npm run generate\`, in the order in which they are made. Those that need accounts of
their own are left out where the probe only reads.

| Check | What is asked | Writes |
|---|---|---|
${rows.join('\n')}
`;
}

/** File names in docs/probe, and what they hold. */
export function probePages(): ReadonlyMap<string, string> {
  const themes = Object.keys(THEMES) as Theme[];
  return new Map([...themes.map((theme) => [`${theme}.md`, themePage(theme)] as const), ['checks.md', checksPage()]]);
}
