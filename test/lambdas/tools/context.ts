import type { ChangeManifest, Manifest } from '../../../lambdas/contracts/tool.ts';
import type { Clock } from '../../../lambdas/contracts/ports.ts';
import { FakeCloud } from '../../fakes/fake-cloud.ts';
import { subjectFor } from '../../fixtures/subjects.ts';

/** A clock that only sleeping advances. */
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
  async within<T>(_milliseconds: number, work: Promise<T>): Promise<{ readonly value: T }> {
    return { value: await work };
  }
}

/** A tool context for the read calls of a manifest. */
export const observing = (manifest: Manifest) => ({
  cloud: new FakeCloud(manifest.reads),
  clock: new SleepingClock(),
  subject: subjectFor(),
});

/** A change context for the read and change calls of a manifest. */
export const changing = (manifest: ChangeManifest) => ({
  ...observing(manifest),
  change: new FakeCloud(manifest.changes),
});
