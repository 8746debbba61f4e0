import type { ChangeManifest, Manifest } from '../../../lambdas/contracts/tool.ts';
import type { Clock } from '../../../lambdas/contracts/ports.ts';
import { FakeCloud } from '../../fakes/fake-cloud.ts';

/** A clock that stands still but for what is slept. */
class SleepingClock implements Clock {
  #now = Date.parse('2026-11-02T02:14:00.000Z');
  sleptSeconds = 0;
  now(): Date {
    return new Date(this.#now);
  }
  async sleep(milliseconds: number): Promise<void> {
    this.#now += milliseconds;
    this.sleptSeconds += milliseconds / 1000;
  }
}

/** A context in which a tool can make the read calls of its manifest. */
export const observing = (manifest: Manifest) => ({
  cloud: new FakeCloud(manifest.reads),
  clock: new SleepingClock(),
  alarm: null,
});

/** The same with a cloud for its change calls. */
export const changing = (manifest: ChangeManifest) => ({
  ...observing(manifest),
  change: new FakeCloud(manifest.changes),
});
