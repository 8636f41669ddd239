// Which gallery template an application of Entra's gallery is: by the names that Entra gives it, or by the URN of its extension.
import type { EntraSchema } from './document.ts';
import { isScimName } from './scim-name.ts';

/**
 * The name of a template, or undefined when none of them is about this application as Entra reaches it: templates are about
 * interfaces by SCIM.
 */
export function recogniseTemplate(
  schema: EntraSchema,
  names: readonly string[],
  templates: readonly string[],
): string | undefined {
  const rules = schema.synchronizationRules ?? [];
  const said = [...names, ...rules.flatMap((rule) => rule.targetDirectoryName ?? [])].map(lettersOf);
  const targets = rules
    .flatMap((rule) => rule.objectMappings ?? [])
    .flatMap((mapping) => mapping.attributeMappings ?? [])
    .map(({ targetAttributeName }) => targetAttributeName);
  if (!targets.some(isScimName)) return undefined;
  // Templates about SCIM in general are about no application.
  return templates
    .filter((template) => !template.startsWith('scim'))
    .find((template) => {
      const word = lettersOf(template);
      return (
        said.some((name) => name.includes(word)) ||
        targets.some((name) => name.toLowerCase().includes(`:extension:${word}:`))
      );
    });
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
