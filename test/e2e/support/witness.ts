// Stands at a target and notes what every write really did: whether it made a difference, and whether it did what nothing
// in the directory asked for.
import type { ScimJson } from '../../../src/sandbox/target/scim-json.ts';
import type { SandboxTarget } from '../../../src/sandbox/target/scim-server.ts';
import { text } from './http-json.ts';
import type { Watch } from './killing-proxy.ts';

/** What the directory allows at the moment; source ids. */
export interface Policy {
  /** May the account of this person be disabled: were they not entitled at some time since the last rest? */
  mayDisable(sourceId: string): boolean;
  /** Were they deleted for good? */
  mayDelete(sourceId: string): boolean;
}

/** What was seen since it was asked last. */
export interface Seen {
  readonly writes: number;
  /** Writes after which everything was as before. */
  readonly idle: number;
  /** What must never happen, in words. */
  readonly wrong: readonly string[];
  /** Every write, for the text of a failure. */
  readonly notes: readonly string[];
}

/** See the comment of the file. */
export interface Witness {
  readonly watch: Watch;
  take(): Seen;
}

interface Addressed {
  readonly isUser: boolean;
  readonly id: string | undefined;
}

/** A witness of a target in this process. */
export function makeWitness(endpoint: SandboxTarget, policy: Policy): Witness {
  let writes = 0;
  let idle = 0;
  let wrong: string[] = [];
  let notes: string[] = [];

  const held = ({ isUser }: Addressed): readonly ScimJson[] => (isUser ? endpoint.users() : endpoint.groups());
  const find = (addressed: Addressed): ScimJson | undefined =>
    held(addressed).find((each) => each['id'] === addressed.id);

  function judgeCreation(addressed: Addressed, before: number): void {
    const after = held(addressed);
    if (after.length === before) idle += 1;
    const ids = after.flatMap((each) => text(each, 'externalId') || []);
    for (const id of new Set(ids))
      if (ids.filter((each) => each === id).length > 1)
        wrong.push(`${id} exists twice as ${addressed.isUser ? 'a person' : 'a group'}`);
  }

  function judgeChange(addressed: Addressed, before: ScimJson | undefined): void {
    const after = find(addressed);
    if (shown(before) === shown(after)) idle += 1;
    if (!addressed.isUser || before === undefined) return;
    const sourceId = text(before, 'externalId');
    if (sourceId === '') wrong.push(`the account ${text(before, 'userName')} of somebody else was written to`);
    else if (after === undefined && !policy.mayDelete(sourceId)) wrong.push(`${sourceId} was deleted`);
    else if (before['active'] === true && after?.['active'] === false && !policy.mayDisable(sourceId))
      wrong.push(`${sourceId} was disabled`);
  }

  return {
    watch(method, path) {
      if (method === 'GET') return () => undefined;
      const [, kind = '', id] = /\/(Users|Groups)(?:\/([^/?]+))?/.exec(path) ?? [];
      const addressed = { isUser: kind === 'Users', id: id === undefined ? undefined : decodeURIComponent(id) };
      const [before, count] = [structuredClone(find(addressed)), held(addressed).length];
      return () => {
        writes += 1;
        notes.push(`${method} ${path.slice(path.indexOf(kind))}: ${shown(before)} -> ${shown(find(addressed))}`);
        if (method === 'POST') judgeCreation(addressed, count);
        else judgeChange(addressed, before);
      };
    },
    take() {
      const seen = { writes, idle, wrong, notes };
      writes = 0;
      idle = 0;
      wrong = [];
      notes = [];
      return seen;
    },
  };
}

/** A resource without what the target works out by itself: its bookkeeping, the groups of an account, names of members. */
export function shown(resource: ScimJson | undefined): string {
  if (resource === undefined) return '';
  const { meta: _meta, groups: _groups, members, ...rest } = resource;
  return JSON.stringify([rest, membersOf(members).toSorted()]);
}

/** Ids of the members of a group. */
export function membersOf(members: unknown): string[] {
  return Array.isArray(members) ? members.map((each) => text(each, 'value')) : [];
}
