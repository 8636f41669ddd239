/** Writes the signatures in docs/expressions.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withSignatures } from './function-signatures.ts';

const page = fileURLToPath(new URL('../docs/expressions.md', import.meta.url));
writeFileSync(page, withSignatures(readFileSync(page, 'utf8')));
