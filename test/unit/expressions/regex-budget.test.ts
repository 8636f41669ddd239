// No pattern takes longer than its steps allow. Steps are counted here, never time; what a step costs is in
// docs/adr/0014-regular-expressions-with-a-step-budget.md.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePattern, MAX_STEPS, stepBudget } from '../../../src/expressions/regex.ts';

function compiled(text: string) {
  const result = compilePattern(text);
  if (!result.ok) throw new Error(result.message);
  return result.pattern;
}

function spent(pattern: string, text: string) {
  const budget = stepBudget();
  const answer = compiled(pattern).isMatch(text, budget);
  return { answer, steps: MAX_STEPS - budget.left };
}

describe('the step budget', () => {
  it.each([
    ['(a+)+$', `${'a'.repeat(40)}!`],
    ['^(a+)+$', `${'a'.repeat(40)}!`],
    ['(a|aa)+$', `${'a'.repeat(60)}!`],
    ['(a|a)*$', `${'a'.repeat(40)}!`],
    ['(.*)*x', 'y'.repeat(40)],
    ['(.*.*)*x', 'y'.repeat(40)],
    ['(x+x+)+y', 'x'.repeat(60)],
    [
      '([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))$',
      'a'.repeat(60),
    ],
    ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'.repeat(60)],
    ['^(?=(a+)+$)', `${'a'.repeat(40)}!`],
    ['^(?!(a+)+$)', `${'a'.repeat(40)}!`],
    ['^(?=(?=(?=(a+)+$)))', `${'a'.repeat(40)}!`],
    ['(?<=^(a+)+)b', `!${'a'.repeat(40)}b`],
    ['^(?(?=(a+)+$)b|c)', `${'a'.repeat(40)}!`],
    ['(a*)*\\1b', 'a'.repeat(60)],
    ['^(?:(a+)\\1?)+$', `${'a'.repeat(60)}!`],
    ['(?i)^(?:(a+)\\1?)+$', `${'aA'.repeat(30)}!`],
    ['^(?<o>a)*(?<-o>a)*(?<o>a)*(?<-o>a)*(?(o)(?!))$', `${'a'.repeat(200)}b`],
    ['(?:(?:(?:a?)*)*)*b', 'a'.repeat(60)],
    ['^(?:a?){30}a{30}$', 'a'.repeat(29)],
    ['^(?:.*?,){20}x', 'a,'.repeat(100)],
    ['[^@]*[^@]*[^@]*[^@]*@', 'a'.repeat(1_000)],
    ['(?:\\p{L}|\\w)*$', `${'é'.repeat(40)}!`],
    ['^(?>a|(?:a+)+!?)*(?:b+)+$', `a${'b'.repeat(40)}c`],
  ])('ends %j', (pattern, text) => {
    expect(spent(pattern, text)).toEqual({ answer: 'too-complex', steps: MAX_STEPS });
  });

  it.each([
    ['^(?:ab)*$', `${'ab'.repeat(20_000)}!`, 120_000],
    ['.*@contoso\\.com', 'x'.repeat(10_000), 60_000],
    ['@contoso\\.com$', '@contoso.co'.repeat(10_000), 20],
    ['^a*$', `${'a'.repeat(100_000)}!`, 250_000],
    ['x\\d+', 'x'.repeat(10_000), 100_000],
    ['(?>a+)+$', `${'a'.repeat(400)}!`, 400_000],
    ['^(?>(?:a+)+)$', `${'a'.repeat(40)}!`, 100],
    ['\\Ga', 'b'.repeat(10_000), 10],
  ])('is hardly touched by %j', (pattern, text, most) => {
    const { answer, steps } = spent(pattern, text);
    expect(answer).toBe(false);
    expect(steps).toBeLessThanOrEqual(most);
  });

  it('bounds the memory as well', () => {
    const text = 'ab'.repeat(250_000);
    const budget = stepBudget();
    expect(compiled('^(?:ab)*$').isMatch(text, budget)).toBe('too-complex');
    expect(budget.left).toBeGreaterThan(0);
  });

  it('is shared by all matches of one call', () => {
    const pattern = compiled('[a-z]');
    const budget = stepBudget();
    expect(pattern.matches('abc', budget)).toHaveLength(3);
    const once = MAX_STEPS - budget.left;
    expect(pattern.matches('abc', budget)).toHaveLength(3);
    expect(MAX_STEPS - budget.left).toBe(2 * once);
    expect(pattern.matches('a'.repeat(500_000), budget)).toBe('too-complex');
  });

  // spec: expressions-end
  it('ends the same pattern and text after the same steps, whatever ran before', () => {
    const pattern = compiled('(\\w+)\\s(?:\\1|(x+x+)+y)');
    const once = () => {
      const budget = stepBudget();
      return [pattern.match(`ab ${'x'.repeat(12)}`, budget), budget.left];
    };
    const first = once();
    pattern.isMatch(`a ${'x'.repeat(60)}`);
    expect(once()).toEqual(first);
  });

  // spec: expressions-end
  it('is never exceeded by any pattern', () => {
    const unit = fc.constantFrom(
      'a',
      'b',
      '(',
      ')',
      '(?:',
      '(?>',
      '(?=',
      '(?<=',
      '|',
      '*',
      '+',
      '?',
      '{2,}',
      '.',
      '\\1',
      '$',
    );
    fc.assert(
      fc.property(
        fc.string({ unit, maxLength: 14 }),
        fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 60 }),
        (text, subject) => {
          const result = compilePattern(text);
          const budget = { left: 20_000 };
          const matches = result.ok ? result.pattern.matches(subject, budget) : [];
          // What a match costs to keep is taken off before the next one is looked for.
          expect(budget.left).toBeGreaterThan(-100);
          if (matches === 'too-complex') expect(budget.left).toBeLessThanOrEqual(0);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
