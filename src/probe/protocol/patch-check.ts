// Checks of PATCH on an account: send operations, and when they are accepted, read whether they were carried out (RFC 7644
// section 3.5.2). The short outcome has a dagger where an answer of success changed nothing.
import { type Check, observed } from '../check.ts';
import { answerName, objectOf, type ProbeExchange, succeeded } from '../exchange.ts';
import type { Theme } from '../finding.ts';
import type { FindingId } from '../finding-table.ts';
import { pathOf, type Resource, type Stage } from '../stage.ts';

export interface PatchCase {
  readonly id: string;
  readonly theme: Theme;
  readonly row: string | null;
  readonly title?: string;
  /** The account that is changed. */
  readonly person?: number;
  readonly operations: (stage: Stage) => readonly unknown[];
  /** Whether the account shows it. */
  readonly applied: (account: Resource, stage: Stage) => boolean;
  /** What must be after it as it was before. */
  readonly kept?: (account: Resource) => unknown;
  /** When it is refused; null where refusing is right. */
  readonly refused: FindingId | null;
  /** When it is accepted without effect; null where nothing is to be changed. */
  readonly ignored: FindingId | null;
}

/** Whether what was accepted shows when the account is read. */
async function isApplied(
  stage: Stage,
  path: string,
  { applied, kept }: PatchCase,
  before: Resource | undefined,
): Promise<boolean> {
  const read = await stage.get(path);
  const account = objectOf(read.json);
  if (!succeeded(read) || account === undefined || !applied(account, stage)) return false;
  return kept === undefined || before === undefined || JSON.stringify(kept(account)) === JSON.stringify(kept(before));
}

export function patchCheck(patch: PatchCase): Check {
  return {
    id: patch.id,
    theme: patch.theme,
    row: patch.row,
    title: patch.title ?? patch.row ?? patch.id,
    writes: true,
    async run(stage) {
      const path = pathOf('Users', stage.person(patch.person ?? 0));
      const before = patch.kept === undefined ? undefined : objectOf((await stage.get(path)).json);
      const exchange = await stage.patch(path, patch.operations(stage));
      const answered = answerName(exchange);
      if (!succeeded(exchange))
        return observed(
          answered,
          patch.refused !== null && {
            finding: patch.refused,
            because: `expected 200 or 204, came ${answered}`,
            exchange,
          },
        );
      if (await isApplied(stage, path, patch, before)) return observed(answered);
      return observed(
        `${answered} †`,
        patch.ignored !== null && {
          finding: patch.ignored,
          because: `answered ${answered}, and the account does not show it when it is read${patch.kept === undefined ? '' : ', or has lost something else'}`,
          exchange,
        },
      );
    },
  };
}

/** A member below the enterprise extension. */
export function enterprise(account: Resource, name: string, schema: string): unknown {
  return objectOf(account[schema])?.[name];
}

/** Values of `emails` with a type. */
export function emailsOf(account: Resource, type: string): unknown[] {
  const { emails } = account;
  if (!Array.isArray(emails)) return [];
  return emails.flatMap((each) => {
    const email = objectOf(each);
    return email?.['type'] === type ? [email['value']] : [];
  });
}

/** Something that must be refused with a status. */
export function refusedCheck(
  theme: Theme,
  id: string,
  row: string,
  send: (stage: Stage) => Promise<ProbeExchange>,
  expected: number,
  findings: { readonly accepted: FindingId | null; readonly other: FindingId | null },
): Check {
  return {
    id,
    theme,
    row,
    title: row,
    writes: true,
    async run(stage) {
      const exchange = await send(stage);
      const answered = answerName(exchange);
      const finding = succeeded(exchange) ? findings.accepted : exchange.status === expected ? null : findings.other;
      return observed(answered, finding !== null && { finding, because: `expected ${expected}, came ${answered}` });
    },
  };
}
