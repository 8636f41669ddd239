// The part of docs/expressions.md that comes out of the function table: how every function is called.
import { findFunction, SUPPORTED_FUNCTIONS, signatureOf } from '../src/expressions/function-table.ts';

const BLOCK = /(<!-- signatures: npm run generate -->\n)[\s\S]*?(<!-- end of signatures -->)/;

/** The page with its signatures as the table has them. Throws when the page has no place for them. */
export function withSignatures(page: string): string {
  if (!BLOCK.test(page)) throw new Error('docs/expressions.md has lost the comments around its signatures.');
  const lines = SUPPORTED_FUNCTIONS.map((name) => {
    const definition = findFunction(name);
    return definition === undefined ? name : signatureOf(definition);
  });
  return page.replace(
    BLOCK,
    (_all, start: string, end: string) => `${start}\`\`\`text\n${lines.join('\n')}\n\`\`\`\n${end}`,
  );
}
