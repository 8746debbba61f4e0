import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { ERROR } from '../../contracts/error-names.ts';
import { parseJson } from '../../contracts/json.ts';
import { StepError } from '../../contracts/errors.ts';
import type { StoredSecret } from '../../contracts/ports.ts';
import { CONNECTION } from './connection.ts';
import { translateAwsError } from './errors.ts';

type ReadKey = () => Promise<string>;

/**
 * The model's API key from Secrets Manager, read once per cold start. The secret is the key itself or
 * `{"apiKey": "…"}`. A failed read is not cached, so the next invocation tries again.
 */
export const modelKey = (secretId: string, client = new SecretsManagerClient(CONNECTION)): ReadKey => {
  let key: string | undefined;
  return async () => (key ??= await readKey(secretId, client));
};

/** A secret that is its value as it stands. It is read once, and again after `forget`. A failed read is not kept. */
export const storedSecret = (secretId: string, client = new SecretsManagerClient(CONNECTION)): StoredSecret => {
  let value: string | undefined;
  return {
    read: async () => (value ??= await readText(secretId, client)),
    forget: () => (value = undefined),
  };
};

const readText = async (secretId: string, client: SecretsManagerClient): Promise<string> => {
  const { SecretString } = await client
    .send(new GetSecretValueCommand({ SecretId: secretId }))
    .catch((error: unknown) => {
      throw translateAwsError('secretsmanager:GetSecretValue', error);
    });
  return SecretString?.trim() ?? '';
};

const readKey = async (secretId: string, client: SecretsManagerClient): Promise<string> => {
  const key = keyIn(await readText(secretId, client));
  if (key === undefined)
    throw new StepError(
      ERROR.misconfigured,
      `The secret ${secretId} holds no API key.`,
      'Store the key itself, or {"apiKey": "<the key>"}, with `aws secretsmanager put-secret-value`.',
    );
  return key;
};

const WithKey = z.object({ apiKey: z.string().trim().min(1) });

const keyIn = (secret: string): string | undefined => {
  if (!secret.startsWith('{')) return secret === '' ? undefined : secret;
  return WithKey.safeParse(parseJson(secret)).data?.apiKey;
};
