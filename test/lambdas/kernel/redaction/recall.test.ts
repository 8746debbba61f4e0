import { describe, expect, test } from 'vitest';
import { redactedText } from '../../../../lambdas/kernel/redaction/redactor.ts';
import { ORDINARY } from '../../../fixtures/redaction/ordinary.ts';
import { drawFrom, type Draw } from '../../../fixtures/redaction/random.ts';
import { LINES, NAMED_VALUES, PLACES, SHAPED_VALUES, WRITTEN } from '../../../fixtures/redaction/secrets.ts';

interface Sample {
  readonly family: string;
  readonly line: string;
  readonly secret: string;
}

const camel = (name: string): string => name.replaceAll(/_(\w)/g, (_all, letter: string) => letter.toUpperCase());

const named = (draw: Draw): Sample[] =>
  Object.entries(NAMED_VALUES).flatMap(([name, pattern]) =>
    WRITTEN.map((written) => {
      const secret = draw(pattern);
      const line = written
        .replaceAll('$NAME', name.toUpperCase())
        .replaceAll('$name', name)
        .replaceAll('$camel', camel(name))
        .replace('$VALUE', () => secret);
      return { family: name, line, secret };
    }),
  );

const shaped = (draw: Draw): Sample[] =>
  Object.entries(SHAPED_VALUES).flatMap(([family, patterns]) =>
    patterns.flatMap((pattern) =>
      PLACES.map((place) => {
        const secret = draw(pattern);
        return { family, line: place.replace('$VALUE', () => secret), secret };
      }),
    ),
  );

const written = (draw: Draw): Sample[] =>
  Object.entries(LINES).flatMap(([family, lines]) =>
    lines.map((line) => {
      const [before = '', pattern = '', after = ''] = line.split(/[«»]/);
      const secret = draw(pattern);
      return { family, line: before + secret + after, secret };
    }),
  );

/** The last run of a secret: of a link with a secret in its path, the host may stay. */
const essence = (secret: string): string => (secret.match(/[\w-]{6,}/g) ?? [secret]).at(-1)?.slice(-12) ?? secret;
const isFound = ({ line, secret }: Sample): boolean => !redactedText(line).includes(essence(secret));

const SAMPLES = [1, 2].flatMap((seed) => {
  const draw = drawFrom(seed);
  return [...named(draw), ...shaped(draw), ...written(draw)];
});

const recallOf = (samples: readonly Sample[]): number => samples.filter(isFound).length / samples.length;

describe('of secrets whose shape or name is known', () => {
  const families = Map.groupBy(SAMPLES, ({ family }) => family);

  test('there are more than 150 shapes', () => {
    const shapes = Object.values(SHAPED_VALUES).flat().length + Object.values(LINES).flat().length;
    expect(shapes + Object.keys(NAMED_VALUES).length).toBeGreaterThan(150);
    for (const { line, secret } of SAMPLES) expect(line).toContain(secret);
  });

  test('at least 98 % are redacted', () => {
    expect(recallOf(SAMPLES)).toBeGreaterThanOrEqual(0.98);
  });

  test.each([...families].map(([family, samples]) => ({ family, samples })))(
    'at least 90 % of $family',
    ({ samples }) => {
      expect(recallOf(samples)).toBeGreaterThanOrEqual(0.9);
    },
  );
});

test('of ordinary log lines at most 1 % are changed', () => {
  const lines = [3, 4].flatMap((seed) => ORDINARY.map(drawFrom(seed)));
  const changed = lines.map((line) => redactedText(line)).filter((shown, index) => shown !== lines[index]);
  expect(lines.length).toBeGreaterThan(300);
  expect(changed.slice(Math.floor(lines.length / 100))).toEqual([]);
});

test('the line after a name without a value is never touched', () => {
  for (const name of ['password', 'api_key', 'GITHUB_TOKEN', 'secret', 'Authorization', 'cookie'])
    for (const joint of ['=', ': ', ' = ', ':', '=\r'])
      expect(redactedText(`${name}${joint}\njdbc.url=jdbc:postgresql://db-1:5432/x`)).toContain(
        '\njdbc.url=jdbc:postgresql://db-1:5432/x',
      );
});

describe('wrapped and broken secrets', () => {
  const draw = drawFrom(5);
  const body = (lines: number): string => Array.from({ length: lines }, () => draw('{b64}')).join('\n');
  const pem = (kind: string, lines = 12): string =>
    `-----BEGIN ${kind}PRIVATE KEY-----\n${body(lines)}\n${draw('{b20}')}==\n-----END ${kind}PRIVATE KEY-----`;
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const gone = (line: string, parts: readonly string[]): void => {
    const shown = redactedText(line);
    for (const part of parts) expect(shown).not.toContain(part);
  };

  test.each(['', 'RSA ', 'EC ', 'OPENSSH ', 'ENCRYPTED '])(
    'a %sprivate key, in base64, on lines of their own, cut',
    (kind) => {
      const key = pem(kind);
      const lines = key.split('\n').slice(1, -1);
      gone(key, lines);
      gone(`key: ${JSON.stringify(key)}`, lines);
      gone(key.replaceAll('\n', '\n    '), lines);
      gone(key.split('\n').slice(0, 6).join('\n'), lines.slice(0, 5));
      const wrapped = base64(key);
      gone(`client-key-data: ${wrapped}`, [wrapped.slice(100, 140), wrapped.slice(-40)]);
      const folded = wrapped.match(/.{1,76}/g) ?? [];
      gone(`  key: |\n${folded.map((line) => `    ${line}`).join('\n')}`, folded);
    },
  );

  test('a key without its header', () => {
    const der = `MIIEowIBAAKC${draw('{b52}')}\n${body(10)}`;
    gone(`key material:\n${der}`, der.split('\n'));
  });

  test('tokens and passwords inside base64', () => {
    for (const inside of [`password=${draw('{a12}')}`, `{"apiKey":"${draw('{a24}')}"}`, `ghp${draw('_{a36}')}`]) {
      const wrapped = base64(inside);
      gone(`payload ${wrapped} received`, [wrapped.slice(0, 16)]);
    }
    gone(`proxy said Basic ${base64(`app:${draw('{a10}')}`)}`, [base64('app:').slice(0, 4)]);
  });

  test('a certificate in base64 is not a secret', () => {
    const wrapped = base64(`-----BEGIN CERTIFICATE-----\n${body(4)}\n-----END CERTIFICATE-----`);
    expect(redactedText(`certificate-authority-data: ${wrapped}`)).toContain(wrapped);
  });

  test.each([
    [
      'YAML',
      (value: string) => `kind: Secret\nmetadata:\n  name: db\ndata:\n  user: ${value}\n  other: abc\ntype: Opaque`,
    ],
    ['YAML, data first', (value: string) => `apiVersion: v1\ndata:\n  pw: "${value}"\nkind: Secret\n`],
    ['JSON', (value: string) => `{"kind":"Secret","data":{"user":"${value}"},"type":"Opaque"}`],
  ])('the values of a Kubernetes secret as %s', (_form, manifest) => {
    const value = base64(draw('{l12}'));
    gone(manifest(value), [value]);
  });
});

test('a megabyte of hostile text is redacted in less than two seconds', () => {
  const seeds = [
    'a',
    'token ',
    'token=',
    'password=',
    'password="',
    "password='",
    'key key ',
    'x:',
    '\\"',
    'a.',
    'curl -u ',
    'mysql ',
    'Basic ',
    'kind: Secret\ndata:\n',
    'data:\n  a: b\n',
    'password=arn:',
    '<token a="',
    'eyJ',
    'A3-',
    'aB3',
    'aB3/',
    'https://',
    'password\\\\\\',
    '=',
    '= ',
    'token: string ',
    'api key ',
    '-----BEGIN PRIVATE KEY-----\nab',
    '--token ',
    'MIIEowIBAAKC',
    '"name":"token","value',
    'sid=',
  ];
  for (const seed of seeds) {
    const long = seed.repeat(Math.ceil(1e6 / seed.length));
    const started = performance.now();
    redactedText(long);
    expect([seed, performance.now() - started]).toEqual([seed, expect.toSatisfy((ms: number) => ms < 2000)]);
  }
});
