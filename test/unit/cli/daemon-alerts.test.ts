import { describe, expect, it } from 'vitest';
import type { AlertingOutcome } from '../../../src/cli/alerting.ts';
import { DaemonAlerts } from '../../../src/cli/daemon-alerts.ts';

const MINUTE = 60_000;

/** Looks that end when the test says so, with an outcome. */
class World {
  now = 0;
  looks = 0;
  readonly #endings: ((outcome: AlertingOutcome) => void)[] = [];
  readonly alerts = new DaemonAlerts({
    now: () => this.now,
    look: () => {
      this.looks += 1;
      return new Promise((resolve) => this.#endings.push(resolve));
    },
  });

  async end(outcome: AlertingOutcome): Promise<void> {
    this.#endings.shift()?.(outcome);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a daemon looks for alerts', () => {
  it('after a cycle, once no other one runs', async () => {
    const world = new World();
    world.alerts.cycleEnded(2);
    expect(world.looks).toBe(0);
    world.alerts.cycleEnded(0);
    expect(world.looks).toBe(1);
    await world.end('told');
  });

  it('every minute', async () => {
    const world = new World();
    world.alerts.tick();
    await world.end('nothing to tell');
    world.alerts.tick();
    await world.end('nothing to tell');
    expect(world.looks).toBe(2);
  });

  it('never twice at the same time, but again when something happened meanwhile', async () => {
    const world = new World();
    world.alerts.tick();
    world.alerts.cycleEnded(0);
    world.alerts.cycleEnded(0);
    expect(world.looks).toBe(1);
    await world.end('told');
    expect(world.looks).toBe(2);
    await world.end('told');
    expect(world.looks).toBe(2);
  });

  it('after a mail that failed with the next cycle, or in 15 minutes', async () => {
    const world = new World();
    world.alerts.tick();
    await world.end('failed');
    world.now = 14 * MINUTE;
    world.alerts.tick();
    expect(world.looks).toBe(1);
    world.alerts.cycleEnded(0);
    expect(world.looks).toBe(2);
    await world.end('failed');
    world.now = 29 * MINUTE;
    world.alerts.tick();
    expect(world.looks).toBe(3);
    await world.end('told');
    world.alerts.tick();
    expect(world.looks).toBe(4);
    await world.end('told');
  });

  it('and waits for the look that is under way', async () => {
    const world = new World();
    let isSettled = false;
    world.alerts.tick();
    const settled = world.alerts.settled().then(() => {
      isSettled = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isSettled).toBe(false);
    await world.end('told');
    await settled;
  });
});
