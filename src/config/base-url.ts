// The address of a target beyond its form: what is a URL, and still no SCIM root.
import { dialectOfFlag } from '../model/dialect.ts';

/** What is wrong with a base URL, each with what helps; nothing for what is no URL at all. */
export function baseUrlProblems(text: string): readonly { readonly message: string; readonly advice: string }[] {
  if (!URL.canParse(text)) return [];
  const url = new URL(text);
  const resource = /\/(Users|Groups|Schemas|ServiceProviderConfig|ResourceTypes|Bulk)\/*$/i.exec(url.pathname)?.[1];
  return [
    ...(url.username === '' && url.password === ''
      ? []
      : [
          {
            message: 'The URL must not contain credentials.',
            advice: 'Put the secret where target.auth points.',
          },
        ]),
    ...(url.search === '' && url.hash === '' ? [] : [queryProblem(url)]),
    ...(resource === undefined
      ? []
      : [{ message: `The URL ends in /${resource}; the SCIM root is expected.`, advice: `Leave /${resource} out.` }]),
  ];
}

// Somebody who moves from Entra copies the tenant URL with its flag. What it asks for is said by another key here, because
// it also gives up what scimsync does better.
function queryProblem({ search }: URL): { readonly message: string; readonly advice: string } {
  const dialect = dialectOfFlag(search);
  if (dialect === undefined)
    return { message: 'The URL must end with its path, without ? or #.', advice: 'Give the SCIM root only.' };
  return {
    message: `The URL carries a flag of Microsoft Entra (${search.slice(0, 60)}), which no target is sent.`,
    advice: `Leave the query out. Requests follow RFC 7644 then, which suits most targets; target.dialect: ${dialect} makes those of Entra with this flag.`,
  };
}
