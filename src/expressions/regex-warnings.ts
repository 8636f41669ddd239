// Patterns that are valid and hardly ever mean what they say.

import { isSettled } from './regex-start.ts';
import type { RegexNode } from './regex-syntax.ts';

export function warningsOf(text: string, root: RegexNode): readonly string[] {
  const warnings: string[] = [];
  if (root.kind === 'choice' && isAnchoredInPart(root.branches)) {
    warnings.push('^ and $ belong to the alternatives they stand in only; write ^(?:a|b)$ to anchor all of them');
  }
  if (/\[[^\]]*A-z/.test(text)) warnings.push('A-z contains [ \\ ] ^ _ and ` as well; write A-Za-z for letters');
  if (/[\ud800-\udfff]/.test(text)) {
    warnings.push('a character beyond U+FFFF, such as an emoji, is two characters to .NET, also in classes and counts');
  }
  return warnings;
}

/** Some of the alternatives have an anchor on a side, and others do not. */
function isAnchoredInPart(branches: readonly RegexNode[]): boolean {
  return (['start', 'end'] as const).some((side) => {
    const settled = branches.filter((branch) => isSettled(branch, side)).length;
    return settled > 0 && settled < branches.length;
  });
}
