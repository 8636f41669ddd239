// Gallery files by name: the configuration directory's own first, then the ones shipped with the product.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import type { ConfigurationFault } from './fault.ts';
import type { Located, LocatedMap } from './located.ts';
import { child, faultAt, textOf, withoutEntries } from './located.ts';
import { mergeLayers } from './merge-layers.ts';
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
  /** Its file, and before it those that it extends. */
  readonly files?: readonly string[];
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
  return readTemplate(file, directory);
}

/** A gallery file as its author describes it, with what it extends and the short forms of its lists written out. */
export type Template = z.infer<typeof templateSchema>;

/** The template in a gallery file; undefined when it has faults, which `readTemplate` names. */
export async function describeTemplate(file: string, directory: string): Promise<Template | undefined> {
  const { root, faults } = await readExtended(file, directory, []);
  return root === undefined || faults.length > 0 ? undefined : parsed(templateSchema, root);
}

/** What describes a template and is no part of a job. */
const ABOUT = ['name', 'description', 'status', 'extends', 'sources', 'notes'] as const;

/** One gallery file with what it extends, validated as a whole. */
export async function readTemplate(file: string, directory: string): Promise<TemplateLayer> {
  const { root, files, faults } = await readExtended(file, directory, []);
  if (root === undefined) return { faults };
  const layer = withoutEntries(root, ...ABOUT);
  return { layer, files, faults: [...faults, ...schemaFaults(templateSchema, root)] };
}

interface ExtendedFile {
  /** Undefined when the file, or one that it extends, could not be read. */
  readonly root?: LocatedMap;
  /** The outermost first. */
  readonly files: readonly string[];
  readonly faults: readonly ConfigurationFault[];
}

/** What a template says itself wins over what it extends; `above` are the names that led here. */
async function readExtended(file: string, directory: string, above: readonly string[]): Promise<ExtendedFile> {
  const { root, faults: unread } = await readYamlFile(file, 'Restore the file, or reinstall scimsync.');
  if (root === undefined) return { files: [file], faults: unread };
  const faults = [...unread];
  const own = expandShortForms(root, faults);
  const reference = child(own, 'extends');
  if (reference === undefined) return { root: own, files: [file], faults };
  const name = textOf(reference) ?? '';
  const refused = (message: string, advice?: string): ExtendedFile => ({
    files: [file],
    faults: [...faults, faultAt(reference.at, message, advice)],
  });
  const templates = await listTemplates(directory);
  const below = templates.find((template) => template.name === name);
  if (below === undefined) {
    const names = templates.map((template) => template.name);
    return refused(`There is no template "${name}".`, suggestion(name, names));
  }
  if (above.includes(name)) return refused('These templates extend each other in a circle.', 'Remove one extends.');
  const base = await readExtended(below.file, directory, [...above, name]);
  faults.push(...base.faults);
  const files = [...base.files, file];
  if (base.root === undefined) return { files, faults };
  return { root: mergeLayers([base.root, own], faults), files, faults };
}
