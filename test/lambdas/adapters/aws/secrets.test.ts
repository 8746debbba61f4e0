import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { expect, test } from 'vitest';
import { modelKey } from '../../../../lambdas/adapters/aws/secrets.ts';
import { FakeAws, json, jsonError } from '../../../fakes/fake-aws.ts';

const secret = (SecretString: string) => json({ SecretString });
const keyFrom = (aws: FakeAws) =>
  modelKey('checkrein/model', new SecretsManagerClient({ ...aws.connection, maxAttempts: 1 }));

test.each(['the-key', ' the-key\n', '{"apiKey": "the-key", "owner": "sre"}'])(
  'the key is found in %j',
  async (stored) => {
    expect(await keyFrom(new FakeAws(secret(stored)))()).toBe('the-key');
  },
);

test('the secret is read once per cold start', async () => {
  const aws = new FakeAws(secret('the-key'));
  const key = keyFrom(aws);
  await key();
  await key();
  expect(JSON.parse(aws.request.body)).toEqual({ SecretId: 'checkrein/model' });
});

test.each(['', '{}', '{"apiKey": ""}', '{"key": "hunter2"', '{"apiKey": {"nested": "hunter2"}}'])(
  'a secret without a key (%j) is a fault of the deployment, and is not quoted',
  async (stored) => {
    const error: unknown = await keyFrom(new FakeAws(secret(stored)))().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'Misconfigured', message: 'The secret checkrein/model holds no API key.' });
    expect(JSON.stringify(error)).not.toContain('hunter2');
  },
);

test('a failed read is not cached', async () => {
  const key = keyFrom(new FakeAws(jsonError('InternalServiceError', 'oops', 500), secret('the-key')));
  await expect(key()).rejects.toMatchObject({ name: 'CloudUnavailable' });
  expect(await key()).toBe('the-key');
});
