import { expect, test } from 'vitest';
import type { Json } from '../../../../lambdas/contracts/json.ts';
import { canonical } from '../../../../lambdas/kernel/trace/canonical.ts';
import { chainFault } from '../../../../lambdas/kernel/trace/chain.ts';
import { nextEvent } from '../../../../lambdas/kernel/trace/next-event.ts';

const OF = { incident: 'incident-1', at: new Date(0), step: 'open', from: 0 };
const refused = (detail: Json) =>
  nextEvent(undefined, {
    ...OF,
    kind: 'incident.refused',
    data: { reason: 'No agent.', outcome: 'unrouted', eventId: 'e', detail },
    replies: [{ toolUseId: null, text: 'cut \ud83d', isError: false }],
  });

test('an event is recorded as its line is written, so it is the same when it is read', () => {
  const first = refused({ z: 1, a: [{ y: null, b: 'x' }], 10: 'ten', 9: 'nine', text: 'half \ud83d' });
  const event = nextEvent(first, { ...OF, kind: 'escalation.asked', data: { reason: 'Please look.' } });
  expect(JSON.stringify(event)).toBe(canonical(event));
  expect(JSON.parse(canonical(first))).toEqual(first);
  expect(chainFault([first, event])).toBeUndefined();
});

test('half a character becomes one that can be hashed', () => {
  const event = refused({ text: 'half \ud83d' });
  expect(event.data.detail).toStrictEqual({ text: 'half \ufffd' });
  expect(event.replies?.[0]?.text).toBe('cut \ufffd');
});
