import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../lambdas/contracts/json.ts';
import { CloudError, ToolRefusal } from '../../../../lambdas/contracts/errors.ts';
import { toolResult } from '../../../../lambdas/kernel/redaction/tool-errors.ts';
import {
  redactedJson,
  redactedText,
  redactorOf,
  type Redactor,
} from '../../../../lambdas/kernel/redaction/redactor.ts';
import { EVIDENCE_LIMIT } from '../../../../lambdas/kernel/redaction/untrusted.ts';
import { singleLine } from '../../../../lambdas/tools/aws/format.ts';
import { MemoryLedger } from '../../../fakes/memory-ledger.ts';
import { CountingIds, ManualClock } from '../../../fakes/small-ports.ts';

const portsOf = (ledger = new MemoryLedger()) => ({
  ledger,
  ids: new CountingIds(),
  clock: new ManualClock('2026-11-02T02:14:00Z'),
});

const redactor = (incidentId = 'incident-1'): Promise<Redactor> => redactorOf(portsOf(), incidentId);

/** Its alphabet does not occur elsewhere in the text, so no fragment of it can be there by chance. */
const PEM = `-----BEGIN RSA PRIVATE KEY-----\nMII${'Qz7xW9kLp2vB5nM8'.repeat(60)}\n-----END RSA PRIVATE KEY-----`;
const AWS_KEY = 'AKIAQZ7XW9KLP2VB5NM8';
const AWS_SECRET = 'Qz7xW9kLp2vB5nM8Jr4tY6hG3fD1sA0cXeUiOq+/';
const GITHUB = 'ghp_Qz7xW9kLp2vB5nM8Jr4tY6hG3fD1sA0cXeUi';
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJRejd4VzlrTHAifQ.Qz7xW9kLp2vB5nM8Jr4tY6hG3fD1sA0c';
const CARD = '4539578763621486';

/** Secrets: the line with one, the part that must be redacted, and what an SRE still needs of the line. */
const SECRETS: readonly (readonly [line: string, secret: string, kept?: string])[] = [
  [`using key ${AWS_KEY} in eu-west-1`, AWS_KEY, 'in eu-west-1'],
  [`aws_secret_access_key = ${AWS_SECRET}`, AWS_SECRET],
  [`new credentials: ${AWS_KEY},${AWS_SECRET}`, AWS_SECRET],
  [`push with ${GITHUB} failed`, GITHUB, 'push with'],
  [`slack xoxb-123456789012-Qz7xW9kLp2vB answered 401`, 'xoxb-123456789012-Qz7xW9kLp2vB', 'answered 401'],
  [`stripe sk_live_Qz7xW9kLp2vB5nM8Jr4t declined`, 'sk_live_Qz7xW9kLp2vB5nM8Jr4t', 'declined'],
  [`GET /v1/orders Authorization: Bearer ${JWT} 401`, JWT, 'GET /v1/orders'],
  ['Authorization: Basic Qz7xW9kLp2vB5nM8', 'Qz7xW9kLp2vB5nM8'],
  ['Cookie: session=Qz7xW9kL; theme=dark', 'Qz7xW9kL'],
  ['postgres://app:Qz7xW9@db-1.prod.internal:5432/orders refused', 'Qz7xW9', '@db-1.prod.internal:5432/orders refused'],
  ['redis://:Qz7xW9@10.0.3.7:6379 timed out', 'Qz7xW9', '@10.0.3.7:6379 timed out'],
  ['https://u:Qz@7xW9@git.example.com/x.git', 'Qz@7xW9', '/x.git'],
  ['password=Qz7,xW9;k host=db-1', 'Qz7,xW9;k', 'host=db-1'],
  ['user=app,password=Qz7xW9,host=db-1', 'Qz7xW9', 'host=db-1'],
  ['DB_PASSWORD="Qz7 x\\"W9" retries=3', 'Qz7 x\\"W9', 'retries=3'],
  ['{"user":"app","dbPassword":"Qz7xW9","attempt":3}', 'Qz7xW9', '"attempt":3'],
  [String.raw`{"message":"{\"clientSecret\":\"Qz7xW9\",\"code\":400}"}`, 'Qz7xW9', String.raw`\"code\":400`],
  ['<Password>Qz7xW9</Password><Code>7</Code>', 'Qz7xW9', '<Code>7</Code>'],
  ['mysqldump --password Qz7xW9 --host db-1', 'Qz7xW9', '--host db-1'],
  ["CREATE USER app IDENTIFIED BY 'Qz7xW9'", 'Qz7xW9'],
  ['callback?api_key=Qz7xW9&page=2', 'Qz7xW9', '&page=2'],
  ['password="Qz7xW9 and the line was cut', 'Qz7xW9'],
  [`started with ${PEM.replaceAll('\n', '\\n')} ok`, 'Qz7xW9kLp2vB5nM8', 'started with'],
  [`paid with ${CARD}, 12.50 EUR`, CARD, '12.50 EUR'],
  ['paid with 4539 5787 6362 1486', '4539 5787 6362 1486'],
  [String.raw`"line\n4539-5787-6362-1486"`, '4539-5787-6362-1486'],
  ['amex 3782-822463-10005', '3782-822463-10005'],
  ['refund to DE89 3704 0044 0532 0130 00 today', 'DE89 3704 0044 0532 0130 00', 'today'],
  ['refund to GB82WEST12345698765432', 'GB82WEST12345698765432'],
  ['order of jo.doe+shop@example.com failed', 'jo.doe+shop@example.com', 'failed'],
  ['GET /reset?email=jo%40example.com&x=1 500', 'jo%40example.com', '&x=1 500'],
  ['sms to +49 151 23456789 failed', '+49 151 23456789', 'failed'],
  ['sms to +12025550123 failed', '+12025550123'],
];

describe('a secret in a line', () => {
  test.each(SECRETS.map(([line, secret, kept = '']) => ({ line, secret, kept })))(
    '$line',
    async ({ line, secret, kept }) => {
      const { text, redactions } = (await redactor()).text(line);
      expect(text).not.toContain(secret);
      expect(redactions).toBeGreaterThan(0);
      expect(text).toContain(kept);
      expect(text).toMatch(/\[(secret:[a-z-]+|card|iban|email|phone)#[0-9a-f]{8}\]/);
    },
  );

  test('a line with a comment that disables secretlint is redacted all the same', async () => {
    const { text } = (await redactor()).text(`# secretlint-disable\n${GITHUB} // secretlint-disable-line`);
    expect(text).not.toContain(GITHUB);
  });

  test('a private key is redacted whose lines are log events of their own, newest first', async () => {
    const body = Array.from(
      { length: 20 },
      (_, line) => `Qz7xW9kLp2vB5nM8Jr4tY6hG3fD1sA0cXeUiOqQz7xW9kLp2vB5nM8Jr4tY6hGL${line}`,
    );
    const lines = ['-----BEGIN PRIVATE KEY-----', ...body, '-----END PRIVATE KEY-----'];
    const text = lines
      .map((line, second) => `2026-11-02 02:14:${second} UTC  ${line}`)
      .toReversed()
      .join('\n');
    expect((await redactor()).text(text).text).not.toContain('Qz7xW9');
  });
});

/** Ordinary log lines. None of them may lose a character. */
const ORDINARY = [
  'i-0a1b2c3d4e5f60718 m5.large running eu-west-1a ami-0abcdef1234567890 vol-049df61146c4d7901',
  'arn:aws:ec2:eu-west-1:123456789012:instance/i-0a1b2c3d4e5f60718',
  'arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf cannot be read',
  'assumed-role/Deploy/AROAEXAMPLEID12345678 by AIDAEXAMPLEID12345678 in account_id: 123456789012',
  'RequestId: 4e7f1c9a-4111-1111-1111-111111111111 Duration: 3012.44 ms Billed Duration: 3013 ms Memory Size: 512 MB',
  'X-Amzn-Trace-Id: Root=1-67891233-abcdef012345678912345678;Parent=463ac35c9f6413ad;Sampled=1',
  '2026-11-02T02:14:05.123+01:00 1793585645123 1793585645123456 1793585645123456789 20261102021405',
  '10.0.3.7:5432 -> 172.31.255.254, fe80::1ff:fe23:4567:890a, ip-10-0-3-7.eu-west-1.compute.internal',
  'ssh ec2-user@ip-10-0-3-7.eu-west-1.compute.internal; git clone git@github.com:acme/shop.git',
  'CPUUtilization 96.20833333333333 %, p99 4.111111111111111 s, 4503599627370496 B, -1.5e+12, +15000000, +25.12 30.55',
  'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 commit 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12',
  "Access denied for user 'app'@'10.0.3.7' (using password: YES)",
  'password authentication failed for user "app"; token: invalid; api_key: missing; secret=null',
  'SyntaxError: Unexpected token } in JSON at position 4096; max_tokens=4096 nextToken=AAAAbbbbccccddddeeee1111',
  'PWD=/var/task AWS_REGION=eu-west-1 DB_PASSWORD=*** API_KEY=${API_KEY} lodash@4.17.21 react@18.2.0-rc.beta',
  'http://10.0.3.7:8080/a@b?x=1 https://sqs.eu-west-1.amazonaws.com/123456789012/orders 1 - 2 - 3',
  'ORDER-4539578763621486 and lot_4539578763621486 are ids; 4539578763621487 fails its checksum',
] as const;

describe('what an SRE needs', () => {
  test.each(ORDINARY)('survives: %s', async (line) => {
    expect((await redactor()).text(line)).toEqual({ text: line, redactions: 0, clipped: false, withheld: false });
  });

  const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
  const word = fc.oneof(
    hex(17).map((id) => `i-${id}`),
    fc.stringMatching(/^\d{12}$/),
    fc.stringMatching(/^\d{12}$/).map((account) => `arn:aws:autoscaling:eu-west-1:${account}:autoScalingGroup:web`),
    fc.uuid(),
    fc.ipV4(),
    fc.ipV6(),
    hex(40),
    hex(64),
    fc
      .date({ min: new Date('2000-01-01'), max: new Date('2060-01-01'), noInvalidDate: true })
      .map((at) => at.toISOString()),
    fc.integer({ min: 946_684_800_000, max: 2_840_140_800_000 }).map(String),
    fc.integer({ min: -1e12, max: 1e12 }).map(String),
    fc.double({ min: -1e9, max: 1e9, noNaN: true }).map(String),
    fc.constantFrom(
      'ERROR',
      'timeout',
      'after',
      '30 s',
      '5xx',
      'm5.large',
      'p99=12ms',
      'GET /v1/orders?page=2',
      '(retry 3/5)',
    ),
  );

  test('ids, ARNs, addresses, hashes, times and numbers survive in any line', async () => {
    const { text } = await redactor();
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 12 }),
        fc.constantFrom(' ', ', ', ' | ', '\n', '="'),
        (words, gap) => {
          const line = words.join(gap);
          expect(text(line).text).toBe(line);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('placeholders', () => {
  test('the same secret has the same one in all texts of an incident, in every step and on every retry', async () => {
    const ports = portsOf();
    const [first, again] = await Promise.all([redactorOf(ports, 'incident-1'), redactorOf(ports, 'incident-1')]);
    const [placeholder] = first.text(`a ${GITHUB}`).text.match(/\[.*\]/) ?? [];
    expect(again.text(`elsewhere: ${GITHUB}!`).text).toBe(`elsewhere: ${placeholder ?? ''}!`);
    expect(first.text('a password=Qz7 b password=Zq9').text).not.toMatch(/(\[.*?\]).*\1/);
  });

  test('a card, an address or a phone number has one placeholder however it is written', async () => {
    const { text } = await redactor();
    const tags = (line: string) => new Set(text(line).text.match(/\[[^\]]*\]/g));
    expect(tags(`${CARD} and 4539 5787 6362 1486`).size).toBe(1);
    expect(tags('Jo@Example.com and jo%40example.com').size).toBe(1);
    expect(tags('+49 151 23456789 and +4915123456789').size).toBe(1);
  });

  test('in another incident the same secret has another one, so that nobody can follow it', async () => {
    const ports = portsOf();
    const texts = await Promise.all(
      ['incident-1', 'incident-2'].map(async (id) => (await redactorOf(ports, id)).text(CARD).text),
    );
    expect(new Set(texts).size).toBe(2);
  });

  test('what was redacted is not redacted again', async () => {
    const { text } = await redactor();
    for (const [line] of SECRETS) {
      const once = text(line).text;
      expect(text(once)).toMatchObject({ text: once, redactions: 0 });
    }
  });
});

describe('a text that is cut', () => {
  const padding = 'quiet '.repeat(20_000);

  test('never shows a part of a secret that the cut goes through', async () => {
    const { text } = await redactor();
    const secrets = [
      GITHUB,
      JWT,
      CARD,
      AWS_KEY,
      PEM,
      'password=Qz7xW9kLp2vB5nM8',
      'https://u:Qz7xW9kLp2vB5nM8@db.example.com',
    ];
    const head = EVIDENCE_LIMIT * 0.75;
    const around = fc.integer({ min: -1100, max: 100 });
    const inTheMiddle = secrets.flatMap((secret): [string, number, boolean][] => {
      const half = Math.floor(secret.length / 2);
      return [
        [secret, -half, true],
        [secret, half + 1, false],
      ];
    });
    fc.assert(
      fc.property(fc.constantFrom(...secrets), around, fc.boolean(), (secret, shift, atHead) => {
        const at = atHead ? head + shift : padding.length - EVIDENCE_LIMIT * 0.25 + shift;
        const long = `${padding.slice(0, at)} ${secret} ${padding.slice(at)}`;
        const shown = text(long);
        expect(shown.clipped).toBe(true);
        for (let from = 0; from + 6 <= secret.length; from += 1)
          if (/\d/.test(secret.slice(from, from + 6))) expect(shown.text).not.toContain(secret.slice(from, from + 6));
      }),
      { numRuns: 50, examples: inTheMiddle },
    );
  });

  test('a tool that shortens a row leaves no half of a token for the redactor to miss', () => {
    for (const secret of [GITHUB, JWT, CARD, '4539 5787 6362 1486', '+49 151 23456789', 'jo.doe@example.com'])
      for (let limit = 10; limit < 10 + secret.length; limit += 1)
        expect(singleLine(`quiet as: ${secret} or not`, limit)).toBe(limit < 10 ? 'quiet as:…' : 'quiet as: …');
  });

  test('a result of 5 MB is redacted in less than two seconds, whatever it consists of', async () => {
    const { text } = await redactor();
    const seeds = [
      'A',
      ' ',
      '\n',
      '4539',
      'eyJ-',
      'token=',
      'password="',
      'a@',
      '+1 (',
      'https://a:',
      '-----BEGIN PRIVATE KEY-----',
      'SG.a.',
      `${GITHUB} `,
    ];
    for (const seed of seeds) {
      const long = seed.repeat(Math.ceil(5e6 / seed.length));
      const started = performance.now();
      const shown = text(long);
      expect([seed, performance.now() - started]).toEqual([seed, expect.toSatisfy((ms: number) => ms < 2000)]);
      expect(shown.text.length).toBeLessThan(2 * EVIDENCE_LIMIT);
    }
  });
});

describe('a redactor that fails', () => {
  test('shows nothing of the text, and says so', async () => {
    const broken = () => {
      throw new ToolRefusal('a broken rule');
    };
    const { text, json } = await redactorOf(portsOf(), 'incident-1', [broken]);
    const shown = text(`something ${GITHUB}`);
    expect(shown).toMatchObject({ withheld: true, redactions: 1 });
    expect(shown.text).toBe(
      '[withheld: this text could not be searched for secrets (ToolRefusal), so none of it is shown]',
    );
    expect(JSON.stringify(json({ note: 'something' }))).not.toContain('something');
  });

  test('stops the step when the key of the incident is unreadable', async () => {
    const ports = portsOf();
    await ports.ledger.create({ family: 'redaction', id: 'incident-1' }, { key: '' });
    await expect(redactorOf(ports, 'incident-1')).rejects.toThrow(
      'The key of placeholders of incident incident-1 is unreadable.',
    );
  });
});

describe('an event', () => {
  const event: Json = {
    detail: { description: `call jo@example.com, ${GITHUB}`, password: 'Qz7xW9', pin: 4539578763621486, attempts: 3 },
    tokens: [{ accessToken: 'Qz7xW9', arn: 'arn:aws:ec2:eu-west-1:123456789012:instance/i-0a1b2c3d4e5f60718' }],
    'jo@example.com': true,
    empty: null,
  };

  test('loses secrets in texts, in numbers, in names, and in fields with the name of a secret', () => {
    expect(redactedJson(event)).toEqual({
      detail: {
        description: 'call [email], [secret:github]',
        password: '[secret:named]',
        pin: '[card]',
        attempts: 3,
      },
      tokens: [
        {
          accessToken: '[secret:named]',
          arn: 'arn:aws:ec2:eu-west-1:123456789012:instance/i-0a1b2c3d4e5f60718',
        },
      ],
      '[email]': true,
      empty: null,
    });
  });

  test('has the placeholders of its incident', async () => {
    const { text, json } = await redactor();
    expect(json([GITHUB])).toEqual([text(GITHUB).text]);
  });
});

test('an error of AWS is shown without the secrets that it quotes', async () => {
  const result = await toolResult(() => {
    throw new CloudError('InvalidUserData', `cannot parse password=Qz7xW9 of ${GITHUB}`);
  });
  expect(result).toMatchObject({
    error: { message: 'InvalidUserData: cannot parse password=[secret:named] of [secret:github]' },
  });
  expect(redactedText('plain words')).toBe('plain words');
});
