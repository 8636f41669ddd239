// What expressions may know besides the object: the time of the engine's clock, and chance. Passed to the rules, which have
// neither of their own.
import type { MappingEnvironment } from '../rules/evaluate-attribute.ts';
import type { CompiledJob } from './compiled-job.ts';
import type { EngineIo } from './context.ts';

/** The environment of an evaluation at this moment. */
export function environmentOf({
  io,
  job,
}: {
  readonly io: Pick<EngineIo, 'clock' | 'random'>;
  readonly job: CompiledJob;
}): MappingEnvironment {
  const { defaultDomain } = job;
  return {
    now: io.clock.now(),
    random: io.random,
    ...(defaultDomain === null ? {} : { tenantDefaultDomain: defaultDomain }),
  };
}
