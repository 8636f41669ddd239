// The address of a target beyond its form: what is a URL, and still no SCIM root.

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
    ...(url.search === '' && url.hash === ''
      ? []
      : [{ message: 'The URL must end with its path, without ? or #.', advice: 'Give the SCIM root only.' }]),
    ...(resource === undefined
      ? []
      : [{ message: `The URL ends in /${resource}; the SCIM root is expected.`, advice: `Leave /${resource} out.` }]),
  ];
}
