// The job in effect as YAML that can be read and copied, with the origin of each value as a comment at its end.
import type { Explained } from '../config/explain.ts';
import type { Origin } from '../config/located.ts';
import { printable } from './terminal-text.ts';

/** How an origin is written. */
export type OriginText = (origin: Origin) => string;

/** Comments stand in one column, unless a line is longer than this. */
const MAX_COLUMN = 72;

interface Line {
  readonly text: string;
  /** Undefined for a line that only opens a map or list. */
  readonly origin?: string;
}

/** The lines of a job, without trailing line breaks. */
export function effectiveJobLines(job: Explained, originText: OriginText): string[] {
  const lines = linesOf(job, '', (origin) => (origin === null ? 'default' : originText(origin)));
  const column = Math.max(...lines.map(({ text }) => (text.length > MAX_COLUMN ? 0 : text.length)), 0) + 2;
  return lines.map(({ text, origin }) =>
    printable(origin === undefined ? text : `${text.padEnd(Math.max(column, text.length + 2))}# ${origin}`),
  );
}

function linesOf(node: Explained, indent: string, originOf: (origin: Origin | null) => string): Line[] {
  if (node.kind === 'map')
    return [...node.entries].flatMap(([key, value]) =>
      entryLines(`${indent}${keyText(key)}:`, value, indent, originOf),
    );
  if (node.kind === 'list')
    return node.items.flatMap((item) => {
      const short = shortText(item);
      if (short !== undefined) return [{ text: `${indent}- ${short}`, origin: originOf(item.origin) }];
      return linesOf(item, `${indent}  `, originOf).map((line, index) =>
        index === 0 ? { ...line, text: `${indent}- ${line.text.trimStart()}` } : line,
      );
    });
  return [{ text: `${indent}${shortText(node) ?? ''}`, origin: originOf(node.origin) }];
}

function entryLines(
  head: string,
  value: Explained,
  indent: string,
  originOf: (origin: Origin | null) => string,
): Line[] {
  const short = shortText(value);
  if (short !== undefined) return [{ text: `${head} ${short}`, origin: originOf(value.origin) }];
  return [{ text: head }, ...linesOf(value, `${indent}  `, originOf)];
}

/** What fits behind its key: a scalar, a list of scalars from one place, and the source of an attribute mapping. */
function shortText(node: Explained): string | undefined {
  switch (node.kind) {
    case 'scalar':
      return scalarText(node.value);
    case 'list': {
      const texts = node.items.map((item) => (item.kind === 'scalar' ? scalarText(item.value) : undefined));
      return texts.includes(undefined) ? undefined : `[${texts.join(', ')}]`;
    }
    case 'map':
      return node.entries.size === 0 ? '{}' : sourceText(node.entries);
  }
}

/** The short form of where the value of a mapping comes from. */
function sourceText(entries: ReadonlyMap<string, Explained>): string | undefined {
  const value = (key: string) => {
    const entry = entries.get(key);
    return entry?.kind === 'scalar' ? entry.value : undefined;
  };
  const type = value('type');
  if (type === 'Attribute') return scalarText(`[${value('name')}]`);
  if (type === 'Function') return scalarText(value('expression') ?? null);
  if (type !== 'Constant') return undefined;
  const constant = value('value') ?? null;
  return typeof constant === 'string' ? scalarText(JSON.stringify(constant)) : scalarText(constant);
}

function keyText(key: string): string {
  return isPlain(key) ? key : JSON.stringify(key);
}

function scalarText(value: string | number | boolean | null): string {
  return typeof value !== 'string' || isPlain(value) ? String(value) : JSON.stringify(value);
}

/** Texts that YAML cannot take for something else. */
function isPlain(text: string): boolean {
  return /^[A-Za-z][\w./@:+-]*(?<!:)$/.test(text) && !/^(true|false|null|yes|no|on|off)$/i.test(text);
}
