// Changes of one resource with the version that they are meant for. A version that is refused (412) is read again and the change
// repeated: it states values, so it means the same. One that is refused although it was read this moment is of no use here.
import type { ScimKind } from '../scim/resource.ts';
import type { Exchange, Exchanged } from './exchange.ts';
import type { LadderContext } from './requests.ts';
import type { ScimRequest } from './transport.ts';
import type { Versions } from './versions.ts';

const MOST_READINGS = 2;

/** Sends changes with versions where the target has them. */
export class VersionedRequests {
  private readonly exchange: Exchange;
  private readonly context: LadderContext;
  private readonly versions: Versions;
  private readonly climbs: boolean;

  constructor(exchange: Exchange, context: LadderContext, versions: Versions, climbs: boolean) {
    this.exchange = exchange;
    this.context = context;
    this.versions = versions;
    this.climbs = climbs;
  }

  /** `mayRepeat` is false for what was worked out from an older state of the resource. */
  async send(
    kind: ScimKind,
    id: string,
    request: ScimRequest,
    mayRepeat: boolean,
    signal: AbortSignal,
  ): Promise<Exchanged> {
    for (let readings = 0; ; readings += 1) {
      const version = this.versions.of(kind, id);
      const exchanged = await this.exchange.send(
        version === undefined ? request : { ...request, ifMatch: version },
        signal,
      );
      if (!exchanged.ok || !this.climbs) return exchanged;
      const { status } = exchanged.answer;
      const isStale = status === 412 && version !== undefined;
      if (!isStale && status !== 428) return exchanged;
      if (status === 428) this.context.learning.noteVersion('required');
      if (readings >= MOST_READINGS) {
        if (status === 428) return exchanged;
        this.context.learning.noteVersion('unusable');
        this.tell(
          'withoutVersion',
          kind,
          id,
          'The target refused the version that it had shown a moment before (412).',
        );
      } else {
        const because = status === 428 ? 'asks for a version with changes (428)' : 'has another version by now (412)';
        this.tell('readVersion', kind, id, `The target ${because}.`);
      }
      if (!mayRepeat) return exchanged;
      await this.context.requests.get(kind, id, signal);
    }
  }

  private tell(rung: 'readVersion' | 'withoutVersion', kind: ScimKind, id: string, because: string): void {
    this.context.adapted({ rung, kind, id, because });
  }
}
