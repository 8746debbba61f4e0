import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { eksTokens } from '../../../../lambdas/providers/kubernetes/token.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG';
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET, sessionToken: 'a/session+token=' };
const START = new Date('2026-11-20T10:00:00Z');

class Credentials {
  asked = 0;
  broken = false;
  readonly source = async () => {
    this.asked += 1;
    if (this.broken) throw new RangeError('no credentials');
    return credentials;
  };
}

const tokensAt = (now: { at: Date }, source: Credentials, region = 'eu-west-1') =>
  eksTokens({ region, eksName: 'prod', credentials: source.source, clock: { now: () => now.at } });

const urlIn = (token: string): URL => new URL(Buffer.from(token.replace('k8s-aws-v1.', ''), 'base64url').toString());

/** Signature Version 4 as AWS documents it, computed without the SDK, with the header that EKS adds. */
const signatureOf = (url: URL, cluster: string): string => {
  const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
  const query = url.search
    .slice(1)
    .split('&')
    .filter((pair) => !pair.startsWith('X-Amz-Signature='))
    .sort()
    .join('&');
  const headers = `host:${url.host}\nx-k8s-aws-id:${cluster}\n`;
  const canonical = ['GET', '/', query, headers, 'host;x-k8s-aws-id', sha('')].join('\n');
  const [, date = '', region = '', service = ''] = (url.searchParams.get('X-Amz-Credential') ?? '').split('/');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', url.searchParams.get('X-Amz-Date'), scope, sha(canonical)].join('\n');
  const key = [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${SECRET}`, date));
  return hmac(key, text).toString('hex');
};

describe('a token of EKS', () => {
  test('is a request for GetCallerIdentity that is signed for one cluster', async () => {
    const token = await tokensAt({ at: START }, new Credentials())();
    expect(token).toMatch(/^k8s-aws-v1\.[\w-]+$/);
    const url = urlIn(token);
    expect(url.origin + url.pathname).toBe('https://sts.eu-west-1.amazonaws.com/');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      Action: 'GetCallerIdentity',
      Version: '2011-06-15',
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'AKIDEXAMPLE/20261120/eu-west-1/sts/aws4_request',
      'X-Amz-Date': '20261120T100000Z',
      'X-Amz-Expires': '60',
      'X-Amz-Security-Token': 'a/session+token=',
      'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
    });
    expect(url.searchParams.get('X-Amz-Signature')).toBe(signatureOf(url, 'prod'));
    expect(url.searchParams.get('X-Amz-Signature')).not.toBe(signatureOf(url, 'other'));
  });

  test('is used for ten minutes, and then made again', async () => {
    const [now, source] = [{ at: START }, new Credentials()];
    const token = tokensAt(now, source);
    const first = await token();
    now.at = new Date(START.getTime() + 599_000);
    expect(await token()).toBe(first);
    expect(source.asked).toBe(1);
    now.at = new Date(START.getTime() + 600_000);
    expect(await token()).not.toBe(first);
  });

  test('that could not be made is asked for again', async () => {
    const source = new Credentials();
    const token = tokensAt({ at: START }, source);
    source.broken = true;
    await expect(token()).rejects.toThrow('no credentials');
    source.broken = false;
    expect(await token()).toMatch(/^k8s-aws-v1\./);
  });

  test('in China is signed for the host there', async () => {
    const token = await tokensAt({ at: START }, new Credentials(), 'cn-north-1')();
    expect(urlIn(token).host).toBe('sts.cn-north-1.amazonaws.com.cn');
  });
});
