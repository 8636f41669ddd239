// `scimsync links list`: every link of a job, page by page, so that a million of them need no more memory than one page.
import { type LinkPosition, pageLinks } from '../store/link-inventory.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { GlobalOptions } from './global-options.ts';
import { linkCells, type ShownLink, shownLink } from './link-text.ts';
import { loadOrFail } from './load.ts';
import { requireStoredJob, withStore } from './stored-job.ts';
import { alignedRows } from './table.ts';
import type { Terminal } from './terminal.ts';

const PAGE = 500;

/** Prints all links, people after groups; with --json one document. */
export async function listLinks(jobId: string, options: GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const configuration = await loadOrFail(options);
  return withStore(configuration, async (store) => {
    await requireStoredJob(store, jobId, configuration);
    if (options.json) terminal.out(`{"job":${JSON.stringify(jobId)},"links":[`);
    let count = 0;
    for (let after: LinkPosition | null = null; ; ) {
      const page: ShownLink[] = (await pageLinks(store.db, jobId, after, PAGE)).map(shownLink);
      if (options.json)
        for (const [index, link] of page.entries())
          terminal.out(`${count + index === 0 ? '\n' : ',\n'}${JSON.stringify(link)}`);
      else for (const row of alignedRows(page.map(linkCells))) terminal.out(`${row}\n`);
      count += page.length;
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) break;
      after = { kind: last.kind, sourceId: last.sourceId };
    }
    if (options.json) terminal.out('\n]}\n');
    else if (count === 0) terminal.err(`Job ${jobId} has no links.\n`);
    return EXIT.well;
  });
}
