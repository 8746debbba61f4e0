import { expect, test } from 'vitest';
import { environmentOf } from '../../../lambdas/tools/environment.ts';

test('the environment is read from either tag, in any case', () => {
  expect(environmentOf({ Environment: ' Staging ' })).toBe('staging');
  expect(environmentOf({ ENV: 'dev', Name: 'x' })).toBe('dev');
  expect(environmentOf({ env: 'dev', environment: 'DEV' })).toBe('dev');
  expect(environmentOf({ 'Environment ': 'dev' })).toBe('dev');
});

test('no tag, an empty one, or two that disagree are production', () => {
  expect(environmentOf({ Name: 'x' })).toBe('production');
  expect(environmentOf({ env: '' })).toBe('production');
  expect(environmentOf({ env: '', environment: 'dev' })).toBe('production');
  expect(environmentOf({ env: 'dev', environment: 'test' })).toBe('production');
  expect(environmentOf({ environment: 'dev', 'Environment ': 'production' })).toBe('production');
});
