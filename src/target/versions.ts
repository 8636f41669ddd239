// Versions of resources (ETags, RFC 7644 section 3.14). Many services say that they have them and do not, or show one and compare
// another. So a version is named in a change only when discovery says etag and the header of an answer was the `meta.version` of
// its resource, or when the target insists (428).
import type { Capabilities } from '../scim/capabilities.ts';
import { isComplex } from '../scim/read.ts';
import { resourceId, type ScimKind, type ScimResource } from '../scim/resource.ts';
import type { Answer } from './answer.ts';
import type { Learning } from './learning.ts';

const MOST_REMEMBERED = 5000;

/** The versions that answers showed, the latest of so many resources. */
export class Versions {
  private readonly learning: Learning;
  private readonly capabilities: () => Capabilities;
  private readonly seen = new Map<string, string>();

  constructor(learning: Learning, capabilities: () => Capabilities) {
    this.learning = learning;
    this.capabilities = capabilities;
  }

  /** Keeps the version of an answered resource; an answer that shows none ends what was known. */
  note(kind: ScimKind, id: string, answer: Answer, resource: ScimResource | null): void {
    const version = this.versionOf(answer, resource);
    const key = `${kind} ${id}`;
    this.seen.delete(key);
    if (version === undefined) return;
    this.seen.set(key, version);
    if (this.seen.size <= MOST_REMEMBERED) return;
    const [oldest] = this.seen.keys();
    if (oldest !== undefined) this.seen.delete(oldest);
  }

  /** The version to name in a change, or undefined. */
  of(kind: ScimKind, id: string): string | undefined {
    return this.learning.facts.version === 'unusable' ? undefined : this.seen.get(`${kind} ${id}`);
  }

  private versionOf({ etag }: Answer, resource: ScimResource | null): string | undefined {
    const { version: habit } = this.learning.facts;
    const meta = resource?.['meta'];
    const shown = isComplex(meta) && typeof meta['version'] === 'string' ? meta['version'] : undefined;
    const isOfResource = resource === null || resourceId(resource) !== undefined;
    if (habit === 'required' && isOfResource) return etag ?? shown;
    return this.capabilities().etag === true && etag !== undefined && etag === shown ? etag : undefined;
  }
}
