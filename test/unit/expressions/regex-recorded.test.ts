// What .NET's own System.Text.RegularExpressions answered to patterns made at random, recorded once (Mono 6.8): every
// match with every group, or that the pattern is refused (null).
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compilePattern } from '../../../src/expressions/regex.ts';
import { substituted } from '../../../src/expressions/regex-substitution.ts';

type Answer = readonly (readonly (readonly [start: number, end: number] | null)[])[];

interface Recorded {
  readonly matches: readonly (readonly [pattern: string, text: string, answer: Answer | null])[];
  readonly replacements: readonly (readonly [
    pattern: string,
    text: string,
    replacement: string,
    answer: string | null,
  ])[];
}

const fixture = new URL('../../fixtures/regex-recorded.json', import.meta.url);
const recorded: Recorded = JSON.parse(readFileSync(fixture, 'utf8'));

function matchesOf(pattern: string, text: string) {
  const compiled = compilePattern(pattern);
  const matches = compiled.ok ? compiled.pattern.matches(text) : null;
  if (matches === 'too-complex') throw new Error(`${pattern} is too complex`);
  return { matches, pattern: compiled.ok ? compiled.pattern : null };
}

it('has enough of everything', () => {
  const { matches, replacements } = recorded;
  expect({ matches: matches.length, replacements: replacements.length }).toEqual({ matches: 900, replacements: 250 });
  expect(matches.filter(([, , answer]) => answer === null)).toHaveLength(30);
});

it.each(recorded.matches)('%j in %j', (pattern, text, answer) => {
  const { matches } = matchesOf(pattern, text);
  const spans = matches?.map((match) => match.map((span) => (span === undefined ? null : [span.start, span.end])));
  expect(spans ?? null).toEqual(answer);
});

it.each(recorded.replacements)('%j in %j becomes %j', (written, text, replacement, answer) => {
  const { matches, pattern } = matchesOf(written, text);
  const result = matches === null || pattern === null ? null : substituted(text, matches, replacement, pattern, 1_000);
  expect(result).toBe(answer);
});
