// What one step of a life came to: its outcome in short, and what is wrong with it. It edits and sends nothing but GET.
import type { Observation } from '../check.ts';
import { objectOf, type ProbeExchange, requestLine, succeeded } from '../exchange.ts';
import type { Stage } from '../stage.ts';
import type { CycleFacts, LifeFailure, LifeWorld } from './life-world.ts';
import type { LifeGroup, LifePerson } from './tenant.ts';

/** An edit in the tenant, and what is to be looked at after the cycle that follows. */
export interface Step {
  readonly id: string;
  readonly title: string;
  /** Edits the tenant, and says whose accounts and groups are to be looked at afterwards. */
  readonly edit: (
    world: LifeWorld,
  ) => Promise<{ readonly people?: readonly LifePerson[]; readonly groups?: readonly LifeGroup[] }>;
  /** True where nothing is to be sent. */
  readonly quiet?: boolean;
}

/** `20 created, 3 updated`: what a cycle did, for people. */
function told({ counts, memberships }: CycleFacts, isNew: boolean): string {
  const parts = (['created', 'updated', 'enabled', 'disabled', 'deleted', 'failed', 'held'] as const)
    .filter((name) => counts[name] > 0)
    .map((name) => `${counts[name]} ${name}${name === 'failed' && !isNew ? ' again' : ''}`);
  const members = memberships.added + memberships.removed;
  const all = members === 0 ? parts : [...parts, `memberships +${memberships.added} -${memberships.removed}`];
  return all.length === 0 ? 'nothing to do' : all.join(', ');
}

/**
 * The exchange that shows why something failed: the one whose answer the log quotes, or else the last that was refused, or the
 * last that wrote, where an answer of success was no success.
 */
function evidence({ reason }: LifeFailure, exchanges: readonly ProbeExchange[], id?: string): ProbeExchange | null {
  const refused = exchanges.filter((exchange) => !succeeded(exchange));
  const quoted = refused.find(({ json }) => {
    const detail = objectOf(json)?.['detail'];
    return typeof detail === 'string' && detail !== '' && reason.includes(detail);
  });
  const accepted = exchanges.findLast(
    ({ request }) => request.method !== 'GET' && id !== undefined && request.target.includes(id),
  );
  return quoted ?? refused.findLast(({ request }) => request.method !== 'GET') ?? refused.at(-1) ?? accepted ?? null;
}

const MOST_SHOWN = 3;

/** What a step came to: what failed, what differs, what was sent although nothing had changed. */
export async function judge(
  stage: Stage,
  world: LifeWorld,
  facts: CycleFacts,
  step: Step,
  touched: Awaited<ReturnType<Step['edit']>>,
): Promise<Observation> {
  const sent = [...stage.exchanges];
  const failures = world.newFailures(facts);
  const wereHidden = world.membersHidden;
  const all = await world.differences(stage, touched.people ?? [], touched.groups ?? []);
  const differences = world.newDifferences(all);
  const known = all.length - differences.length;
  const writes = sent.filter(({ request }) => request.method !== 'GET');
  const [failure] = failures;
  const more = failures.length > 1 ? `, and ${failures.length - 1} more` : '';
  return {
    outcome: `${told(facts, failure !== undefined)}${known === 0 ? '' : `; differences told before: ${known}`}`,
    verdicts: [
      ...(failure === undefined
        ? []
        : [
            {
              finding: 'life-step-failed' as const,
              because: `${failure.action} of ${failure.name}: ${failure.code} (${failure.reason})${more}`,
              exchange: evidence(failure, sent, world.accountOf(stage, failure)),
            },
          ]),
      ...(differences.length === 0
        ? []
        : [
            {
              finding: 'life-differs' as const,
              because: `${differences
                .slice(0, MOST_SHOWN)
                .map(({ text }) => text)
                .join('; ')}${differences.length > MOST_SHOWN ? `; and ${differences.length - MOST_SHOWN} more` : ''}`,
              exchange: writes.findLast(({ request }) => request.target.includes(`/${differences[0]?.id}`)) ?? null,
            },
          ]),
      ...(world.membersHidden && !wereHidden
        ? [
            {
              finding: 'members-not-shown' as const,
              because: 'members were added, and GET of the group shows none: what became of them cannot be seen',
              exchange: writes.at(-1) ?? null,
            },
          ]
        : []),
      ...(step.quiet === true && writes.length > 0
        ? [
            {
              finding: 'life-not-quiet' as const,
              because: `nothing changed in the directory, and ${writes
                .map(({ request }) => requestLine(request))
                .slice(0, 3)
                .join(', ')} was sent`,
              exchange: writes[0] ?? null,
            },
          ]
        : []),
    ],
  };
}
