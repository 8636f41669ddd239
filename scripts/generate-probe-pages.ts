/** Writes the pages of docs/probe that follow from the tables of src/probe. */
import { writeFileSync } from 'node:fs';
import { probePages } from './probe-pages.ts';

for (const [name, text] of probePages()) writeFileSync(new URL(`../docs/probe/${name}`, import.meta.url), text);
