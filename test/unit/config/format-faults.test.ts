import { expect, it } from 'vitest';
import { formatFaults } from '../../../src/config/format-faults.ts';

it('puts the place first, indents what follows and sorts by file and line', () => {
  const text = formatFaults([
    { file: 'b', path: '', message: 'The file does not exist.', advice: 'Create it.' },
    { file: 'a', line: 10, column: 2, path: 'x.y', message: 'It stops here.\nToLower(\n        ^' },
    { file: 'a', line: 9, column: 7, path: 'x', message: 'Wrong.' },
    { file: 'a', line: 9, column: 7, path: 'x', message: 'Wrong.' },
  ]);
  expect(text).toBe(
    [
      'a:9:7  x  Wrong.',
      'a:10:2  x.y  It stops here.',
      '    ToLower(',
      '            ^',
      'b  The file does not exist.',
      '    Create it.',
    ].join('\n'),
  );
});

it('lets no control character through', () => {
  expect(formatFaults([{ file: 'a', path: 'x\u001b[31m', message: 'a\u202eb', advice: 'c\rd' }])).toBe(
    'a  x\ufffd[31m  a\ufffdb\n    c\ufffdd',
  );
});
