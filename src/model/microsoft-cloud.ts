// Whether a source is a real directory of a real company, or something to try things on: some rules are stricter there.
import type { SourceSettings } from './job.ts';

/** Domains under which Microsoft serves Graph, in all its clouds (graph.md section 1). */
const DOMAINS = ['microsoft.com', 'microsoft.us', 'chinacloudapi.cn', 'microsoft.scloud', 'eaglex.ic.gov'];

/** True unless the source names a Graph address of its own that is not Microsoft's, such as the sandbox. */
export function isMicrosoftCloud(source: Pick<SourceSettings, 'graphBaseUrl'>): boolean {
  if (source.graphBaseUrl === undefined) return true;
  const { hostname } = new URL(source.graphBaseUrl);
  return DOMAINS.some((domain) => hostname === domain || hostname.endsWith(`.${domain}`));
}
