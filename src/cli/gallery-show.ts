// `scimsync gallery list` and `gallery show`.
import { readFile } from 'node:fs/promises';
import { formatFaults } from '../config/format-faults.ts';
import { describeTemplate, listTemplates, readTemplate, type Template } from '../config/gallery.ts';
import { suggestion } from '../config/suggestion.ts';
import { CommandFault } from './command-fault.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type GlobalOptions, sameConfiguration } from './global-options.ts';
import { programName } from './program-name.ts';
import { alignedRows } from './table.ts';
import type { Terminal } from './terminal.ts';
import { printable } from './terminal-text.ts';

/** One line a template; those with faults say so and make the exit code. */
export async function listGallery(options: GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const templates = await Promise.all(
    (await listTemplates(options.config)).map(async ({ name, file }) => {
      const template = await describeTemplate(file, options.config);
      return { name, file, description: template?.description ?? null, status: template?.status ?? null };
    }),
  );
  if (options.json) terminal.out(`${JSON.stringify({ templates }, null, 2)}\n`);
  else {
    const rows = templates.map(({ name, description, status, file }) => [
      terminal.paint('bold', name),
      status ?? '',
      description === null ? `has faults: ${printable(file)}` : printable(description),
    ]);
    for (const row of alignedRows(rows)) terminal.out(`${row}\n`);
    terminal.out(`Next: ${programName()} gallery add NAME${sameConfiguration(options)}\n`);
  }
  return templates.some(({ description }) => description === null) ? EXIT.configuration : EXIT.well;
}

/** The file as it is, because its comments say why, below what has to be known. */
export async function showTemplate(name: string, options: GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const { file, template } = await findTemplate(name, options.config);
  if (options.json) {
    terminal.out(`${JSON.stringify({ file, ...template }, null, 2)}\n`);
    return EXIT.well;
  }
  const notes = template.notes.map((note) => `#  - ${note}`);
  const head = [
    `# ${name}: ${template.description}`,
    ...(template.status === undefined ? [] : [`# Status: ${template.status}`]),
    `# ${file}`,
    ...(template.extends === undefined
      ? []
      : [`# Extends ${template.extends}: ${programName()} gallery show ${template.extends}`]),
    ...(notes.length === 0 ? [] : ['# Before the first cycle:', ...notes]),
  ];
  const text = await readFile(file, 'utf8');
  for (const line of [...head, '', ...text.trimEnd().split(/\r?\n/)]) terminal.out(`${printable(line)}\n`);
  return EXIT.well;
}

/**
 * The template of this name.
 * @throws CommandFault when there is none, or it has faults.
 */
export async function findTemplate(
  name: string,
  directory: string,
): Promise<{ readonly file: string; readonly template: Template }> {
  const templates = await listTemplates(directory);
  const file = templates.find((template) => template.name === name)?.file;
  if (file === undefined) {
    const names = templates.map((template) => template.name);
    throw new CommandFault(`There is no template ${JSON.stringify(name)}. ${suggestion(name, names) ?? ''}`.trimEnd());
  }
  const template = await describeTemplate(file, directory);
  if (template === undefined) throw new CommandFault(formatFaults((await readTemplate(file, directory)).faults));
  return { file, template };
}
