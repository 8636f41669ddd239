// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${name} is .NET's notation here
import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../../src/expressions/regex.ts';
import { substituted, withGroupReplaced } from '../../../src/expressions/regex-substitution.ts';

function prepared(pattern: string, text: string) {
  const compiled = compilePattern(pattern);
  if (!compiled.ok) throw new Error(compiled.message);
  const matches = compiled.pattern.matches(text);
  if (matches === 'too-complex') throw new Error(matches);
  return { pattern: compiled.pattern, matches };
}

function replaced(pattern: string, text: string, replacement: string, limit = 1_000) {
  const { pattern: compiled, matches } = prepared(pattern, text);
  return substituted(text, matches, replacement, compiled, limit);
}

describe('a replacement', () => {
  it.each([
    ['(a)', 'ab', '[$1]', '[a]b'],
    ['(a)', 'ab', '${1}0', 'a0b'],
    ['(a)', 'ab', '$10', '$10b'],
    ['(a)', 'ab', '$01', 'ab'],
    ['(a)', 'ab', '${01}', 'ab'],
    ['(a)', 'ab', '$2$-$', '$2$-$b'],
    ['(a)', 'ab', '$0$&', 'aab'],
    ['(a)', 'ab', '${0}', 'ab'],
    ['(a)', 'ab', '$$1', '$1b'],
    ['b', 'abc', "[$`|$'|$_]", 'a[a|c|abc]c'],
    ['(a)(b)?', 'a', '[$+]', '[]'],
    ['(?<x>a)(b)', 'ab', '$+', 'a'],
    ['a', 'a', '$+', 'a'],
    ['(?<n>a)', 'a', '${n}$<n>$n', 'a$<n>$n'],
    ['(?<n>a)', 'a', '${m}${n', '${m}${n'],
    ['(?<été>a)', 'a', '${été}', 'a'],
    ['(?<n>a)(b)', 'ab', '$1$2', 'ba'],
    ['(?<n>x)?b', 'abc', '[${n}]', 'a[]c'],
    ['(?<x>a)(?<x>b)', 'ab', '${x}', 'b'],
    ['x*', 'abc', '-', '-a-b-c-'],
    ['a*', 'baac', '-', '-b--c-'],
    ['(.*?)(?<id>.{0,8})$', '0000000000567', '${id}', '00000567'],
    ['\\d', 'a1b2', '', 'ab'],
    ['z', 'abc', '$1', 'abc'],
    ['', '', 'x', 'x'],
    ['a', 'aa', '\\n$', '\\n$\\n$'],
  ])('of %j in %j by %j', (pattern, text, replacement, expected) => {
    expect(replaced(pattern, text, replacement)).toBe(expected);
  });

  it('leaves no half of a surrogate pair behind', () => {
    expect(replaced('^.', '😀a', '')).toBe('\ufffda');
  });

  it('is given up as soon as it is too long', () => {
    expect(replaced('a', 'aaa', '$_$_', 18)).toBe('aaaaaa'.repeat(3));
    expect(replaced('a', 'aaa', '$_$_', 17)).toBeUndefined();
    expect(replaced('z', 'abcd', '', 3)).toBeUndefined();
    expect(replaced('a', 'a'.repeat(10_000), '$_'.repeat(1_000), 1_000_000)).toBeUndefined();
  });
});

describe('a group replaced', () => {
  it.each([
    ['[a-z](?<n>\\d)', 'a1b2', '#', 'a#b#'],
    ['(?<n>\\d)', 'a1', '$0', 'a$0'],
    ['[a-z]+(?<n>\\d+)?', 'ab12 cd', '', 'ab cd'],
    ['(?<n>x)', 'abc', '#', 'abc'],
    ['(?<n>)b', 'abc', '#', 'a#bc'],
    ['a(?=(?<n>b))', 'abab', '#', 'a#a#'],
    ['a(?=.*(?<n>c))|c', 'aac', '#', 'aa#'],
    ['(?<=(?<n>a))b', 'abab', '#', '#b#b'],
    ['(?<n>a)(?<n>b)', 'ab', '#', 'a#'],
  ])('by %j in %j', (written, text, replacement, expected) => {
    const { pattern, matches } = prepared(written, text);
    expect(withGroupReplaced(text, matches, pattern.slotOf('n') ?? -1, replacement, 1_000)).toBe(expected);
  });

  it('is given up when the result is too long', () => {
    const { matches } = prepared('(a)', 'aaa');
    expect(withGroupReplaced('aaa', matches, 1, 'xx', 6)).toBe('xxxxxx');
    expect(withGroupReplaced('aaa', matches, 1, 'xx', 5)).toBeUndefined();
  });
});
