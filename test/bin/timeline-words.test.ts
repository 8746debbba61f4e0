import { expect, test } from 'vitest';
import { stateText } from '../../bin/io/state-text.ts';
import { firstRefusal } from '../../bin/io/timeline-entry.ts';
import { refText } from '../../lambdas/kernel/trace/heading.ts';

test('the state after a change is fields and values, without what is null or empty', () => {
  const state = {
    requests: { cpu: '50m', memory: '128Mi' },
    stalledSince: null,
    differences: [],
    kept: [3, 2],
    done: true,
  };
  expect(stateText(state)).toBe('requests.cpu: 50m; requests.memory: 128Mi; kept: 3, 2; done: true');
  expect(stateText('running')).toBe('running');
  expect(stateText({})).toBe('{}');
});

test('a refusal is the name of its check, a colon and the reason', () => {
  const checks = [
    { check: 'schema', outcome: 'passed', reason: '' },
    { check: 'facts', outcome: 'refused', reason: 'An autoscaler sets it.' },
  ];
  expect(String(firstRefusal(checks))).toBe('(facts): An autoscaler sets it.');
});

test('the ref of a target in a cluster is shown as it is typed, so that it can be copied into a command', () => {
  expect(String(refText('k8s://prod/shop/deployments/cart'))).toBe('k8s://prod/shop/deployments/cart');
});

test.each([
  'https://example.com/a',
  'k8s://example.com/shop/deployments/cart',
  'k8s://prod/shop/deployments/a/b',
  'k8s://prod',
])('%s is no such ref, and is taken apart like every link', (text) => {
  expect(String(refText(text))).not.toContain('://');
});
