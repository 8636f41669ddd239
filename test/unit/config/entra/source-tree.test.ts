// attributeMappingSource as Graph writes it, from text and back. The first example is the one that Graph publishes with
// parseExpression.
import { describe, expect, it } from 'vitest';
import { sameExpression } from '../../../../src/config/entra/expression-text.ts';
import { sourceOfExpression, textOfSource } from '../../../../src/config/entra/source-tree.ts';

const attribute = (name: string) => ({ expression: `[${name}]`, name, parameters: [], type: 'Attribute' });
const constant = (text: string) => ({ expression: JSON.stringify(text), name: text, parameters: [], type: 'Constant' });

describe('a tree of an expression', () => {
  it('is the one that Graph publishes', () => {
    expect(sourceOfExpression('Replace([preferredLanguage], "-", , , "_", , )')?.source).toEqual({
      expression: 'Replace([preferredLanguage], "-", , , "_", , )',
      name: 'Replace',
      parameters: [
        { key: 'source', value: attribute('preferredLanguage') },
        { key: 'Find', value: constant('-') },
        { key: 'Replacement', value: constant('_') },
      ],
      type: 'Function',
    });
  });

  it.each([
    ['Mid([userPrincipalName], 1, 8)', ['source', 'start', 'length']],
    ['Join(" ", [givenName], [surname])', ['separator', 'source', 'source']],
    [
      'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
      ['source', 'switchValue', 'switchValue', 'switchValue', 'switchValue'],
    ],
    ['SingleAppRoleAssignment([appRoleAssignments])', ['source']],
    ['Coalesce([mail], [userPrincipalName])', ['source', 'source']],
    ['Nobody([a], "b")', ['parameter1', 'parameter2']],
  ])('%s has the parameters of Graph', (text, keys) => {
    const built = sourceOfExpression(text);
    expect(built?.source.parameters?.map(({ key }) => key)).toEqual(keys);
    expect(built?.compares).toBe(false);
  });

  it('keeps numbers as texts and words as they are', () => {
    const { source } = sourceOfExpression('InStr([a], "x", 1, vbTextCompare)') ?? {};
    expect(source?.parameters?.slice(2).map(({ value }) => value)).toEqual([
      constant('1'),
      { expression: 'vbTextCompare', name: 'vbTextCompare', parameters: [], type: 'Constant' },
    ]);
  });

  it('says that it compares', () => {
    expect(sourceOfExpression('IIF([a] = "x", "1", "2")')?.compares).toBe(true);
  });

  it('is none when the text is no expression', () => {
    expect(sourceOfExpression('Mid([a]')).toBeUndefined();
  });
});

describe('the text of a source', () => {
  it.each([
    'Replace([preferredLanguage], "-", , , "_", , )',
    'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
    'Join(" ", [givenName], ToLower([surname], "tr-TR"))',
    'IIF(BitAnd([flags], "2") = "0", "True", "False")',
    'InStr([a], "say \\"x\\" \\\\", , vbTextCompare)',
    'Replace([a], , "(?<x>\\\\d+)", "x", "", , )',
    'Nobody([a], "b")',
    'DefaultDomain()',
  ])('is printed from the parameters alone: %s', (text) => {
    const { expression: _, ...tree } = sourceOfExpression(text)?.source ?? {};
    expect(textOfSource(tree)).toEqual({ type: 'Function', text });
  });

  it.each([
    [
      { type: 'Attribute', name: 'mail' },
      { type: 'Attribute', text: 'mail' },
    ],
    [
      { name: 'mail', expression: '[mail]' },
      { type: 'Attribute', text: 'mail' },
    ],
    [
      { type: 'Attribute', expression: '[mail]' },
      { type: 'Attribute', text: 'mail' },
    ],
    [
      { type: 'Constant', name: '8', expression: '"8"' },
      { type: 'Constant', text: '8' },
    ],
    [
      { type: 'Constant', name: 'a"b' },
      { type: 'Constant', text: 'a"b' },
    ],
    [
      { type: 'Constant', expression: 'bare words' },
      { type: 'Constant', text: 'bare words' },
    ],
    [
      { type: 'Constant', name: 'NULL', expression: 'NULL' },
      { type: 'Function', text: 'NULL' },
    ],
    [{ expression: 'Not([a])' }, { type: 'Function', text: 'Not([a])' }],
    [{ expression: '"x"' }, { type: 'Constant', text: 'x' }],
    [
      { type: 'Function', expression: ' Not([a]) ' },
      { type: 'Function', text: 'Not([a])' },
    ],
    [{ type: 'Attribute' }, { problem: 'It names no attribute.' }],
    [{ type: 'Function' }, { problem: 'It names no function.' }],
    [{ type: 'Magic', name: 'x' }, { problem: 'There is no source of the type "Magic".' }],
  ])('%j', (source, expected) => {
    expect(textOfSource(source)).toEqual(expected);
  });

  it('notices parameters that say something else', () => {
    const { source } = sourceOfExpression('Mid([mail], 1, 8)') ?? {};
    expect(textOfSource({ ...source, expression: 'Mid([mail],"1", 8 )' })).not.toHaveProperty('disagrees');
    expect(textOfSource({ ...source, expression: 'Mid([mail], 2, 8)' })).toMatchObject({
      text: 'Mid([mail], 2, 8)',
      disagrees: 'Mid([mail], "1", "8")',
    });
  });
});

describe('two expressions', () => {
  it.each([
    ['ToLower([a], )', 'tolower( [a] )', true],
    ['Mid([a], 1, 8)', 'Mid([a], "1", "8")', true],
    ['Mid([a], 1, 8)', 'Mid([b], 1, 8)', false],
    ['Switch([a], , "x", "y")', 'Switch([a], "x", "y")', false],
    ['[a] = "x"', '[a] <> "x"', false],
    ['not an expression', 'not an expression', true],
  ])('%s and %s are the same: %s', (left, right, expected) => {
    expect(sameExpression(left, right)).toBe(expected);
  });
});
