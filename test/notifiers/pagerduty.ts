import * as z from 'zod';
import { InputError } from '../../lambdas/contracts/errors.ts';
import { parseJson, type Json, type JsonObject } from '../../lambdas/contracts/json.ts';

/** A routing key, as PagerDuty makes it. */
export const ROUTING_KEY = '0123456789abcdef0123456789abcdef';

const RoutingKey = z.string().length(32);
const Summary = z.string().min(1).max(1024);
const Link = z.strictObject({ href: z.url(), text: z.string() });
const Alert = z.discriminatedUnion('event_action', [
  z.strictObject({
    event_action: z.literal('trigger'),
    routing_key: RoutingKey,
    dedup_key: z.string().min(1).max(255),
    client: z.string(),
    client_url: z.url(),
    links: z.array(Link),
    payload: z.strictObject({
      summary: Summary,
      source: z.string().min(1),
      severity: z.enum(['critical', 'error', 'warning', 'info']),
      timestamp: z.iso.datetime(),
      group: z.string(),
      class: z.string(),
      custom_details: z.record(z.string(), z.json()),
    }),
  }),
  z.strictObject({
    event_action: z.literal('resolve'),
    routing_key: RoutingKey,
    dedup_key: z.string().min(1).max(255),
  }),
]);
const Change = z.strictObject({
  routing_key: RoutingKey,
  payload: z.strictObject({
    summary: Summary,
    source: z.string(),
    timestamp: z.iso.datetime(),
    custom_details: z.record(z.string(), z.json()),
  }),
});

/** Events API v2 of PagerDuty: alerts by their key, each of which pages once until it is resolved. */
export class PagerDuty {
  /** Alerts that are open, by key. */
  readonly open = new Map<string, { readonly severity: string; readonly summary: string }>();
  /** Summaries of alerts that paged somebody. */
  readonly pages: string[] = [];
  readonly changes: string[] = [];
  down = false;

  /** Takes a request, as an API destination sends it. */
  take(url: string, body: string): number {
    if (this.down) return 500;
    const sent = parseJson(body);
    if (url.endsWith('/v2/change/enqueue')) {
      this.changes.push(Change.parse(sent).payload.summary);
      return 202;
    }
    const alert = Alert.parse(sent);
    if (alert.event_action === 'resolve') this.open.delete(alert.dedup_key);
    else {
      const { severity, summary } = alert.payload;
      if (!this.open.has(alert.dedup_key)) this.pages.push(summary);
      this.open.set(alert.dedup_key, { severity, summary });
    }
    return 202;
  }
}

const valueAt = (event: JsonObject, path: string): Json | undefined => {
  const [root, ...names] = path.split('.');
  if (root !== '$') throw new InputError('an input path', path, 'a path that begins with $');
  return names.reduce<Json | undefined>(
    (value, name) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value[name] : undefined),
    event,
  );
};

/**
 * What EventBridge makes of an event: a variable becomes its JSON value, and within quotes its text. A path that the event does not have
 * leaves nothing, as there.
 */
export const transformed = (
  event: JsonObject,
  { inputPathsMap, inputTemplate }: { inputPathsMap: Record<string, string>; inputTemplate: string },
): string => {
  let quoted = false;
  return inputTemplate.replaceAll(/"|<(\w+)>/g, (sign: string, name: string | undefined) => {
    if (name === undefined) {
      quoted = !quoted;
      return sign;
    }
    const value = valueAt(event, inputPathsMap[name] ?? '');
    if (value === undefined) return '';
    const text = JSON.stringify(value);
    return quoted ? text.replaceAll(/^"|"$/g, '') : text;
  });
};
