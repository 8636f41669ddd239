// Says clearly that Node is too old, instead of failing somewhere inside with a missing function.

const OLDEST = { major: 22, minor: 20 } as const;

/** What to tell somebody whose Node is too old, or null when it is not. */
export function nodeVersionProblem(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return null;
  return (
    `scimsync needs Node.js ${OLDEST.major}.${OLDEST.minor} or newer; this is ${version}. ` +
    'The packages bring one along: run npx scimsync …, or node_modules/.bin/node dist/cli.js …'
  );
}
