/** Writes docs/configuration.md. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { referencePage } from './configuration-reference.ts';

writeFileSync(fileURLToPath(new URL('../docs/configuration.md', import.meta.url)), referencePage());
