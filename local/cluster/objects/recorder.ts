import type { JsonObject } from '../../../lambdas/contracts/json.ts';
import { sha256 } from '../../../lambdas/kernel/trace/canonical.ts';
import { textIn, timeText, valueAt } from './json.ts';
import { RESOURCES } from './resources.ts';
import type { Store } from './store.ts';
import { view } from './views.ts';

/** Something that happened to an object. */
export interface Happening {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly component: string;
}

/** How long the API server keeps events. */
const KEPT_MS = 3_600_000;

/** Writes Kubernetes events. The same one again raises the count. */
export class Recorder {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  record(about: JsonObject, { type, reason, message, component }: Happening, at: number, count = 1, first = at): void {
    const { name, namespace, uid } = view.any(about).metadata;
    const hash = sha256(`${uid}/${type}/${reason}/${message}/${component}`).slice(0, 16);
    const eventName = `${name}.${hash}`;
    const before = this.#store.get(RESOURCES.events, namespace, eventName);
    const counted = before?.['count'];
    const event: JsonObject = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: eventName, namespace },
      involvedObject: {
        kind: textIn(about['kind']) ?? '',
        namespace,
        name,
        uid,
        apiVersion: textIn(about['apiVersion']) ?? '',
        resourceVersion: view.any(about).metadata.resourceVersion,
      },
      reason,
      message,
      source: { component },
      firstTimestamp: before?.['firstTimestamp'] ?? timeText(first),
      lastTimestamp: timeText(at),
      count: (typeof counted === 'number' ? counted : 0) + count,
      type,
      eventTime: null,
      reportingComponent: component,
      reportingInstance: '',
    };
    if (before === undefined) this.#store.create(event, first);
    else this.#store.replace(before, { ...event, metadata: before['metadata'] ?? {} });
  }

  /** Removes the events that the API server would not keep any longer. */
  expire(now: number): void {
    for (const event of this.#store.list(RESOURCES.events)) {
      const last = Date.parse(textIn(valueAt(event, 'lastTimestamp')) ?? '');
      if (last < now - KEPT_MS) this.#store.delete(event);
    }
  }
}
