// What .NET's regular expressions do, fact by fact; above all where JavaScript's do something else.
import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../../src/expressions/regex.ts';

function compiled(text: string) {
  const result = compilePattern(text);
  if (!result.ok) throw new Error(result.message);
  return result.pattern;
}

function matchesOf(pattern: string, text: string) {
  const matches = compiled(pattern).matches(text);
  if (matches === 'too-complex') throw new Error('too complex');
  return matches;
}

const textsOf = (pattern: string, text: string) =>
  matchesOf(pattern, text).map(([{ start, end }]) => text.slice(start, end));

/** The groups of the first match by their slots, undefined for those without a capture. */
function groupsOf(pattern: string, text: string) {
  const [first = []] = matchesOf(pattern, text);
  return first.map((span) => (span === undefined ? undefined : text.slice(span.start, span.end)));
}

describe('matches', () => {
  it.each([
    // classes
    ['\\w+', 'straße_7 é٣ x‿y', ['straße_7', 'é٣', 'x‿y']],
    ['\\w+', 'a\u0301b', ['a\u0301b']],
    ['\\d+', '12٣४x', ['12٣४']],
    ['\\s+', 'a\u00a0\u2003\u0085b', ['\u00a0\u2003\u0085']],
    ['[^\\W\\d]+', 'ab12é', ['ab', 'é']],
    ['\\b\\w', 'él éa', ['é', 'é']],
    ['a\\b', 'a\u200db', []],
    ['[a-z-[aeiou]]+', 'abcde', ['bcd']],
    ['[^a-z-[A]]+', 'AB1', ['B1']],
    ['[\\w-[\\d_]]+', 'a1_b', ['a', 'b']],
    ['[]a]+', 'a]b', ['a]']],
    ['[^]a]+', 'a]b', ['b']],
    ['[a\\-z]+', 'az-m', ['az-']],
    ['[-a]+', 'a-b', ['a-']],
    ['[\\d-z]+', '1-z5y', ['1-z5']],
    ['[\\b]', 'a\bc', ['\b']],
    ['[\\S\\n]+', 'a b\nc', ['a', 'b\nc']],
    ['\\p{Lu}+', 'aBÉc', ['BÉ']],
    ['\\p{L}+', 'aΩж1', ['aΩж']],
    ['\\P{L}+', 'a12b', ['12']],
    ['[\\p{P}\\p{S}]+', 'a-+$b', ['-+$']],
    ['\\p{IsGreek}+', 'abΩλ', ['Ωλ']],
    ['\\p{IsCyrillic}+', 'abжд', ['жд']],
    ['\\P{IsBasicLatin}+', 'aéΩb', ['éΩ']],
    ['.+', 'a\rb\nc', ['a\rb', 'c']],
    ['(?s).+', 'a\nb', ['a\nb']],
    // a character is a UTF-16 unit
    ['^.$', '😀', []],
    ['^..$', '😀', ['😀']],
    ['\\p{Cs}+', 'a😀b', ['😀']],
    ['[^\\w\\s]', 'a😀', ['\ud83d', '\ude00']],
    ['😀+', '😀😀', ['😀', '😀']],
    // letter case
    ['(?i)straße', 'STRAßE', ['STRAßE']],
    ['(?i)strasse', 'straße', []],
    ['(?i)é', 'É', ['É']],
    ['(?i)k', '\u212a', ['\u212a']],
    ['(?i)i', 'İıI', ['I']],
    ['(?i)[a-c]+', 'aBCd', ['aBC']],
    ['(?i)[^a]+', 'AaB', ['B']],
    ['(?i)\\p{Lu}', 'a', ['a']],
    ['\\p{Lu}', 'a', []],
    ['a(?i)b', 'aB AB', ['aB']],
    ['a(?i:b)c', 'aBc aBC', ['aBc']],
    ['(?i)a(?-i)b', 'Ab AB', ['Ab']],
    ['(a(?i)b)c', 'aBc aBC', ['aBc']],
    ['(?i)(a)\\1', 'aA', ['aA']],
    ['(?i:(a))\\1', 'aA', []],
    // anchors
    ['a$', 'a\n', ['a']],
    ['a$', 'a\r\n', []],
    ['a\\Z', 'a\n', ['a']],
    ['a\\z', 'a\n', []],
    ['$', 'a\n', ['', '']],
    ['^b', 'a\nb', []],
    ['(?m)^b$', 'a\nb\nc', ['b']],
    ['(?m)\\Ab', 'a\nb', []],
    ['\\Ga', 'aaba', ['a', 'a']],
    ['\\G\\d', '12a3', ['1', '2']],
    ['\\G', 'ab', ['']],
    ['x*', 'axx', ['', 'xx', '']],
    // options
    ['(?x) a b # comment\n c', 'abc', ['abc']],
    ['(?x)a[ ]b', 'a b', ['a b']],
    ['a(?# comment )b', 'ab', ['ab']],
    ['(?n)(a)(?<x>b)', 'ab', ['ab']],
    ['(?mi-s)^B', 'a\nb', ['b']],
    // escapes
    ['\\x41\\u0042\\103\\cA?\\e?\\a?', 'ABC', ['ABC']],
    ['[\\:\\;\\=\\,\\<\\>\\@]+', 'a:;=,<>@', [':;=,<>@']],
    ['\\@\\<', '@<', ['@<']],
    ['\\0', 'a\0', ['\0']],
    ['[\\1]', '\u0001', ['\u0001']],
    ['\\12', 'a\nb', ['\n']],
    ['(a)\\12', 'a\n', ['a\n']],
    ['(?<12>a)\\12', 'aa', ['aa']],
    ['a{,2}', 'a{,2}', ['a{,2}']],
    ['a{x}', 'a{x}', ['a{x}']],
    ['a{2}', 'aaa', ['aa']],
    ['x{0}y', 'xy', ['y']],
    [']}', ']}', [']}']],
    // groups that capture nothing, and lookarounds
    ['(?>o+)b', 'foob', ['oob']],
    ['(?>o+)ob', 'foob', []],
    ['(?>a|ab)c', 'abc', []],
    ['^.*?,(?=(?:CN|OU|DC)=)', 'CN=Doe\\, John,OU=Sales', ['CN=Doe\\, John,']],
    ['(?<=\\d{2})a', '1a12a', ['a']],
    ['(?<!-)a', '-a a', ['a']],
    ['(?<=a+b*)c', 'aabbc', ['c']],
    ['(?<=^|,)x', 'x,x', ['x', 'x']],
    ['(?!Temp)\\b\\w+', 'Temp Staff', ['Staff']],
    ['(?=a)*b', 'b', ['b']],
    // backreferences
    ['(a)|\\1b', 'b', []],
    ['\\1?(a)', 'a', ['a']],
    ['(?<q>["\']).*?\\k<q>', '"it\'s"', ['"it\'s"']],
    ["(?'q'a)\\k'q'", 'aa', ['aa']],
    ['(?<q>a)\\<q>', 'aa', ['aa']],
    ['(?:(a)|b)*\\1', 'abab', ['aba']],
    ['(?<=\\1(a))b', 'aab', ['b']],
    // conditions
    ['(\\()?a(?(1)\\))', '(a) a (a', ['(a)', 'a', 'a']],
    ['(?<p>x)?(?(p)a|b)', 'xa b', ['xa', 'b']],
    ['(?(?=\\d)\\d\\d|[a-z])', '12a', ['12', 'a']],
    ['(?(\\d)\\d\\d|[a-z])', '12a', ['12', 'a']],
    ['(?(nogroup)a|b)', 'b', ['b']],
    // balancing groups
    ['^(?:(?<o>\\()|(?<-o>\\))|[^()])*(?(o)(?!))$', '(a(b)c)', ['(a(b)c)']],
    ['^(?:(?<o>\\()|(?<-o>\\))|[^()])*(?(o)(?!))$', '(a(b)c', []],
    ['^(?:(?<o>\\()|(?<-o>\\))|[^()])*(?(o)(?!))$', 'a)b(', []],
    // turns that match nothing
    ['(?:a??)*', 'a', ['', '']],
    ['(?:a*)*b', 'aab', ['aab']],
    ['(?:a?){3}b', 'aab', ['aab']],
    ['(?:|a)+', 'a', ['', '']],
  ] as const)('of %j in %j', (pattern, text, expected) => {
    expect(textsOf(pattern, text)).toEqual(expected);
  });
});

describe('groups', () => {
  it.each([
    ['(?<n>a)(b)(?<m>c)(d)', 'abcd', ['abcd', 'b', 'd', 'a', 'c']],
    ['(?<2>a)(b)(?<n>c)', 'abc', ['abc', 'b', 'a', 'c']],
    ['(?<1>a)(b)', 'ab', ['ab', 'b']],
    ['(?<x>a)(?<x>b)', 'ab', ['ab', 'b']],
    ['(?<x>a)|(?<x>b)', 'b', ['b', 'b']],
    ['(a)|(b)', 'b', ['b', undefined, 'b']],
    ['(?:(a)|(b))*', 'ab', ['ab', 'a', 'b']],
    ['(a)*', '', ['', undefined]],
    ['(a*)*', 'b', ['', '']],
    ['(a*)+', 'aa', ['aa', '']],
    ['(?=(a))a', 'a', ['a', 'a']],
    ['(?!(a))b', 'b', ['b', undefined]],
    ['(?<=(\\d+)(\\d+))$', '1053', ['', '1', '053']],
    ['(?n)(a)(?<x>b)', 'ab', ['ab', 'b']],
    ['(?<o>a)+(?<c-o>b)', 'aaXb', []],
    ['(?<o>\\()(?<in>[^)]*)(?<all-o>\\))', '(ab)', ['(ab)', undefined, 'ab', 'ab']],
    ['(?<o>a)(?<o>b)(?<-o>c)', 'abc', ['abc', 'a']],
    ['(?<o>a)(?:(?<-o>b)x|b)', 'aby', ['ab', 'a']],
    ['(?>(a)|b)c', 'ac', ['ac', 'a']],
    ['(a){0}b', 'ab', ['b', undefined]],
  ] as const)('of %j in %j', (pattern, text, expected) => {
    expect(groupsOf(pattern, text)).toEqual(expected);
  });

  it('are found by name and by number', () => {
    const pattern = compiled('(?<n>a)(b)(?<9>c)');
    expect(['0', '1', '2', '9', 'n', '3', 'm', ''].map((name) => pattern.slotOf(name))).toEqual([
      0,
      1,
      2,
      3,
      2,
      undefined,
      undefined,
      undefined,
    ]);
    expect(pattern.lastSlot).toBe(3);
  });
});

describe('what is refused', () => {
  it.each([
    ['(a', 0, 'no closing )'],
    ['a)', 1, 'closes nothing'],
    ['[a', 0, 'no closing ]'],
    ['ab[z-a]', 3, 'reverse order'],
    ['a{2,1}', 1, 'reverse order'],
    ['*a', 0, 'follows nothing'],
    ['a|+', 2, 'follows nothing'],
    ['a**', 2, 'cannot follow a quantifier'],
    ['a++', 2, 'possessive'],
    ['a{3}{4}', 4, 'cannot follow a quantifier'],
    ['a{2000000}', 1, 'counts up to'],
    ['\\', 0, 'escapes nothing'],
    ['a\\y', 1, 'no escape sequence'],
    ['\\xZZ', 0, 'hexadecimal'],
    ['\\p{Nope}', 0, 'is not known'],
    ['\\p{IsNope}', 0, 'is not known'],
    ['\\pL', 0, 'braces'],
    ['[a-\\d]', 3, 'ends in a character'],
    ['[[:alpha:]]', 1, 'not .NET'],
    ['[a-z-[b]c]', 8, 'last part'],
    ['[a-[b-[c-[d-[e-[f]]]]]]', 15, 'too deeply'],
    ['(?P<n>a)', 0, 'not .NET'],
    ['(?<n-m>a)', 0, 'no group m'],
    ['(?<0>a)', 0, 'number'],
    ['(?<>a)', 0, 'name of a group'],
    ['(?<a b>c)', 0, 'name of a group'],
    ['(?z)', 0, 'options are'],
    ['(?#a', 0, 'comment'],
    ['(a)\\2', 3, 'no group 2'],
    ['\\k<n>', 0, 'no group n'],
    ['\\k', 0, 'by name'],
    ['(?(1)a)', 2, 'no group 1'],
    ['(?(a)b|c|d)', 0, 'two alternatives'],
    ['(?(?<n>a)b)', 2, 'neither'],
  ] as const)('%j at %d', (pattern, position, message) => {
    expect(compilePattern(pattern)).toEqual({ ok: false, position, message: expect.stringContaining(message) });
  });

  it('is also what is too deep or too long', () => {
    const nested = (depth: number) => compilePattern('(?:'.repeat(depth) + ')'.repeat(depth));
    expect(nested(100)).toMatchObject({ ok: true });
    expect(nested(101)).toMatchObject({ ok: false, position: 300, message: 'the groups nest too deeply' });
    expect(compilePattern('a'.repeat(2_000))).toMatchObject({ ok: true });
    expect(compilePattern('a'.repeat(2_001))).toMatchObject({ ok: false, position: 2_000 });
  });
});

describe('warnings', () => {
  it.each([
    ['^a|b$', 'write ^(?:a|b)$'],
    ['[A-z]+', 'write A-Za-z'],
    ['[😀]', 'beyond U+FFFF'],
  ])('for %j', (pattern, message) => {
    expect(compiled(pattern).warnings).toEqual([expect.stringContaining(message)]);
  });

  it.each(['^(?:a|b)$', '^a|^b', 'a|b', '[A-Za-z]', 'é'])('none for %j', (pattern) => {
    expect(compiled(pattern).warnings).toEqual([]);
  });
});

describe('open ends', () => {
  it.each([
    ['^a$', false, false],
    ['\\Aa\\z', false, false],
    ['^(?:a|b)$', false, false],
    ['^a|b$', true, true],
    ['(1[0-9]{6})', true, true],
    ['.*\\@domain.com', false, true],
    ['^OU=Sales', false, true],
    ['(?=x)^a', false, true],
    ['(^a$)', false, false],
    ['a\\b', true, true],
    ['(?:^a)?b', true, true],
    ['^(?(1)a|b)(c)?$', false, false],
  ] as const)('of %j', (pattern, atStart, atEnd) => {
    expect(compiled(pattern).open).toEqual({ atStart, atEnd });
  });
});
