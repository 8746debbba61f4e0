import { expect, test } from 'vitest';
import { insteadText } from '../../../../lambdas/steps/authorize/instead-text.ts';

test('a patch that is too long to be recorded says that it is not whole', () => {
  const whole = 'replicas: 3\n'.repeat(300);
  expect(insteadText(whole)).toBe(whole);
  const cut = insteadText('replicas: 3\n'.repeat(400));
  expect(cut).toHaveLength(4000);
  expect(cut).toMatch(/\n… The rest is left out: .* not to be committed as it stands\.$/);
});

test('a secret in it is not recorded', () => {
  expect(insteadText('value: AKIAQWERTYUIOPASDFGH')).not.toContain('AKIA');
});
