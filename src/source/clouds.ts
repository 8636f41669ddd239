// The national clouds of Microsoft: authority, Graph origin and scope change together (Graph "national cloud
// deployments"); the retired German cloud is left out.

/** The three settings that make a cloud. */
export interface Cloud {
  /** Origin of the token service. */
  readonly authorityHost: string;
  /** Origin of Microsoft Graph, without the version. */
  readonly graphBaseUrl: string;
  readonly scope: string;
}

/** `global` also serves GCC; `usgov` is L4 (GCC High), `dod` is L5, `china` is run by 21Vianet. */
export const CLOUDS: Readonly<Record<'global' | 'usgov' | 'dod' | 'china', Cloud>> = {
  global: {
    authorityHost: 'https://login.microsoftonline.com',
    graphBaseUrl: 'https://graph.microsoft.com',
    scope: 'https://graph.microsoft.com/.default',
  },
  usgov: {
    authorityHost: 'https://login.microsoftonline.us',
    graphBaseUrl: 'https://graph.microsoft.us',
    scope: 'https://graph.microsoft.us/.default',
  },
  dod: {
    authorityHost: 'https://login.microsoftonline.us',
    graphBaseUrl: 'https://dod-graph.microsoft.us',
    scope: 'https://dod-graph.microsoft.us/.default',
  },
  china: {
    authorityHost: 'https://login.chinacloudapi.cn',
    graphBaseUrl: 'https://microsoftgraph.chinacloudapi.cn',
    scope: 'https://microsoftgraph.chinacloudapi.cn/.default',
  },
};
