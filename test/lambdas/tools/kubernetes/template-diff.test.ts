import { expect, test } from 'vitest';
import type { JsonObject } from '../../../../lambdas/contracts/json.ts';
import { changeText, templateChanges } from '../../../../lambdas/tools/kubernetes/template-diff.ts';

const SECRET = 'hunter2-hidden';
const of = (web: JsonObject, metadata: JsonObject = {}): JsonObject => ({
  metadata,
  spec: { containers: [{ name: 'web', ...web }] },
});
const texts = (before: JsonObject, after: JsonObject) => templateChanges(before, after).map(changeText);

test.each<[string, JsonObject, JsonObject]>([
  [
    'a variable with a dot in its name',
    { env: [{ name: 'a.image', value: '1' }] },
    { env: [{ name: 'a.image', value: SECRET }] },
  ],
  [
    'the command of a probe',
    { livenessProbe: { exec: { command: ['x'] } } },
    { livenessProbe: { exec: { command: [SECRET] } } },
  ],
  ['a new kind of probe', { livenessProbe: {} }, { livenessProbe: { exec: { command: [SECRET] } } }],
  [
    'a header of a probe',
    { readinessProbe: { httpGet: { httpHeaders: [{ name: 'A', value: '1' }] } } },
    { readinessProbe: { httpGet: { httpHeaders: [{ name: 'A', value: SECRET }] } } },
  ],
])('the value of %s is not shown', (_, before, after) => {
  expect(texts(of(before), of(after))).toHaveLength(1);
  expect(texts(of(before), of(after)).join()).not.toContain(SECRET);
});

test('the value of an annotation is not shown, whatever its name ends with', () => {
  const annotated = (value: string) => of({}, { annotations: { 'example.com/db.memory': value } });
  expect(texts(annotated('1'), annotated(SECRET))).toEqual(['metadata.annotations.example.com/db.memory']);
});

test('images, resources and the numbers of probes are shown', () => {
  const before = of({ image: 'a:1', resources: { limits: { memory: '1Gi' } }, startupProbe: { periodSeconds: 5 } });
  const after = of({ image: 'a:2', resources: { limits: { memory: '2Gi' } }, startupProbe: { periodSeconds: 9 } });
  expect(texts(before, after)).toEqual([
    'spec.containers[web].image: a:1 → a:2',
    'spec.containers[web].resources.limits.memory: 1Gi → 2Gi',
    'spec.containers[web].startupProbe.periodSeconds: 5 → 9',
  ]);
});

test('a variable that is there twice is not overlooked', () => {
  const twice = (first: string) => of({ env: [first, 'b'].map((value) => ({ name: 'A', value })) });
  expect(texts(twice('x'), twice('y'))).toEqual(['spec.containers[web].env']);
});

test('the same fields in another order are the same', () => {
  const ports = { ports: [{ containerPort: 80, protocol: 'TCP' }] };
  const other = { ports: [{ protocol: 'TCP', containerPort: 80 }] };
  expect(texts(of(ports), of(other))).toEqual([]);
});
