// Where .NET's and JavaScript's notations mean the same, they have to find the same: every match, and every group of it.
// What they do differently (what is left of a group after an empty turn or after another turn of a loop, a backreference
// to a group that took no part) is not made here; test/unit/expressions/regex-facts.test.ts states .NET's side.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compilePattern } from '../../../src/expressions/regex.ts';

/** The same pattern in both notations; `mayBeEmpty` may not be repeated. */
interface Part {
  readonly net: string;
  readonly js: string;
  readonly mayBeEmpty: boolean;
}

interface Context {
  readonly depth: number;
  readonly captures: boolean;
  readonly leftward: boolean;
}

/** Makes a pattern out of numbers; without any left it takes the plainest way, so that failures shrink. */
class Maker {
  readonly #numbers: readonly number[];
  readonly #flags: string;
  #next = 0;
  names = 0;
  unnamed = 0;

  constructor(numbers: readonly number[], flags: string) {
    this.#numbers = numbers;
    this.#flags = flags;
  }

  pick(below: number): number {
    return (this.#numbers[this.#next++] ?? 0) % below;
  }

  choice(context: Context): Part {
    const branches = Array.from({ length: 1 + Math.max(0, this.pick(5) - 2) }, () => this.sequence(context));
    return {
      net: branches.map(({ net }) => net).join('|'),
      js: branches.map(({ js }) => js).join('|'),
      mayBeEmpty: branches.some(({ mayBeEmpty }) => mayBeEmpty),
    };
  }

  sequence(context: Context): Part {
    return inRow(Array.from({ length: this.pick(4) }, () => this.item(context)));
  }

  item(context: Context): Part {
    const kind = this.pick(context.depth > 0 ? 14 : 6);
    const inner: Context = { ...context, depth: context.depth - 1 };
    switch (kind) {
      case 0:
      case 1:
        return same(this.character());
      case 2:
        return this.set();
      case 3:
        return this.assertion();
      case 4:
      case 5:
      case 6:
        return this.repeated(context);
      case 7: {
        const { net, js, mayBeEmpty } = this.choice(inner);
        return { net: `(?:${net})`, js: `(?:${js})`, mayBeEmpty };
      }
      case 8:
      case 9:
        return this.capture(inner);
      case 10:
        return this.look(inner);
      case 11:
        return context.leftward ? same('b') : this.atomic(inner);
      case 12:
        return context.leftward ? same('c') : this.backreference(inner);
      default:
        return same('ab');
    }
  }

  character(): string {
    return ['a', 'b', 'c', 'A', '1', '_', ' ', '\\n', '-', '\\.', '\\x61', '\\u0062'][this.pick(12)] ?? 'a';
  }

  set(): Part {
    const sets = [
      '.',
      '[ab]',
      '[^a]',
      '\\d',
      '\\w',
      '\\s',
      '\\W',
      '[a-c1]',
      '[^\\s\\d]',
      '[\\w-]',
      '\\p{Lu}',
      '\\P{L}',
      '\\D',
    ];
    return same(sets[this.pick(sets.length)] ?? '.');
  }

  assertion(): Part {
    const all: readonly (readonly [net: string, js: string])[] = [
      ['\\b', '\\b'],
      ['\\B', '\\B'],
      ['\\A', '(?<![^])'],
      ['\\z', '(?![^])'],
      ['\\Z', '(?=\\n?(?![^]))'],
      ['^', '^'],
      ['$', this.#flags.includes('m') ? '$' : '(?=\\n?(?![^]))'],
    ];
    const [net, js] = all[this.pick(all.length)] ?? ['\\b', '\\b'];
    return { net, js: js.replaceAll('[^]', '[\\s\\S]'), mayBeEmpty: true };
  }

  repeated(context: Context): Part {
    const inner: Context = { ...context, depth: context.depth - 1, captures: false };
    const written = context.depth > 0 ? this.choice(inner) : this.set();
    const item = written.mayBeEmpty ? inRow([written, same('a')], true) : written;
    const quantifier = ['*', '+', '?', '{2}', '{1,2}', '{0,3}', '{2,}'][this.pick(7)] ?? '*';
    const lazy = this.pick(3) === 1 ? '?' : '';
    const [open, close] = context.captures && this.pick(4) === 1 ? this.#opening() : ['(?:', ')'];
    const mayBeEmpty = '*?{0,3}'.includes(quantifier);
    const around = (text: string) => `${open}${text}${close}${quantifier}${lazy}`;
    return { net: around(item.net), js: around(item.js), mayBeEmpty };
  }

  #opening(): readonly [string, string] {
    if (this.pick(2) === 0) {
      this.unnamed += 1;
      return ['(', ')'];
    }
    this.names += 1;
    return [`(?<n${this.names}>`, ')'];
  }

  capture(inner: Context): Part {
    if (!inner.captures) return same('a');
    const [open, close] = this.#opening();
    const { net, js, mayBeEmpty } = this.choice(inner);
    return { net: `${open}${net}${close}`, js: `${open}${js}${close}`, mayBeEmpty };
  }

  look(inner: Context): Part {
    const kind = ['?=', '?!', '?<=', '?<!'][this.pick(4)] ?? '?=';
    const { net, js } = this.choice({ ...inner, leftward: kind.includes('<') });
    return { net: `(${kind}${net})`, js: `(${kind}${js})`, mayBeEmpty: true };
  }

  /** JavaScript has none; a lookahead that is consumed by a backreference is one. */
  atomic(inner: Context): Part {
    const name = `t${this.pick(1_000)}_${this.#next}`;
    const { net, js, mayBeEmpty } = this.choice(inner);
    return { net: `(?>${net})`, js: `(?=(?<${name}>${js}))\\k<${name}>`, mayBeEmpty };
  }

  backreference(inner: Context): Part {
    if (!inner.captures) return same('b');
    this.names += 1;
    const name = `n${this.names}`;
    const captured = this.choice(inner);
    const between = this.sequence(inner);
    const around = (first: string, second: string) => `(?<${name}>${first})${second}\\k<${name}>`;
    return {
      net: around(captured.net, between.net),
      js: around(captured.js, between.js),
      mayBeEmpty: captured.mayBeEmpty && between.mayBeEmpty,
    };
  }
}

const same = (text: string): Part => ({ net: text, js: text, mayBeEmpty: false });

function inRow(parts: readonly Part[], grouped = false): Part {
  const joined = (texts: readonly string[]) => texts.map((text) => (grouped ? `(?:${text})` : text)).join('');
  return {
    net: joined(parts.map(({ net }) => net)),
    js: joined(parts.map(({ js }) => js)),
    mayBeEmpty: parts.every(({ mayBeEmpty }) => mayBeEmpty),
  };
}

/** Of the whole pattern: V8's own handling of `(?i:…)` inside a pattern is not reliable enough to compare with. */
const flags = fc.constantFrom('', '', 'i', 's', 'm', 'ims');
const text = fc.string({
  unit: fc.constantFrom('a', 'b', 'c', 'A', 'B', '1', '_', ' ', '-', '.', '\n'),
  maxLength: 12,
});

it('finds what JavaScript finds', () => {
  let compared = 0;
  let matched = 0;
  fc.assert(
    fc.property(fc.array(fc.nat(10_000), { minLength: 10, maxLength: 60 }), flags, text, (numbers, flags, subject) => {
      const maker = new Maker(numbers, flags);
      const { net: written, js } = maker.choice({ depth: 4, captures: true, leftward: false });
      const net = flags === '' ? written : `(?${flags})(?:${written})`;
      const compiled = compilePattern(net);
      if (!compiled.ok) throw new Error(`${net} is refused: ${compiled.message}`);
      const { pattern } = compiled;
      const found = pattern.matches(subject);
      if (found === 'too-complex') return;
      const groups = [
        ...Array.from({ length: maker.unnamed + 1 }, (_, number) => `${number}`),
        ...Array.from({ length: maker.names }, (_, index) => `n${index + 1}`),
      ];
      const ours = found.map((match) =>
        groups.map((group) => {
          const slot = pattern.slotOf(group);
          const span = slot === undefined ? 'no such group' : match[slot];
          return span === undefined || typeof span === 'string' ? span : [span.start, span.end];
        }),
      );
      const unnamed = unnamedGroups(js);
      const theirs = [...subject.matchAll(new RegExp(js, `gdu${flags}`))].map(({ indices }) => [
        indices?.[0],
        ...unnamed.map((number) => indices?.[number]),
        ...Array.from({ length: maker.names }, (_, index) => indices?.groups?.[`n${index + 1}`]),
      ]);
      expect(ours, `${net} (${js}) on ${JSON.stringify(subject)}`).toEqual(theirs);
      compared += 1;
      matched += theirs.length;
    }),
    { numRuns: 20_000 },
  );
  expect(compared).toBeGreaterThan(19_000);
  expect(matched).toBeGreaterThan(20_000);
});

/** JavaScript's numbers of the groups without a name, which .NET numbers first. */
function unnamedGroups(pattern: string): readonly number[] {
  const openings = pattern.match(/\\.|\((?:\?(?:<[a-z]|.))?/gs) ?? [];
  const capturing = openings.filter((opening) => opening === '(' || /^\(\?<[a-z]/.test(opening));
  return capturing.flatMap((opening, index) => (opening === '(' ? [index + 1] : []));
}
