// The layers of one job, from the weakest to the strongest: defaults of scimsync.yaml, gallery template, the files it
// extends (the outermost first), the job file. Each is read, its short forms are written out, and they are merged.
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { ConfigurationFault } from './fault.ts';
import { loadTemplate, type TemplateLayer } from './gallery.ts';
import type { Located, LocatedMap } from './located.ts';
import { child, descend, faultAt, scalar, textOf, withEntry, withoutEntries } from './located.ts';
import { mergeLayers } from './merge-layers.ts';
import { readYamlFile } from './read-yaml.ts';
import { expandShortForms } from './short-forms.ts';

/** A job extends a file, which extends a file: at most this many of them. */
const MAX_BASES = 5;

/** A job file with everything below it. */
export interface JobLayers {
  /** The merged job, without `template` and `extends`. */
  readonly merged: LocatedMap;
  /** The name of the template as written. */
  readonly template: string | undefined;
  /** False when the template could not be read: nothing may be concluded about mappings. */
  readonly withTemplate: boolean;
  /** False when a file that the job extends could not be read: nothing may be concluded from what is missing. */
  readonly withBases: boolean;
  /** Files from the weakest to the strongest, as they are shown. */
  readonly files: readonly string[];
  readonly faults: readonly ConfigurationFault[];
}

/** What all jobs of one loading have in common. */
export interface SharedLayers {
  /** With short forms written out; undefined when there are none. */
  readonly defaults: LocatedMap | undefined;
  /** The configuration directory as written. */
  readonly directory: string;
  /** Templates that were read, by name: many jobs have the same. */
  readonly templates: Map<string, TemplateLayer>;
}

/** Reads what is below the root of a job file. */
export async function readLayers(job: LocatedMap, shared: SharedLayers): Promise<JobLayers> {
  const { defaults } = shared;
  const faults: ConfigurationFault[] = [];
  const bases = await readBases(job, faults);
  const own = [job, ...bases.roots];
  const reference = [...own, ...(defaults === undefined ? [] : [defaults])]
    .map((layer) => child(layer, 'template'))
    .find((node) => node !== undefined);
  const template = reference === undefined ? undefined : await readTemplateOnce(reference, shared);
  faults.push(...(template?.faults ?? []));
  const withTemplate = reference === undefined || template?.layer !== undefined;
  const layers = [
    ...(defaults === undefined ? [] : [defaults]),
    ...(template?.layer === undefined ? [] : [template.layer]),
    ...own.toReversed().map((layer) => expandShortForms(layer, faults)),
  ];
  // What the job leaves out of an inherited list cannot be judged while the list is not known.
  const merged = mergeLayers(layers, withTemplate && bases.complete ? faults : []);
  return {
    merged: withTenant(withoutEntries(merged, 'template', 'extends')),
    template: textOf(reference),
    withTemplate,
    withBases: bases.complete,
    files: layers.flatMap((layer) => (layer === template?.layer ? (template.files ?? []) : [layer.at.file])),
    faults,
  };
}

/** One that could not be read is read again: its fault stands where it is named. */
async function readTemplateOnce(reference: Located, { directory, templates }: SharedLayers): Promise<TemplateLayer> {
  const name = textOf(reference) ?? '';
  const known = templates.get(name);
  if (known !== undefined) return known;
  const template = await loadTemplate(reference, directory);
  if (template.layer !== undefined) templates.set(name, template);
  return template;
}

/** The files that a job extends, the nearest first. */
async function readBases(
  job: LocatedMap,
  faults: ConfigurationFault[],
): Promise<{ readonly roots: readonly LocatedMap[]; readonly complete: boolean }> {
  const roots: LocatedMap[] = [];
  const seen = new Set([resolve(job.at.file)]);
  for (let at = job; ; ) {
    const node = child(at, 'extends');
    if (node === undefined) return { roots, complete: true };
    const base = await readBase(node, at.at.file, seen, faults);
    if (base === undefined) return { roots, complete: false };
    roots.push(base);
    at = base;
  }
}

async function readBase(
  node: Located,
  from: string,
  seen: Set<string>,
  faults: ConfigurationFault[],
): Promise<LocatedMap | undefined> {
  const written = textOf(node);
  const complain = (message: string, advice: string): undefined => {
    faults.push(faultAt(node.at, message, advice));
  };
  if (written === undefined || written === '')
    return complain('This must be the path of a YAML file.', 'Write for instance extends: base/peakon.base.yaml.');
  const path = isAbsolute(written) ? written : join(dirname(from), written);
  if (seen.has(resolve(path))) return complain('These files extend each other in a circle.', 'Remove one extends.');
  if (seen.size > MAX_BASES)
    return complain(`More than ${MAX_BASES} files extend each other.`, 'Put some of them together.');
  seen.add(resolve(path));
  const { root, faults: found } = await readYamlFile(path, '');
  for (const fault of found) {
    if (fault.line !== undefined) faults.push(fault);
    else complain(`${path}: ${fault.message}`, 'The path counts from the folder of the file that says extends.');
  }
  const id = root?.entries.get('id');
  if (id !== undefined) faults.push(faultAt(id.key, 'Every job has an id of its own.', 'Move it into the job.'));
  return root === undefined ? undefined : withoutEntries(root, 'id');
}

/** Whose job it is: the source's, unless it says otherwise. */
function withTenant(job: LocatedMap): LocatedMap {
  const use = descend(job, 'source', 'use');
  const name = textOf(use);
  return use === undefined || name === undefined || job.entries.has('tenant')
    ? job
    : withEntry(job, 'tenant', scalar(name, use.at));
}
