// The checks of a suite, and what they need while they run: nothing for the protocol; a tenant, a relay and the real engine for the
// life of people and groups.
import { randomBytes } from 'node:crypto';
import type { Check } from '../probe/check.ts';
import { servesGroups } from '../probe/connect.ts';
import type { LifeWorld } from '../probe/entra/life-world.ts';
import { PROTOCOL_CHECKS } from '../probe/protocol/suite.ts';
import type { Session } from '../probe/session.ts';
import type { ProbeNames } from '../probe/stage.ts';
import type { ProbeFlags } from './probe.ts';

export interface OpenSuite extends AsyncDisposable {
  readonly checks: readonly Check[];
}

/** Opens a suite. Whoever opens it disposes of it. */
export async function openSuite(
  { suite, dialect }: Pick<ProbeFlags, 'suite' | 'dialect'>,
  session: Session,
  names: ProbeNames,
  signal: AbortSignal,
): Promise<OpenSuite> {
  if (suite === 'protocol') return { checks: PROTOCOL_CHECKS, [Symbol.asyncDispose]: () => Promise.resolve() };
  const { LifeTenant } = await import('../probe/entra/tenant.ts');
  const { LifeWorld: World } = await import('../probe/entra/life-world.ts');
  const { startRelay } = await import('../probe/entra/relay.ts');
  const { startProbeEngine } = await import('./probe-engine.ts');
  const token = randomBytes(24).toString('base64url');
  const open: AsyncDisposable[] = [];
  const close = async (): Promise<void> => {
    for (const each of open.toReversed()) await each[Symbol.asyncDispose]();
  };
  try {
    const hasGroups = await servesGroups(session, names, signal);
    const tenant = await LifeTenant.start(names, hasGroups);
    open.push(tenant);
    const relay = await startRelay(session, token, signal);
    open.push(relay);
    // The engine would go on asking an endpoint that was given up.
    const until = AbortSignal.any([signal, session.gaveUp]);
    const engine = await startProbeEngine(tenant, { url: relay.url, token, dialect, signal: until });
    open.push(engine);
    const world = new World(tenant, relay, engine.cycle);
    return { checks: await checksOf(suite, world), [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function checksOf(suite: 'entra-cycle' | 'entra-gallery', world: LifeWorld): Promise<readonly Check[]> {
  if (suite === 'entra-cycle') return (await import('../probe/entra/life.ts')).lifeChecks(world);
  return (await import('../probe/entra/gallery-direct.ts')).galleryChecks(world);
}
