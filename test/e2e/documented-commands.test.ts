// Every command and option that the pages name exists in the built program: what an administrator copies has to work.
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runCli } from './support/child-processes.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What is intended and not there yet may be named here. */
const ABOUT_LATER = ['roadmap.md'];

const PAGES = [
  'README.md',
  'docs/probe/README.md',
  ...readdirSync(`${ROOT}docs`)
    .filter((name) => name.endsWith('.md') && !ABOUT_LATER.includes(name))
    .map((name) => `docs/${name}`),
];

interface Command {
  readonly options: ReadonlySet<string>;
  readonly subcommands: ReadonlySet<string>;
}

const known = new Map<string, Promise<Command>>();

function commandOf(words: readonly string[]): Promise<Command> {
  const key = words.join(' ');
  const command = known.get(key) ?? readHelp(words);
  known.set(key, command);
  return command;
}

async function readHelp(words: readonly string[]): Promise<Command> {
  const { stdout } = await runCli([...words, '--help']);
  const listed = stdout.split('\nCommands:\n')[1] ?? '';
  return {
    options: new Set(stdout.match(/--[a-z][a-z-]*/g) ?? []),
    subcommands: new Set([...listed.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(([, name = '']) => name)),
  };
}

/** The arguments of every `scimsync …` in code, as far as they are plain: pipes, comments and explanations end them. */
function invocations(page: string): string[][] {
  const blocks = [...page.matchAll(/^```[a-z]*\n(.*?)^```/gms)].map(([, code = '']) => code.replaceAll('\\\n', ' '));
  const spans = [...page.replaceAll(/^```.*?^```/gms, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  const lines = [...blocks.flatMap((block) => block.split('\n')), ...spans];
  return lines.flatMap((line) => {
    const [, text] = /^(?:\$ )?(?:sudo )?(?:npx )?scimsync +(.+)$/.exec(line) ?? [];
    const [plain = ''] = (text ?? '').split(/ {3,}| #|[|;&<>()[\]]/);
    const words = plain.split(/\s+/).filter((word) => word !== '');
    return words.length > 0 && /^(--)?[a-z][a-z-]*$/.test(words[0] ?? '') ? [words] : [];
  });
}

async function faultsOf(words: readonly string[]): Promise<string[]> {
  const path: string[] = [];
  let command = await commandOf(path);
  for (const word of words) {
    if (!command.subcommands.has(word)) {
      const isName = /^[a-z][a-z-]*$/.test(word);
      if (isName && command.subcommands.size > 0) return [`scimsync ${words.join(' ')}: no command ${word}`];
      break;
    }
    path.push(word);
    command = await commandOf(path);
  }
  const options = words.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0] ?? '');
  return options
    .filter((option) => !command.options.has(option))
    .map((option) => `scimsync ${words.join(' ')}: no option ${option}`);
}

describe('documented commands', () => {
  it('are recognised', () => {
    const page =
      'Type `scimsync status --all`.\n```sh\nsudo scimsync logs --csv | head   # x\n$ scimsync --sync-now\n```\n';
    expect(invocations(page)).toEqual([['logs', '--csv'], ['--sync-now'], ['status', '--all']]);
  });

  // spec: documented-commands
  it.for(PAGES)('of %s exist', async (page) => {
    const found = invocations(readFileSync(`${ROOT}${page}`, 'utf8'));
    const faults: string[] = [];
    for (const words of found) faults.push(...(await faultsOf(words)));
    expect(faults, basename(page)).toEqual([]);
  });

  it('are noticed when they do not exist', async () => {
    expect(await faultsOf(['statsu'])).toHaveLength(1);
    expect(await faultsOf(['status', '--jobs', 'x'])).toHaveLength(1);
    expect(await faultsOf(['gallery', 'remove', 'x'])).toHaveLength(1);
    expect(await faultsOf(['job', 'rename', 'a', 'b', '--json'])).toEqual([]);
  });
});
