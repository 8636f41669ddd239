// Writes that are told instead of sent: the request that a write would begin with, in the form in which this target gets it.
import { type BulkWrite, bulkOperation } from '../scim/bulk.ts';
import type { WriteForms } from './bulk-forms.ts';
import type { Exchange } from './exchange.ts';
import type { RawExchange } from './recorded.ts';
import { prepare, type ScimRequest, type Transport } from './transport.ts';
import type { Versions } from './versions.ts';

/** Told of a write; null for one whose first request depends on what the target holds (a PUT of the merged resource). */
export type Rehearsed = (exchange: RawExchange | null) => void;

interface Parts {
  readonly forms: WriteForms;
  readonly exchange: Exchange;
  readonly transport: Transport;
  readonly versions: Versions;
}

/** Sends nothing to the target; credentials are fetched as for a request. */
export function rehearsal({ forms, exchange, transport, versions }: Parts, told: Rehearsed) {
  return async (write: BulkWrite, signal: AbortSignal): Promise<void> => {
    const usual = forms.usual(write);
    if (usual === null) return told(null);
    const { method, path, data } = bulkOperation(usual);
    const version = usual.type === 'create' ? undefined : versions.of(usual.kind, usual.id);
    const request: ScimRequest = {
      method,
      path,
      ...(data === undefined ? {} : { body: data }),
      ...(version === undefined ? {} : { ifMatch: version }),
    };
    told(await transport.describe(prepare(exchange.shape(request)), signal));
  };
}
