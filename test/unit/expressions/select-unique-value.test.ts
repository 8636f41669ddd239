import { describe, expect, it } from 'vitest';
import { compileExpression, type EvaluationResult, type SourceValue } from '../../../src/expressions/compile.ts';
import { evaluateIn } from './evaluate-in.ts';

type Answer = (candidate: string) => boolean | undefined;

function evaluate(text: string, attributes: Record<string, SourceValue>, isTaken?: Answer): EvaluationResult {
  const compiled = compileExpression(text);
  if (!compiled.ok) throw new Error(compiled.errors.map((error) => error.message).join(' '));
  return compiled.expression.evaluate(evaluateIn(attributes, isTaken === undefined ? {} : { isTaken }));
}

const THREE = 'SelectUniqueValue([a], Append([a], "1"), Append([a], "2"))';

describe('SelectUniqueValue', () => {
  it('asks about one candidate after the other until one is free', () => {
    const known = new Map<string, boolean>();
    const isTaken: Answer = (candidate) => known.get(candidate.toLowerCase());
    expect(evaluate(THREE, { a: 'Ada' }, isTaken)).toEqual({ type: 'asks', candidate: 'Ada' });
    known.set('ada', true);
    expect(evaluate(THREE, { a: 'Ada' }, isTaken)).toEqual({ type: 'asks', candidate: 'Ada1' });
    known.set('ada1', false);
    expect(evaluate(THREE, { a: 'Ada' }, isTaken)).toEqual({ type: 'value', value: 'Ada1', redacted: false });
  });

  it('asks when nobody can answer', () => {
    expect(evaluate(THREE, { a: 'Ada' })).toEqual({ type: 'asks', candidate: 'Ada' });
  });

  it('fails when every candidate is taken', () => {
    const all = evaluate(THREE, { a: 'Ada' }, () => true);
    expect(all).toMatchObject({ type: 'error', error: { kind: 'not-unique', functionName: 'SelectUniqueValue' } });
    expect(JSON.stringify(all)).toContain('all 3 values are taken');
    expect(JSON.stringify(evaluate('SelectUniqueValue([a], [b])', { a: 'Ada' }, () => true))).toContain(
      'the only value is taken',
    );
  });

  it('passes over rules that give nothing, and gives nothing when all do', () => {
    const text = 'SelectUniqueValue([missing], "", [list], [b])';
    expect(evaluate(text.replace('[list], ', ''), { b: 'x' }, () => false)).toMatchObject({ value: 'x' });
    expect(evaluate('SelectUniqueValue([a], [b])', { a: '' }, () => false)).toMatchObject({ value: null });
    expect(evaluate(text, { list: ['x', 'y'] }, () => false)).toMatchObject({ type: 'error', error: { kind: 'type' } });
  });

  it('evaluates a rule only when those before it are taken', () => {
    const text = 'SelectUniqueValue([a], Error("second"), Guid())';
    expect(evaluate(text, { a: 'x' }, () => false)).toMatchObject({ value: 'x' });
    expect(evaluate(text, { a: 'x' }, () => true)).toMatchObject({ error: { kind: 'custom', message: 'second' } });
  });

  it('carries flow markers and redaction out', () => {
    const text = 'SelectUniqueValue(IgnoreFlowIfNullOrEmpty([a]), "b")';
    expect(evaluate(text, {}, () => false)).toEqual({ type: 'ignoreAttribute' });
    expect(evaluate('SelectUniqueValue(Redact([a]), "b")', { a: 'x' }, () => false)).toMatchObject({ redacted: true });
  });

  it('compares numbers and dates by their text forms', () => {
    const asked: string[] = [];
    const isTaken: Answer = (candidate) => asked.push(candidate) < 2;
    expect(evaluate('SelectUniqueValue(7, CDate("2025-08-05"))', {}, isTaken)).toMatchObject({
      value: '8/5/2025 12:00:00 AM',
    });
    expect(asked).toEqual(['7', '8/5/2025 12:00:00 AM']);
  });
});
