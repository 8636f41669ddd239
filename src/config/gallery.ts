// Gallery files by name: the configuration directory's own first, then the ones shipped with the product.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import type { ConfigurationFault } from './fault.ts';
import type { Located, LocatedMap } from './located.ts';
import { faultAt, textOf, withoutEntries } from './located.ts';
import { readYamlFile } from './read-yaml.ts';
import { parsed, schemaFaults } from './schema-faults.ts';
import { expandShortForms } from './short-forms.ts';
import { suggestion } from './suggestion.ts';
import { templateSchema } from './template-schema.ts';

/** The same from src/config and from dist/config. */
const SHIPPED = fileURLToPath(new URL('../../config/gallery/', import.meta.url));

export interface TemplateLayer {
  /** What the template contributes to a job; undefined when it could not be read. */
  readonly layer?: LocatedMap;
  readonly faults: readonly ConfigurationFault[];
}

/** Names of all templates, sorted; those of the configuration directory hide shipped ones of the same name. */
export async function listTemplates(directory: string): Promise<readonly { name: string; file: string }[]> {
  const found = new Map<string, string>();
  for (const gallery of [join(directory, 'gallery'), SHIPPED]) {
    for (const entry of await namesIn(gallery)) {
      const name = /^([a-z0-9][a-z0-9-]*)\.yaml$/.exec(entry)?.[1];
      if (name !== undefined && !found.has(name)) found.set(name, join(gallery, entry));
    }
  }
  return [...found].map(([name, file]) => ({ name, file })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** An absent gallery is an empty one; other trouble shows when the template is read. */
async function namesIn(gallery: string): Promise<readonly string[]> {
  try {
    return await readdir(gallery);
  } catch {
    return [];
  }
}

/** The template that the node names. */
export async function loadTemplate(reference: Located, directory: string): Promise<TemplateLayer> {
  const name = textOf(reference);
  const templates = await listTemplates(directory);
  const file = templates.find((template) => template.name === name)?.file;
  if (name === undefined || file === undefined) {
    const names = templates.map((template) => template.name);
    const message = name === undefined ? 'This must be the name of a template.' : `There is no template "${name}".`;
    return { faults: [faultAt(reference.at, message, suggestion(name ?? '', names))] };
  }
  return readTemplate(file);
}

/** A gallery file as its author describes it, with the short forms of its lists written out. */
export type Template = z.infer<typeof templateSchema>;

/** The template in a gallery file; undefined when it has faults, which `readTemplate` names. */
export async function describeTemplate(file: string): Promise<Template | undefined> {
  const { root } = await readYamlFile(file, '');
  if (root === undefined) return undefined;
  return parsed(templateSchema, expandShortForms(root, []));
}

/** One gallery file, validated on its own. */
export async function readTemplate(file: string): Promise<TemplateLayer> {
  const { root, faults } = await readYamlFile(file, 'Restore the file, or reinstall scimsync.');
  if (root === undefined) return { faults };
  const shortFormFaults: ConfigurationFault[] = [];
  const expanded = expandShortForms(root, shortFormFaults);
  const layer = withoutEntries(expanded, 'name', 'description', 'sources', 'notes');
  return { layer, faults: [...faults, ...shortFormFaults, ...schemaFaults(templateSchema, expanded)] };
}
