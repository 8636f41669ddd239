/** Writes config/schemas: the JSON Schemas by which editors complete and check the files of a configuration. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configurationSchemas, schemaText } from './configuration-schemas.ts';

const folder = fileURLToPath(new URL('../config/schemas/', import.meta.url));
mkdirSync(folder, { recursive: true });
for (const [name, schema] of configurationSchemas()) writeFileSync(`${folder}${name}.schema.json`, schemaText(schema));
